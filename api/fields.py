"""Field syntax: conditions written in a question, 年份:2016 地区:杭州 标题:养老, with a colon of either width.

A name that is no field, or a value that the field cannot have, stays what it was typed as: words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from api import named_bodies
from api.schemas import GENRE_NAMES, VALIDITY_NAMES, ReadFilter, SearchParams, region_codes
from gongwen import regions
from gongwen.category import CATEGORIES
from gongwen.normalize import normalize

_NAMES = {
    "year": "年份 年度 年 year",
    "region": "地区 区划 region",
    "issuer": "机关 发文机关 issuer",
    "genre": "文种 genre",
    "category": "主题 主题分类 category",
    "validity": "有效性 时效 validity",
    "doc_number": "文号 发文字号 doc_number number",
    "title": "标题 title",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split()}
_FIELD = re.compile(
    rf"(?<!\S)(?P<name>{'|'.join(sorted(_FIELDS, key=len, reverse=True))})[:：]\s?"
    r"(?:[\"“”](?P<quoted>[^\"“”]{1,80})[\"“”]|(?P<value>[^\s:：]\S{0,80}))",
    re.IGNORECASE,
)
_LIST = re.compile("[、，,;；]")
_MOST_YEARS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A search with the conditions of its question taken out: ``params`` hold them beside those given as parameters.

    ``params.q`` is the rest of the question with the words wanted in the title; ``titles`` are those, ``only_titles`` when
    nothing else was asked for.
    """

    params: SearchParams
    applied: tuple[ReadFilter, ...] = ()
    titles: tuple[str, ...] = ()
    only_titles: bool = False


def read(params: SearchParams) -> Asked:
    """The search that a question with fields asks for.

    >>> asked = read(SearchParams(q="年份：2016 地区:杭州 湿地"))
    >>> asked.params.q, asked.params.year, asked.params.region
    ('湿地', [2016], ['杭州'])
    >>> read(SearchParams(q="题材:湿地 年份:去年")).params.q
    '题材:湿地 年份:去年'
    """
    given: dict[str, list[str]] = {}
    rest, end = [], 0
    for match in _FIELD.finditer(params.q):
        field = _FIELDS[match["name"].lower()]
        values = _values(field, (match["quoted"] or match["value"]).strip())
        if values and not (field == "doc_number" and (params.doc_number or given.get(field))):
            given.setdefault(field, []).extend(values)
            rest.append(params.q[end : match.start()])
            end = match.end()
    if not given:
        return Asked(params)
    titles = tuple(given.pop("title", ()))
    words = " ".join("".join([*rest, params.q[end:]]).split())
    question = " ".join([words, *titles]).strip()
    try:
        changed = _with(params, question, given)
    except ValidationError:  # together with the parameters too many values
        return Asked(params)
    applied = [ReadFilter(name=name, value=value, label=_label(name, value), applied=True) for name, values in given.items() for value in values]  # fmt: skip
    applied += [ReadFilter(name="title", value=title, label=title, applied=True) for title in titles]
    return Asked(changed, tuple(applied), titles, only_titles=bool(titles) and not words)


def _with(params: SearchParams, question: str, given: dict[str, list[str]]) -> SearchParams:
    lists = {name: [*getattr(params, name), *values] for name, values in given.items() if name != "doc_number"}
    number = {"doc_number": given["doc_number"][0]} if "doc_number" in given else {}
    return SearchParams(**(params.model_dump() | lists | number | {"q": question}))


def _values(field: str, value: str) -> list[str]:
    """The values of a field, none when it cannot have them."""
    if field == "category":  # its names have the comma of lists in them
        return list(_READERS[field](value))
    if field in ("title", "doc_number"):
        return [value] if _READERS[field](value) else []
    found = [_READERS[field](one.strip()) for one in _LIST.split(value) if one.strip()]
    return [one for values in found for one in values] if all(found) else []


def _year(value: str) -> list[str]:
    match = re.fullmatch(r"((?:19|20)\d\d)年?度?(?:[-~—–－～至到]+((?:19|20)\d\d)年?度?)?", normalize(value).text)
    if not match:
        return []
    first, last = int(match[1]), int(match[2] or match[1])
    return [str(year) for year in range(first, last + 1)] if first <= last < first + _MOST_YEARS else []


def _issuer(value: str) -> list[str]:
    folded = normalize(value).folded
    return list(named_bodies.find(folded, regions.find(folded, short=True)))[:1] or [folded]


def _category(value: str) -> str | None:
    """The one class whose name is, or contains, what was written: 民政 is 民政、扶贫、救灾."""
    held = [category for category in CATEGORIES if value == category or value in category.split("、")]
    return held[0] if len(held) == 1 else None


def _valid(name: str, value: object) -> bool:
    try:
        SearchParams.model_validate({name: value})
    except ValidationError:
        return False
    return True


_READERS: dict[str, Callable[[str], Sequence[str]]] = {
    "year": _year,
    "region": lambda value: [value] if region_codes(value) else [],
    "issuer": _issuer,
    "genre": lambda value: [value] if _valid("genre", [value]) else [],
    "category": lambda value: [category] if (category := _category(value)) else [],
    "validity": lambda value: [value] if _valid("validity", [value]) else [],
    "doc_number": lambda value: [value] if _valid("doc_number", value) else [],
    "title": lambda value: [value],
}


def _label(name: str, value: str) -> str:
    names = {"genre": GENRE_NAMES, "validity": VALIDITY_NAMES}.get(name, {})
    return names.get(value, value)
