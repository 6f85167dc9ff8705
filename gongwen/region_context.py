"""Whether a division's name found at a place in text is the division there, or a piece of other words.

A name is only characters: 上海城市规划 holds 海城市, 创建示范县 holds 范县, 北京东路 holds 北京. Directly below a higher unit
(辽宁海城市) a full name is sure. Alone it must not be a common noun (城区), not go on as another word (江北区|域), not begin in one
(上海|城市), and not name a road. An everyday name must begin and end where jieba's words do (推广|安全 does not hold
广安), and no road, village or park may follow. The words are in ``gongwen/data/region_words.tsv``, one kind a rule.

When in doubt a name is no mention: a wrong place misleads a facet, a missed one is found from the issuer or the site.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import rjieba

from gongwen.data import rows
from gongwen.divisions import names_above, short_index
from gongwen.types import Level, Region

# After an everyday name: a road, a village, a park is named after the place and is not the place. 道路 and 道德 are words.
NAMED_AFTER = re.compile(
    r"[东西南北中]?[一二三四五]?(?:路|街|巷|大道|胡同|道(?![路德教歉理]))|[村镇乡]|社区|公园|中学|小学|饭店|宾馆|酒店|籍"
)
# After a full name: 冠县路. Not 路灯, 路桥, 路段, which belong to the place.
_ROAD = re.compile(r"[东西南北中]?路(?![灯网政桥段面况边权基长由线])")
# After the 区, 市 or 县 of a full name: 区域, 区划, 市场, 县级 are words, so a doubtful name is none.
_WORD_GOES_ON = re.compile(r"(?<=区)[域划间位别块]|(?<=县)[级域]|(?<=市)[场级]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BEFORE_RISKY = frozenset("于在赴共由原给")
_WINDOW = 6


class Hit(NamedTuple):
    """A name found in text, with the regions it can mean; ``short`` for an everyday name."""

    start: int
    end: int
    regions: tuple[Region, ...]
    short: bool


def stands_alone(text: str, hit: Hit) -> bool:
    """True when the name is a mention without a higher unit before it."""
    return _short_alone(text, hit) if hit.short else full_alone(text, hit)


def ends_well(text: str, hit: Hit) -> bool:
    """False for a county's everyday name inside a chain that is the beginning of a word (青岛市|胶州湾)."""
    if not hit.short or hit.regions[0].level < Level.COUNTY:
        return True
    ends, place = set(), hit.start
    for word in _cut(text[hit.start : hit.end + _WINDOW]):
        place += len(word)
        ends.add(place)
    return hit.end in ends


def full_alone(text: str, hit: Hit) -> bool:
    """True when a full name is a mention by itself: no common noun, no piece of other words, no road."""
    name, before = text[hit.start : hit.end], text[hit.start - 1 : hit.start]
    if name in words("generic") or _ROAD.match(text, hit.end):
        return False
    if _WORD_GOES_ON.match(text, hit.end) and (len(name) < 3 or name[:-1] in words("word") or name[-1] == "区"):
        return False
    if not before or not _HAN.match(before):
        return True
    if len(name) == 2 and name[0] in words("risky"):
        return before in _BEFORE_RISKY
    return before + name[0] not in _cut_words()


def _short_alone(text: str, hit: Hit) -> bool:
    name, level = text[hit.start : hit.end], hit.regions[0].level
    if level == Level.PREFECTURE and name in words("city"):
        return False
    start = max(0, hit.start - _WINDOW)
    window = text[start : hit.end + _WINDOW]
    if any(phrase in window for phrase in _phrases().get(name, ())):
        return False
    place = start
    for word in _cut(window):
        ends = place + len(word)
        if place == hit.start and ends > hit.end:
            return level < Level.COUNTY and ends - hit.end > 1
        if place < hit.start < ends or place < hit.end < ends:
            return False
        place = ends
    return True


def _cut(window: str) -> list[str]:
    """Words of a few characters; lone surrogates, which jieba cannot take, become question marks."""
    return _jieba().cut(window.encode("utf-8", "replace").decode("utf-8"), False)


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one kind in ``region_words.tsv``, whose head says what each kind does."""
    return frozenset(row["text"] for row in rows("region_words.tsv") if row["kind"] == kind)


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    pairs = [(name, phrase) for phrase in sorted(words("phrase")) for name in short_index() if name in phrase]
    return {name: tuple(p for n, p in pairs if n == name) for name, _ in pairs}


@cache
def _cut_words() -> frozenset[str]:
    """Two characters over which no full name may begin: the end of a common word, or an everyday name (上海|城市)."""
    places = {name for name in names_above() if len(name) == 2}
    return frozenset(word[-2:] for word in words("left")) | places


@cache
def _jieba() -> rjieba.Jieba:
    return rjieba.Jieba()
