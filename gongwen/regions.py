"""Divisions named in text: 浙江省衢州市衢江区 in a title, 衢州 in an issuer, and which division each can mean.

The rule: a name means every division that bore it at the document's date, and is one mention however many that are;
鼓楼区 alone has four candidates and stays so, 南京市鼓楼区 has one. Nothing is guessed (see :func:`resolve`).
Names are official full names (GB/T 2260); everyday names (浙江, 恩施州) count only when asked for with ``short=True``,
except directly before a lower unit (四川成都市), where they always help.

How: one pass over the last characters that names have (省市县区旗州盟), each looked up backwards in a dictionary,
longest first; with ``short=True`` a second pass over the first two characters of everyday names. Time is linear.
Words that collide with names are in ``gongwen/data/region_words.tsv``, which says what each kind does; an everyday
name outside a chain must also begin and end where jieba's words do (推广|安全 does not hold 广安).

Measured: see ``SPEED`` in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

import rjieba

from gongwen.data import rows
from gongwen.divisions import age, all_divisions, by_code, child_regions, exists, heirs, regions, short_name, short_names
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

# After an everyday name: a road, a village, a park is named after the place and is not the place. 道路 and 道德 are words.
_NAMED_AFTER = re.compile(
    r"[东西南北中]?[一二三四五]?(?:路|街|巷|大道|胡同|道(?![路德教歉理]))|[村镇乡]|社区|公园|中学|小学|饭店|宾馆|酒店|籍"
)
# After the 区, 市 or 县 of a full name: 区域, 区划, 市场, 县级 are words, so a doubtful name is none.
_WORD_GOES_ON = re.compile(r"(?<=区)[域划间位别块]|(?<=县)[级域]|(?<=市)[场级]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BEFORE_RISKY = frozenset("于在赴共由原给")
_WINDOW = 6
_LONGEST = 60
_Index = dict[str, tuple[Region, ...]]


class _Hit(NamedTuple):
    start: int
    end: int
    regions: tuple[Region, ...]
    short: bool


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
    return tuple(_mention(text, hit) for hit in _chains(text, hits, year))


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
        found = list(_parse(name[:_LONGEST], within is not None)) if len(name) <= _LONGEST else []
    found = [r for r in found if exists(r, year) and (within is None or within.contains(r))]
    top = min((r.level for r in found), default=None) if name in _short() and name not in _full() else None
    found = _places(r for r in found if top is None or r.level == top)
    newest = [r for r in found if r.divisions[-1].until == found[0].divisions[-1].until]
    return newest[0] if len(newest) == 1 else None


def _parse(name: str, anywhere: bool) -> tuple[Region, ...]:
    """Regions whose chain, or the lower end of it, is written in the name."""
    words = _words("word")
    found = list(_full().get(name, ()))
    found += (r for r in _short().get(name, ()) if anywhere or r.level < Level.COUNTY or name not in words)
    for cut in range(2, len(name) - 1):
        if above := _above().get(name[:cut]):
            found += (r for r in _parse(name[cut:], True) if _lies_in(r, above) and r not in found)
    return tuple(found)


def _chains(text: str, hits: Iterable[_Hit], year: int | None) -> Iterator[_Hit]:
    """Join adjacent names of one chain, take in an everyday name before it, drop doubtful names that stand alone."""
    last: _Hit | None = None
    for hit in hits:
        if last and hit.start == last.end and (lower := _below(hit.regions, last.regions)):
            last = last._replace(end=hit.end, regions=lower)
            continue
        above = _above_before(text, hit, year)
        if last and hit.start < last.end and (not above or above.start < last.start):
            continue
        if last and (not above or above.start >= last.end):
            yield last
        last = above or (hit if _stands_alone(text, hit) else (last if last and hit.start < last.end else None))
    if last:
        yield last


def _above_before(text: str, hit: _Hit, year: int | None) -> _Hit | None:
    """The hit with the everyday names of higher units that stand directly before it (四川|成都市), if there are any."""
    start, found = hit.start, hit.regions
    while names := [
        (size, lower)
        for size in _above_sizes()
        if size <= start and (above := _above().get(text[start - size : start]))
        and (lower := _below(found, tuple(r for r in above if exists(r, year))))
    ]:  # fmt: skip
        size, found = names[0]
        start -= size
    return hit._replace(start=start, regions=found) if start < hit.start else None


def _stands_alone(text: str, hit: _Hit) -> bool:
    """True when the name is a mention without a higher unit before it."""
    check: Callable[[str, _Hit], bool] = _short_alone if hit.short else _full_alone
    return check(text, hit)


def _full_alone(text: str, hit: _Hit) -> bool:
    name, before = text[hit.start : hit.end], text[hit.start - 1 : hit.start]
    if name in _words("generic"):
        return False
    if _WORD_GOES_ON.match(text, hit.end) and (len(name) < 3 or name[:-1] in _words("word") or name[-1] == "区"):
        return False
    if not before or not _HAN.match(before):
        return True
    if len(name) == 2 and name[0] in _words("risky"):
        return before in _BEFORE_RISKY
    return before + name[0] not in _cut_words()


def _short_alone(text: str, hit: _Hit) -> bool:
    name, level = text[hit.start : hit.end], hit.regions[0].level
    kind = {Level.PREFECTURE: "city", Level.COUNTY: "word"}.get(level)
    if kind and name in _words(kind):
        return False
    start, end = max(0, hit.start - _WINDOW), hit.end + _WINDOW
    window = text[start:end]
    if any(name in phrase and phrase in window for phrase in _phrases().get(name, ())):
        return False
    place = start
    for word in _jieba().cut(window, False):
        ends = place + len(word)
        if place == hit.start and ends > hit.end:
            return level < Level.COUNTY and ends - hit.end > 1
        if place < hit.start < ends or place < hit.end < ends:
            return False
        place = ends
    return True


def _full_hits(text: str, year: int | None) -> Iterator[_Hit]:
    """Every place where a full name ends, with the longest one that existed then."""
    index, sizes = _full(), _full_sizes()
    for match in _name_ends().finditer(text):
        end = match.end()
        for size in sizes[text[end - 2 : end]]:
            name = text[end - size : end] if size <= end else ""
            if (found := index.get(name)) and (found := _existing(found, year)):
                if not (name == "海南行政区" and text[end : end + 1] == "划"):
                    yield _Hit(end - size, end, found, False)
                break


def _short_hits(text: str, year: int | None) -> Iterator[_Hit]:
    """Every place where an everyday name begins, with the longest one that existed then; roads and the like left out."""
    index, sizes, free = _short(), _short_sizes(), 0
    for match in _name_starts().finditer(text):
        start = match.start()
        if start < free or (lengths := sizes.get(text[start : start + 2])) is None:
            continue
        for size in lengths:
            if (found := index.get(text[start : start + size])) and (found := _existing(found, year)):
                free = start + size
                if not _NAMED_AFTER.match(text, free):
                    yield _Hit(start, free, found, True)
                break


def _merged(text: str, full: list[_Hit], shorts: Iterable[_Hit]) -> Iterator[_Hit]:
    """Both kinds in order of their start; where they overlap, the full name stays if it is a mention at all."""
    place = 0
    for short in shorts:
        while place < len(full) and full[place].end <= short.start:
            yield full[place]
            place += 1
        if place < len(full) and full[place].start < short.end:
            doubtful = full[place].start > short.start and not _full_alone(text, full[place])
            if not doubtful:
                continue
            place += 1
        yield short
    yield from full[place:]


def _mention(text: str, hit: _Hit) -> RegionMention:
    found = hit.regions
    if hit.short:
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


def _below(lower: tuple[Region, ...], above: tuple[Region, ...]) -> tuple[Region, ...]:
    return tuple(r for r in lower if _lies_in(r, above))


def _lies_in(region: Region, above: Iterable[Region]) -> bool:
    return any(a.divisions[-1] in region.divisions[:-1] for a in above)


@cache
def _full() -> _Index:
    return _index((region.divisions[-1].name, region) for region in regions())


@cache
def _short() -> _Index:
    """Everyday names; of those that one name has, the highest level comes first, then the newest."""
    names = ((name, r) for r in regions() for name in short_names(r.divisions[-1]) if name != r.divisions[-1].name)
    return _index((name, region) for name, region in names if len(name) > 1)


@cache
def _above() -> _Index:
    """Full and everyday names of provinces and prefectures, which may stand before a lower unit."""
    pairs = [(name, region) for index in (_full(), _short()) for name, found in index.items() for region in found]
    return _index((name, region) for name, region in pairs if region.level < Level.COUNTY)


def _index(pairs: Iterable[tuple[str, Region]]) -> _Index:
    groups: dict[str, list[Region]] = {}
    for name, region in pairs:
        groups.setdefault(name, []).append(region)
    return {name: tuple(sorted(group, key=lambda r: (r.level, age(r)))) for name, group in groups.items()}


@cache
def _above_sizes() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in _above()}, reverse=True))


@cache
def _full_sizes() -> dict[str, tuple[int, ...]]:
    return _sizes((name[-2:], name) for name in _full())


@cache
def _short_sizes() -> dict[str, tuple[int, ...]]:
    return _sizes((name[:2], name) for name in _short())


def _sizes(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    sizes: dict[str, set[int]] = {}
    for key, name in pairs:
        sizes.setdefault(key, set()).add(len(name))
    return {key: tuple(sorted(found, reverse=True)) for key, found in sizes.items()}


@cache
def _name_ends() -> re.Pattern[str]:
    """One of the last characters of names, after a character that stands before it in some name."""
    ends: dict[str, set[str]] = {}
    for before, last in sorted(_full_sizes()):
        ends.setdefault(last, set()).add(before)
    pairs = "|".join(f"[{''.join(sorted(befores))}]{last}" for last, befores in sorted(ends.items()))
    return re.compile(f"[{''.join(sorted(ends))}](?<={pairs})")


@cache
def _name_starts() -> re.Pattern[str]:
    firsts, seconds = ("".join(sorted({key[i] for key in _short_sizes()})) for i in (0, 1))
    return re.compile(f"[{firsts}](?=[{seconds}])")


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(row["text"] for row in rows("region_words.tsv") if row["kind"] == kind)


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    pairs = [(name, phrase) for phrase in sorted(_words("phrase")) for name in _short() if name in phrase]
    return {name: tuple(p for n, p in pairs if n == name) for name, _ in pairs}


@cache
def _cut_words() -> frozenset[str]:
    """Two characters over which no full name may begin: the end of a common word, or an everyday name (上海|城市)."""
    places = {name for name in _above() if len(name) == 2}
    return frozenset(word[-2:] for word in _words("left")) | places


@cache
def _jieba() -> rjieba.Jieba:
    return rjieba.Jieba()
