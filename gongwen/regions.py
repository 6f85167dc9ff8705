"""Divisions named in text: 浙江省衢州市衢江区 in a title, 衢州 in an issuer, and which division each can mean.

The rule: a name means every division that bore it at the document's date, and is one mention however many that are;
鼓楼区 alone has four candidates and stays so, 南京市鼓楼区 has one. Nothing is guessed (see :func:`resolve`).
Names are official full names (GB/T 2260); everyday names (浙江, 恩施州) count only when asked for with ``short=True``,
except directly before a lower unit (四川成都市), where they always help.

How: one pass over the last characters that names have (省市县区旗州盟), each looked up backwards in a dictionary,
longest first; with ``short=True`` a second pass over the first two characters of everyday names. Time is linear.
Words that collide with names are in ``gongwen/data/region_words.tsv``, which says what each kind does; an everyday
name outside a chain must also begin and end where jieba's words do (推广|安全 does not hold 广安).

Measured on 599 notices (2.6 MB of UTF-8), one of two shared cores, Python 3.11: 54 MB/s, with ``short=True`` 14 MB/s
(wanted: 5 and 3). Loading the table takes 0.15 s, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from gongwen.divisions import (
    age,
    all_divisions,
    by_code,
    child_regions,
    exists,
    full_index,
    heirs,
    names_above,
    short_index,
    short_name,
    short_names,
)
from gongwen.region_context import NAMED_AFTER, Hit, ends_well, full_alone, stands_alone, words
from gongwen.types import Level, Region, RegionMention, Span

__all__ = [
    "all_divisions",
    "by_code",
    "child_regions",
    "find",
    "resolve",
    "short_name",
    "short_names",
]

_LONGEST = 60


def find(text: str, *, year: int | None = None, short: bool = False) -> tuple[RegionMention, ...]:
    """The divisions named in the text, in order, without overlap; adjacent names of one chain are one mention.

    ``year`` (CE) keeps the divisions that existed then. Without it all periods count, newest first, except a former
    division whose successor bears the same name (two codes of one place are one candidate). ``short`` adds everyday
    names of provinces and prefectures, and of counties when they have two characters and are no everyday word. Spans
    are character offsets into ``text``. Any string is accepted; no text raises.

    >>> [(m.text, str(m.candidates[0])) for m in find("浙江省衢州市衢江区人民政府关于江干区")]
    [('浙江省衢州市衢江区', '浙江省衢州市衢江区'), ('江干区', '浙江省杭州市江干区')]
    >>> [m.text for m in find("中山公园位于上海路，杭州已停办", short=True)]
    ['杭州']
    >>> len(find("鼓楼区司法局", year=2020)[0].candidates)
    4
    """
    hits = _full_hits(text, year)
    if short:
        hits = _merged(text, list(hits), _short_hits(text, year))
    return tuple(_mention(text, hit) for hit in _joined(text, hits, year))


def resolve(name: str, *, year: int | None = None, within: Region | None = None) -> Region | None:
    """The one division a name or six-digit code can mean in a year (CE), or None: never a guess.

    The name may be full, everyday, or a chain: ``衢江区``, ``衢州``, ``浙江省衢州市``, ``四川成都市``, ``330803``. ``within``
    limits the search to that region and what lies in it. Without a year the newest period in which the name
    existed counts. A province goes before a prefecture of the same everyday name, that before a county (吉林, 大同);
    an everyday name of a county that is an ordinary word (公安, 资源) means a county only ``within`` a region.

    >>> str(resolve("江干区")), resolve("江干区", year=2023), resolve("鼓楼区")
    ('浙江省杭州市江干区', None, None)
    >>> str(resolve("鼓楼区", within=resolve("福州市")))
    '福建省福州市鼓楼区'
    """
    name = name.strip()
    if len(name) == 6 and name.isascii() and name.isdigit():
        found = [region] if (region := by_code(name, year)) else []
    else:
        found = list(_parse(name, within is not None)) if len(name) <= _LONGEST else []
    found = [r for r in found if exists(r, year) and (within is None or within.contains(r))]
    found = _places(_spelled(name, found))
    newest = [r for r in found if r.divisions[-1].until == found[0].divisions[-1].until]
    return newest[0] if len(newest) == 1 else None


def _parse(name: str, anywhere: bool) -> tuple[Region, ...]:
    """Regions whose chain, or the lower end of it, is written in the name."""
    ordinary = words("word")
    found = list(full_index().get(name, ()))
    found += (r for r in short_index().get(name, ()) if anywhere or r.level < Level.COUNTY or name not in ordinary)
    for cut in range(2, len(name) - 1):
        if above := names_above().get(name[:cut]):
            found += (r for r in _below(_parse(name[cut:], True), above) if r not in found)
    return tuple(found)


def _spelled(name: str, found: list[Region]) -> list[Region]:
    """Those whose full name the text ends with, else, for an everyday name, the highest level (长沙: the city)."""
    full = [r for r in found if name in (r.code, r.divisions[-1].name) or name.endswith(r.divisions[-1].name)]
    if full or name in words("even"):
        return full or found
    top = min((r.level for r in found), default=None)
    return [r for r in found if r.level == top]


def _joined(text: str, hits: Iterable[Hit], year: int | None) -> Iterator[Hit]:
    """Join adjacent names of one chain, take in an everyday name before it, drop doubtful names that stand alone."""
    last: Hit | None = None
    for hit in hits:
        if last and hit.start == last.end and (lower := _below(hit.regions, last.regions)) and ends_well(text, hit):
            last = last._replace(end=hit.end, regions=lower, short=hit.short)
            continue
        above = _above_before(text, hit, year)
        if last and hit.start < last.end and (not above or above.start < last.start):
            continue
        if last and (not above or above.start >= last.end):
            yield last
        last = above or (hit if stands_alone(text, hit) else (last if last and hit.start < last.end else None))
    if last:
        yield last


def _above_before(text: str, hit: Hit, year: int | None) -> Hit | None:
    """The hit with the everyday names of higher units that stand directly before it (四川|成都市), if there are any."""
    start, found = hit.start, hit.regions
    if not ends_well(text, hit):
        return None
    while names := [
        (size, lower)
        for size in _above_sizes()
        if size <= start and (above := names_above().get(text[start - size : start]))
        and (lower := _below(found, tuple(r for r in above if exists(r, year))))
    ]:  # fmt: skip
        size, found = names[0]
        start -= size
    return hit._replace(start=start, regions=found) if start < hit.start else None


def _full_hits(text: str, year: int | None) -> Iterator[Hit]:
    """Every place where a full name ends, with the longest one that existed then."""
    last: Hit | None = None
    for match in _name_ends().finditer(text):
        if hit := _ending_at(text, match.end(), last, year):
            if last and last.start < hit.start:
                yield last
            last = hit
    if last:
        yield last


def _ending_at(text: str, end: int, last: Hit | None, year: int | None) -> Hit | None:
    """The longest full name that ends here, or the one that continues the name before (石家庄市|郊区)."""
    longest: Hit | None = None
    for size in _full_sizes()[text[end - 2 : end]]:
        start = end - size
        found = _existing(full_index().get(text[start:end], ()) if start >= 0 else (), year)
        if not found:
            continue
        hit = Hit(start, end, found, False)
        if not last or not last.start < start < last.end:
            if longest is None or (last and start == last.end and _below(found, last.regions)):
                return hit
            continue
        longest = longest or hit
    return longest


def _short_hits(text: str, year: int | None) -> Iterator[Hit]:
    """Every place where an everyday name begins, with the longest one that existed then; no roads."""
    index, sizes, ordinary, free = short_index(), _short_sizes(), words("word"), 0
    for match in _name_starts().finditer(text):
        start = match.start()
        if start < free or (lengths := sizes.get(text[start : start + 2])) is None:
            continue
        for size in lengths:
            name = text[start : start + size]
            if (found := index.get(name)) and (found := _existing(found, year)):
                free = start + size
                if not NAMED_AFTER.match(text, free) and (found[0].level < Level.COUNTY or name not in ordinary):
                    yield Hit(start, free, found, True)
                break


def _merged(text: str, full: list[Hit], shorts: Iterable[Hit]) -> Iterator[Hit]:
    """Both kinds in order of their start; where they overlap, the full name stays if it is a mention at all."""
    place = 0
    for short in shorts:
        while place < len(full) and full[place].end <= short.start:
            yield full[place]
            place += 1
        if place < len(full) and full[place].start < short.end:
            doubtful = full[place].start > short.start and not full_alone(text, full[place])
            if not doubtful:
                continue
            place += 1
        yield short
    yield from full[place:]


def _mention(text: str, hit: Hit) -> RegionMention:
    found = hit.regions
    if hit.short and short_name(found[0].divisions[-1]) not in words("even"):
        found = tuple(r for r in found if r.level == found[0].level)
    return RegionMention(Span(hit.start, hit.end), text[hit.start : hit.end], tuple(_places(found)))


def _places(found: Iterable[Region]) -> list[Region]:
    """Newest first, without former periods of a place that is among them under the same name."""
    kept: list[Region] = []
    for region in sorted(found, key=age):
        ended = region.divisions[-1].until is not None
        if not any(k.code == region.code or (ended and k.code in heirs(region)) for k in kept):
            kept.append(region)
    return kept


def _existing(found: tuple[Region, ...], year: int | None) -> tuple[Region, ...]:
    return found if year is None else tuple(r for r in found if exists(r, year))


def _below(lower: Iterable[Region], above: Iterable[Region]) -> tuple[Region, ...]:
    """Those that lie in one of the others in the same period; every chain holds the table's own objects."""
    tops = {id(region.divisions[-1]) for region in above}
    return tuple(r for r in lower if any(id(division) in tops for division in r.divisions[:-1]))


@cache
def _above_sizes() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in names_above()}, reverse=True))


@cache
def _full_sizes() -> dict[str, tuple[int, ...]]:
    return _sizes((name[-2:], name) for name in full_index())


@cache
def _short_sizes() -> dict[str, tuple[int, ...]]:
    return _sizes((name[:2], name) for name in short_index())


def _sizes(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    sizes: dict[str, set[int]] = {}
    for key, name in pairs:
        sizes.setdefault(key, set()).add(len(name))
    return {key: tuple(sorted(found, reverse=True)) for key, found in sizes.items()}


@cache
def _name_ends() -> re.Pattern[str]:
    """One of the last characters of names, after a character that stands before it in some name."""
    ends: dict[str, set[str]] = {}
    for key in sorted(_full_sizes()):
        ends.setdefault(key[1], set()).add(key[0])
    pairs = "|".join(f"[{''.join(sorted(befores))}]{last}" for last, befores in sorted(ends.items()))
    return re.compile(f"[{''.join(sorted(ends))}](?<={pairs})")


@cache
def _name_starts() -> re.Pattern[str]:
    firsts, seconds = ("".join(sorted({key[i] for key in _short_sizes()})) for i in (0, 1))
    return re.compile(f"[{firsts}](?=[{seconds}])")
