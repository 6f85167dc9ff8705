"""The table of administrative divisions 行政区划: which exist when, under which code, in which chain.

GB/T 2260 gives every province 省级, prefecture 地级 and county 县级 six digits (330803 衢江区: province 33, prefecture
08, county 03). A division changes: 衢县 330821 became 衢江区 330803 in 2001, 江干区 was abolished in 2021, 莱芜市 became
a district of 济南市. So the table has one row for each period in which code, name and parent stay the same, and
every row is one :class:`~gongwen.types.Region`, the chain from the province down.

A division counts as existing through the whole of the year in which it ends: in 2021 both 江干区 and the 上城区 that took
it over are found. The table is ``gongwen/data/divisions.tsv``, made by ``scripts/build_divisions.py``, which gives
its sources. It is read at the first call, once.

>>> str(by_code("330803"))
'浙江省衢州市衢江区'
>>> str(by_code("371202", 2010))
'山东省莱芜市莱城区'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from gongwen.data import rows
from gongwen.types import Division, Level, Region

Index = dict[str, tuple[Region, ...]]

# Minorities as they stand at the end of autonomous divisions' names, some without 族, after a stem of two characters.
_PEOPLES = re.compile(
    "(?<=..)(?:柯尔克孜|达斡尔族|哈萨克族?|傈僳族|土家族|布依族|拉祜族|朝鲜族|哈尼族|东乡族|纳西族|景颇族|仫佬族|布朗族|撒拉族|毛南族"
    "|仡佬族|普米族|鄂温克族|保安族|裕固族|独龙族|蒙古族?|维吾尔|塔吉克|各族|回族|藏族|苗族|彝族|壮族|满族|侗族|瑶族|白族|傣族|黎族"
    "|佤族|畲族|水族|土族|羌族|怒族|锡伯)+$"
)
# Endings of official names, longest first, with the everyday ending that may replace them (恩施土家族苗族自治州: 恩施州).
_ENDINGS = {
    "维吾尔自治区": "",
    "特别行政区": "特区",
    "壮族自治区": "",
    "回族自治区": "",
    "自治区": "",
    "自治州": "州",
    "自治县": "县",
    "自治旗": "旗",
    "行政区": "",
    "地区": "",
    "林区": "",
    "特区": "",
    "新区": "",
    "矿区": "",
    "省": "",
    "市": "",
    "县": "",
    "区": "",
    "盟": "",
    "旗": "",
}
# Names that end like one of these without being one.
_STEMS = {"万柏林区": "万柏林", "古交工矿区": "古交"}


@cache
def regions() -> tuple[Region, ...]:
    """Every period of every division as its chain, current and former, sorted by code and period.

    >>> [str(r) for r in regions() if r.code == "420600"]
    ['湖北省襄樊市', '湖北省襄阳市']
    """
    table = [(_division(row), row["parent"]) for row in rows("divisions.tsv")]
    chains: dict[str, list[Region]] = {}
    for division, parent in sorted(table, key=lambda entry: entry[0].level):
        above = next((r for r in chains.get(parent, ()) if _covers(r.divisions[-1], division)), None)
        chain = (*above.divisions, division) if above else (division,)
        chains.setdefault(division.code, []).append(Region(chain))
    return tuple(region for code in sorted(chains) for region in chains[code])


def all_divisions() -> tuple[Division, ...]:
    """Every division in every period, current and former, sorted by code and period; for building dictionaries."""
    return tuple(region.divisions[-1] for region in regions())


def by_code(code: str, year: int | None = None) -> Region | None:
    """The chain of a six-digit code in a year (CE), or its newest chain when no year is given.

    Returns None for a code that is unknown, or unknown in that year, or not six digits (12-digit statistical codes
    are cut by the caller). In the year of a change the new unit is returned.

    >>> by_code("330104", 2023) is None
    True
    >>> str(by_code("330104", 2021))
    '浙江省杭州市江干区'
    """
    found = [r for r in _by_code().get(code, ()) if exists(r, year)]
    return min(found, key=age) if found else None


def child_regions(region: Region | None, year: int | None = None) -> tuple[Region, ...]:
    """The divisions directly below a region in a year (CE), sorted by code; below None, the provinces 省级.

    Counties governed directly by a province come with its prefectures. Without a year: those of today, or, for a
    region that has ended, those of its last year.

    >>> [r.names[-1] for r in child_regions(by_code("460200"))]
    ['海棠区', '吉阳区', '天涯区', '崖州区']
    """
    if year is None and region is not None:
        year = region.divisions[-1].until
    parent = region.code if region else ""
    return tuple(
        r for r in _by_parent().get(parent, ()) if (r.divisions[-1].until is None if year is None else exists(r, year))
    )


def exists(region: Region, year: int | None) -> bool:
    """True when the lowest division of the chain exists in that year; always true without a year."""
    if year is None:
        return True
    division = region.divisions[-1]
    return (division.since is None or division.since <= year) and (division.until is None or year <= division.until)


def age(region: Region) -> tuple[int, int, str]:
    """Sort key that puts the newest period first: those of today, then by the year of their end; then by code."""
    division = region.divisions[-1]
    return (-(division.until or 9999), -(division.since or 0), division.code)


@cache
def heirs(region: Region) -> frozenset[str]:
    """Codes of the divisions that took a former division over, in whole or in part, and of everything above these.

    >>> "330104" in heirs(by_code("330104")), "330100" in heirs(by_code("330104"))
    (False, True)
    """
    found: set[str] = set()
    waiting = list(_successors().get(region.divisions[-1], ()))
    while waiting:
        code = waiting.pop()
        if code in found:
            continue
        found.add(code)
        for heir in _by_code().get(code, ()):
            found.update(heir.codes[:-1])
            waiting += _successors().get(heir.divisions[-1], ())
    return frozenset(found)


def short_name(division: Division) -> str:
    """The everyday name: 浙江省 is 浙江, 恩施土家族苗族自治州 is 恩施; a name of two characters (单县) stays whole.

    >>> short_name(Division("653000", "克孜勒苏柯尔克孜自治州", Level.PREFECTURE))
    '克孜勒苏'
    """
    return short_names(division)[0]


def short_names(division: Division) -> tuple[str, ...]:
    """All everyday names, the shortest first: ``('恩施', '恩施州')``, ``('香港', '香港特区')``, ``('门源', '门源县')``.

    Banners named by their wing (鄂托克前旗) have none, so they stay whole, as do names of two characters.

    >>> short_names(Division("522600", "黔东南苗族侗族自治州", Level.PREFECTURE))
    ('黔东南', '黔东南州')
    """
    name = division.name
    if name in _STEMS:
        return (_STEMS[name],)
    ending = next((e for e in _ENDINGS if name.endswith(e) and len(name) - len(e) > 1), "")
    stem = name.removesuffix(ending)
    if not ending or (ending == "旗" and stem[-1] in "左右前中后合"):
        return (name,)
    if ending in ("自治州", "自治县", "自治旗") or stem.endswith("族"):
        stem = _without_peoples(stem)
    return (stem, stem + _ENDINGS[ending]) if _ENDINGS[ending] else (stem,)


@cache
def full_index() -> Index:
    """Regions by the official full name of their lowest division, the highest level first, then the newest period."""
    return _index((region.divisions[-1].name, region) for region in regions())


@cache
def short_index() -> Index:
    """Regions by the everyday names of their lowest division, in the same order; names that are full names left out."""
    names = ((name, r) for r in regions() for name in short_names(r.divisions[-1]) if name != r.divisions[-1].name)
    return _index((name, region) for name, region in names if len(name) > 1)


@cache
def names_above() -> Index:
    """Both kinds of names, of provinces and prefectures only: what may stand before a lower unit (四川|成都市)."""
    pairs = ((name, r) for index in (full_index(), short_index()) for name, found in index.items() for r in found)
    return _index((name, region) for name, region in pairs if region.level < Level.COUNTY)


def _index(pairs: Iterable[tuple[str, Region]]) -> Index:
    return {name: tuple(sorted(found, key=lambda r: (r.level, age(r)))) for name, found in _grouped(pairs).items()}


def _without_peoples(stem: str) -> str:
    stem = _PEOPLES.sub("", stem)
    return stem.removesuffix("族") if len(stem) > 2 else stem


def _division(row: dict[str, str]) -> Division:
    since, until = (int(row[key]) if row[key] else None for key in ("since", "until"))
    return Division(row["code"], row["name"], Level(int(row["level"])), since, until)


def _covers(parent: Division, child: Division) -> bool:
    return (parent.since or 0) <= (child.since or 0) and (child.until or 9999) <= (parent.until or 9999)


@cache
def _successors() -> dict[Division, tuple[str, ...]]:
    table = ((_division(row), row["successors"]) for row in rows("divisions.tsv"))
    return {division: tuple(codes.split(";")) for division, codes in table if codes}


@cache
def _by_code() -> dict[str, tuple[Region, ...]]:
    return _grouped((region.code, region) for region in regions())


@cache
def _by_parent() -> dict[str, tuple[Region, ...]]:
    return _grouped((("", *region.codes)[-2], region) for region in regions())


def _grouped(pairs: Iterable[tuple[str, Region]]) -> dict[str, tuple[Region, ...]]:
    groups: dict[str, list[Region]] = {}
    for key, region in pairs:
        groups.setdefault(key, []).append(region)
    return {key: tuple(group) for key, group in groups.items()}
