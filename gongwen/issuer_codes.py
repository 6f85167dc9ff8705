"""Whose code 机关代字 it is: 浙政办发 is 浙江省人民政府办公厅's, 国卫办医函 is 国家卫生健康委员会办公厅's, 教基 is 教育部's.

《党政机关公文处理工作条例》 art. 9 puts the code of the issuing body first in a document number. No law assigns the codes;
each body makes its own, so what is known of them is in three tables that an editor corrects, each row with its origin:

    issuer_codes.tsv          codes believed as they stand, a code of two bodies twice (宁政发: 宁夏 and 南京)
    issuer_code_patterns.tsv  a stem, a department's part and an ending: 发改|价格; behind a place: 政办|发, 财|税
    code_places.tsv           what stands for a place: 浙, 甬, 衢江

A code behind a place can be that of many: 安政发 is 安顺, 安庆, 安吉 … So every body found has a :class:`_Trust`, and
:func:`resolve` names one only if it is alone or what else the document says (its place, a body it names) leaves one.
Bodies are those of the year of the number: 国卫发 was 国家卫生和计划生育委员会 until 2018; in the year of a change it is both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache, lru_cache
from typing import NamedTuple

from gongwen import divisions, issuers
from gongwen.data import rows
from gongwen.types import IssuingBody, Level, Region

_LONGEST = 24
_KINDS = ("公告", "通告", "令")  # a number of these holds the body's name: 财政部令, 浙江省人民政府令
_MUNICIPALITIES = ("110000", "120000", "310000", "500000")  # 直辖市
# The characters of a department. Others belong to what stands round it: 便函 are letters of a department itself, 厅函 of
# an office, 指 and 组 of a headquarters or group that is a body of its own.
_DEPARTMENT = "[^便厅函发组指防疫]{1,3}"
# Behind a stem of one character (建) a government's code may follow instead, whose place that character then is (建政发).
_NO_GOVERNMENT = "(?!政[发办函字规通告]|[府委党署市县区州])"
_OFFICE = re.compile(r"(办公[厅室])(?:(\d{4})?-(\d{4})?)?")


class _Trust(IntEnum):
    """How far a body is to be believed from its code alone, best first."""

    STATED = 0  # the code stands in a table
    PLACE = 1  # the place's abbreviation stands in a table, or its short name is written out (衢江)
    FIRST = 2  # the place's name begins with that character
    SECOND = 3  # a county's name has it as its second


class _Pattern(NamedTuple):
    rest: re.Pattern[str]  # what follows the stem
    row: dict[str, str]


class _Found(NamedTuple):
    trust: _Trust
    body: IssuingBody


def candidates(code: str, year: int | None = None) -> tuple[IssuingBody, ...]:
    """Every body that can number with this code in a year (CE; None: in any year), the most trusted first.

    A joint announcement's code gives each of its bodies; an unknown code gives none. Any string is accepted.

    >>> [body.name for body in candidates("国卫发", 2018)]
    ['国家卫生和计划生育委员会', '国家卫生健康委员会']
    >>> [body.name for body in candidates("财政部税务总局公告", 2020)]
    ['财政部', '国家税务总局']
    """
    return tuple(found.body for found in _find(code, year))


def resolve(
    code: str, year: int | None = None, *, evidence: Region | None = None, named: Iterable[IssuingBody] = ()
) -> IssuingBody | None:
    """The one body that numbers with this code in a year (CE), or None: never a guess.

    ``evidence`` is the place the document is known to belong to, ``named`` the bodies that its title or signature names.
    Without them a body is given when it is alone, or alone among those whose code stands in a table.

    >>> resolve("浙政办发", 2016).name, resolve("温政发", 2016), resolve("国税发", 2020)
    ('浙江省人民政府办公厅', None, None)
    >>> resolve("温政发", 2016, evidence=divisions.by_code("331081")).name
    '温岭市人民政府'
    """
    found, named = _find(code, year), tuple(named)
    by_name = [one.body for one in found if any(one.body.name == body.name for body in named)]
    if len(by_name) == 1:
        return by_name[0]
    places = {body.region for body in named if body.region}
    if evidence is None and len(places) == 1:
        evidence = places.pop()
    return _alone(found) if evidence is None else _in_place(found, evidence)


def written_out(code: str, year: int | None = None) -> tuple[IssuingBody, ...]:
    """The bodies whose names the code of an order or announcement writes out, all of them; none when it writes no name.

    >>> [body.name for body in written_out("财政部税务总局公告")], written_out("国令"), written_out("公告")
    (['财政部', '国家税务总局'], (), ())
    """
    kind = next((kind for kind in _KINDS if code.endswith(kind)), None)
    if kind is None or len(code) > _LONGEST:
        return ()
    bodies = issuers.joint(code.removesuffix(kind).removeprefix("中华人民共和国"), year=year)
    return bodies if all(body.level is not None for body in bodies) else ()


def is_known(code: str) -> bool:
    """True when some body, in some year, can have that code.

    >>> is_known("教基"), is_known("图")
    (True, False)
    """
    return bool(_find(code, None))


@lru_cache(maxsize=4096)  # asked for every beginning that a number in a text can have
def own_level(code: str) -> Level | None:
    """The level of the body whose code this is as it stands, in any year; None when only a place before it would tell.

    >>> own_level("国卫办医函"), own_level("政办发")
    (<Level.CENTRAL: 0>, None)
    """
    if stated := _stated().get(code):
        return Level(int(stated[0]["level"]))
    return Level.CENTRAL if any(len(stem) > 1 for stem, _ in _fitting(code, central=True)) else None


def _alone(found: tuple[_Found, ...]) -> IssuingBody | None:
    stated = [one.body for one in found if one.trust is _Trust.STATED]
    if not stated and len(found) == 1 and found[0].trust is _Trust.SECOND:
        return None  # 邡 is 什邡's only character of its own, but too little to go by
    bodies = stated or [one.body for one in found]
    return bodies[0] if len(bodies) == 1 else None


def _in_place(found: tuple[_Found, ...], place: Region) -> IssuingBody | None:
    """The body of that place itself; else the most trusted of one in it or above it, when there is no other as trusted.

    A place that may have the code by its name only (云县: 云政发) puts in doubt a better known body above it.
    """
    near = [one for one in found if not (r := one.body.region) or place.contains(r) or r.contains(place)]
    best = min((one.trust for one in near), default=_Trust.SECOND)
    top = [one.body for one in near if one.trust is best]
    here = [one.body for one in near if one.body.region and one.body.region.code == place.code]
    if here:
        top = [body for body in here if body in top]
    elif best is _Trust.SECOND:
        return None
    return top[0] if len(top) == 1 else None


def _find(code: str, year: int | None) -> tuple[_Found, ...]:
    return _sorted(code.removeprefix("中华人民共和国"), year) if 2 <= len(code) <= _LONGEST else ()


@lru_cache(maxsize=1024)  # a document cites few codes, some of them often
def _sorted(code: str, year: int | None) -> tuple[_Found, ...]:
    found: dict[str, _Found] = {}
    for one in sorted(_all(code, year), key=lambda one: one.trust):
        found.setdefault(one.body.name, one)
    return tuple(found.values())


def _all(code: str, year: int | None) -> Iterator[_Found]:
    if named := written_out(code, year):
        yield from (_Found(_Trust.STATED, body) for body in named)
        return
    for row in _stated().get(code, ()):
        if _in_year(row, year):
            region = divisions.by_code(row["region"], year) if row["region"] else None
            yield _Found(_Trust.STATED, IssuingBody(row["issuer"], Level(int(row["level"])), region))
    central = [] if code in _stated() else _fitting(code, central=True)
    if central and len(central[0][0]) == 1 and any(_behind_a_place(code, year, shortest=2)):
        central = []  # 林州政发 is 林州's, though 林 is also a ministry's stem
    for _, row in central:
        if _in_year(row, year):
            yield _Found(_Trust.STATED, IssuingBody(row["issuer"], Level.CENTRAL))
    yield from _behind_a_place(code, year)


def _behind_a_place(code: str, year: int | None, shortest: int = 1) -> Iterator[_Found]:
    for cut in range(shortest, len(code)):
        places = _places().get(code[:cut], ())
        fitting = _fitting(code[cut:], central=False) if places else []
        for _, row in fitting:
            if not _in_year(row, year):
                continue
            for region, trust in places:
                if divisions.exists(region, year) and _is_of(region, row["of"]):
                    for name in _names(row["issuer"], region, year):
                        yield _Found(trust, IssuingBody(name, region.level, region))


def _is_of(region: Region, of: str) -> bool:
    """True when the region is one of those that a pattern's ``of`` names: by kind, by code, -code with all in it excepted."""
    named = of.split("、")
    if any(f"-{code}" in named for code in region.codes):
        return False
    return region.code in named or _kind(region) in named


