"""What visitors asked, from the query log: the commonest questions, those without result, those asked again in other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from gongwen.errors import InputError
from gongwen.normalize import fold

_SHOWN = 20
_SHARED = 0.3
"""Two questions of one visit that share so many of their characters are one question in other words; without any in common
they may be too (低保, 最低生活保障), so those count only when the first found nothing and the next did."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the log that matters here."""

    question: str
    total: int
    visit: str


@dataclass(frozen=True, slots=True)
class QueryReport:
    """Counts of questions (folded), of those that found nothing, and of pairs of one question and its next wording."""

    searches: int
    top: tuple[tuple[str, int], ...]
    nothing: tuple[tuple[str, int], ...]
    reworded: tuple[tuple[tuple[str, str], int], ...]
    synonyms: tuple[tuple[str, str], ...]


def read(paths: Iterable[Path]) -> Iterator[Asked]:
    """The first pages asked, in the order of the files; a line that was cut off by a crash is passed over.

    Raises :class:`~gongwen.errors.InputError` naming a file that cannot be read.
    """
    for path in paths:
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise InputError(f"不能读 {path}：{error.strerror}", f"{path} cannot be read: {error.strerror}") from error
        for line in lines:
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(row, dict) and row.get("page") == 1 and isinstance(row.get("q"), str):
                yield Asked(" ".join(fold(row["q"]).split()), int(row.get("total") or 0), str(row.get("visit")))


def report(asked: Iterable[Asked], shown: int = _SHOWN) -> QueryReport:
    """The report over searches in the order they came.

    >>> found = report([Asked("低保", 0, "a"), Asked("最低生活保障", 7, "a"), Asked("养老", 9, "b")])
    >>> found.nothing, found.synonyms
    ((('低保', 1),), (('低保', '最低生活保障'),))
    """
    top: Counter[str] = Counter()
    nothing: Counter[str] = Counter()
    reworded: Counter[tuple[str, str]] = Counter()
    helped: Counter[tuple[str, str]] = Counter()
    last: dict[str, Asked] = {}
    for one in asked:
        top[one.question] += 1
        if not one.total:
            nothing[one.question] += 1
        before = last.get(one.visit)
        if before is not None and before.question != one.question:
            pair = (before.question, one.question)
            if _alike(*pair):
                reworded[pair] += 1
            if not before.total and one.total and _is_term(before.question) and _is_term(one.question):
                helped[pair] += 1
        last[one.visit] = one
    return QueryReport(
        searches=top.total(),
        top=tuple(top.most_common(shown)),
        nothing=tuple(nothing.most_common(shown)),
        reworded=tuple(reworded.most_common(shown)),
        synonyms=tuple(pair for pair, _ in helped.most_common(shown)),
    )


def written(found: QueryReport) -> Iterator[str]:
    """The report as lines for a terminal; the proposals in the form of the word lists, to be judged by a person."""
    yield f"检索 {found.searches} 次"
    for heading, rows in (("最常问的", found.top), ("没有结果的", found.nothing)):
        yield f"\n{heading}："
        yield from (f"{count:6}  {question}" for question, count in rows)
    yield "\n换过说法的："
    yield from (f"{count:6}  {first} → {then}" for (first, then), count in found.reworded)
    yield "\n可加入 synonyms/ 的词（没有结果，换个说法就有了；须由人审定）："
    yield from (f"{first} = {then}" for first, then in found.synonyms)


def _alike(first: str, then: str) -> bool:
    one, other = set(first), set(then)
    return len(one & other) >= _SHARED * min(len(one), len(other))


def _is_term(question: str) -> bool:
    """One word or two, as a list of synonyms holds; no sentence, no number."""
    return bool(re.fullmatch(r"[^\W\d_]{2,12}", question))