def _kind(region: Region) -> str:
    """The word of ``of`` for a region: 省, 直辖市, 地, 县; 盟 for a prefecture without a people's government."""
    if region.level is Level.PROVINCE:
        return "直辖市" if region.code in _MUNICIPALITIES else "省"
    if region.level is Level.COUNTY:
        return "县"
    return "盟" if region.names[-1].endswith(("地区", "盟", "行政区")) else "地"


def _names(issuer: str, region: Region, year: int | None) -> list[str]:
    place = issuers.government_name(region).removesuffix("人民政府")
    name = issuer.replace("{}", place)
    return [name.replace("{办}", office) for office in _offices(region, year)] if "{办}" in name else [name]


def _offices(region: Region, year: int | None) -> tuple[str, ...]:
    """What the office of the region's government was called in that year: 办公厅, 办公室, or either when it is not known."""
    stated = _OFFICE.findall(_office_names().get(region.code, ""))
    names = [name for name, since, until in stated if _in_year({"since": since, "until": until}, year)]
    return tuple(dict.fromkeys(names)) or ("办公室",)


def _in_year(row: dict[str, str], year: int | None) -> bool:
    return year is None or int(row["since"] or 0) <= year <= int(row["until"] or 9999)


def _fitting(code: str, *, central: bool) -> list[tuple[str, dict[str, str]]]:
    """The patterns of the longest stem that fits the code, with that stem."""
    table, longest = _patterns(central=central)
    for end in range(min(len(code), longest), 0, -1):
        stem, rest = code[:end], code[end:]
        fitting = [(stem, pattern.row) for pattern in table.get(stem, ()) if pattern.rest.fullmatch(rest)]
        if fitting:
            return fitting
    return []


@cache
def _stated() -> dict[str, list[dict[str, str]]]:
    table: dict[str, list[dict[str, str]]] = {}
    for row in rows("issuer_codes.tsv"):
        table.setdefault(row["code"], []).append(row)
    return table


@cache
def _patterns(*, central: bool) -> tuple[dict[str, list[_Pattern]], int]:
    """The patterns by stem, and the length of the longest stem."""
    table: dict[str, list[_Pattern]] = {}
    for row in rows("issuer_code_patterns.tsv"):
        if (row["of"] == "国") is not central:
            continue
        for stem in row["stem"].split("|"):
            any_department = (_NO_GOVERNMENT if len(stem) == 1 else "") + _DEPARTMENT
            department = row["department"].replace("*", any_department)
            table.setdefault(stem, []).append(_Pattern(re.compile(f"(?:{department})(?:{row['ending']})"), row))
    return table, max(map(len, table))


@cache
def _office_names() -> dict[str, str]:
    return {row["code"]: row["office"] for row in rows("code_places.tsv") if row["office"]}


@cache
def _places() -> dict[str, tuple[tuple[Region, _Trust], ...]]:
    """What can stand for a place, and which: abbreviations of the table, short names, characters of names."""
    stated: dict[str, list[str]] = {}
    for row in rows("code_places.tsv"):
        stated.setdefault(row["code"], []).append(row["place"])
    table: dict[str, dict[Region, _Trust]] = {}
    for region in divisions.regions():
        for place, trust in _abbreviations(region, stated.get(region.code, [])):
            table.setdefault(place, {}).setdefault(region, trust)
    return {place: tuple(sorted(found.items(), key=_newest_first)) for place, found in table.items()}


def _abbreviations(region: Region, stated: list[str]) -> Iterator[tuple[str, _Trust]]:
    """What the region can be written as, alone and before the character of its kind (绍市, 黔东南州)."""
    short, kind = divisions.short_name(region.divisions[-1]), region.names[-1][-1]
    province = region.level is Level.PROVINCE
    for place in stated if province else [*stated, short]:
        yield place, _Trust.PLACE
        yield place + kind, _Trust.PLACE
    if province or stated:
        return
    yield short[0], _Trust.FIRST
    if short[0] + kind not in divisions.full_index():  # 环县 is 环县, not 环江县
        yield short[0] + kind, _Trust.FIRST
    if region.level is Level.COUNTY:
        yield short[1], _Trust.SECOND


def _newest_first(found: tuple[Region, _Trust]) -> tuple[_Trust, Level, tuple[int, int, str]]:
    region, trust = found
    return trust, region.level, divisions.age(region)
