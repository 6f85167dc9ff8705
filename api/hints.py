"""Filters said in words: the place, year, issuing body and kind that a question names.

They are offered as filters and weigh in the ranking; nothing is filtered by them unasked, for a place may also be the
subject (重庆 as where a train goes). What stands inside 《…》 is the title of a document and says nothing of the filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api import named_bodies
from gongwen import dates, numerals, regions
from gongwen.types import Genre, Region, RegionMention

_RELATIVE = {"前年": -2, "去年": -1, "上年度": -1, "上一年": -1, "今年": 0, "本年度": 0, "明年": 1}
_TITLE = re.compile(r"《[^》]{0,80}》?")

_YEAR = "(?:19|20)[0-9]{2}"
_SPAN = re.compile(rf"(?<!\d)({_YEAR})年?度?[-~至到]({_YEAR})(?:年|(?!\d))")
_MOST_YEARS = 20  # of a span; a longer one is an era and no filter
# 到2035年, 2030年前: a target and not the year of the document.
_NAMED_YEAR = re.compile(rf"(?<![\d到至])({_YEAR}) ?(?:年(?![前底]|之前|以前|以后)|学年)")
_CHINESE_YEAR = re.compile("([一二][〇○零O0一二三四五六七八九]{3})年")
# Without 年 only between spaces, behind a place, or at the end: 2019新型…, 2000元, 12345 are no years.
_BARE_YEAR = re.compile(rf"(?:(?<=\s)|^)({_YEAR})(?=\s|$)|(?<=[^\W\d])({_YEAR})(?=\s|$)")
# Two digits at the beginning or behind a place, when they are no length of time (14年以上).
_SHORT_YEAR = re.compile(r"(?<!\d)([0-9]{2})年(?!以|内|前|后|来|期|工|的|级|制|限|多|左右|$)")

# An organisation named after a place is not in it, or is the subject itself: 西安交通大学, 海南航空. Not 大学生.
_ORGANISATION = re.compile(r"[^\W\d的]{0,4}?(?:大学(?!生)|学院|航空(?!港)|银行|集团|证券)")

_INTERROGATIVE = re.compile("怎么|如何|哪里|哪个|什么|多少|吗|是否|能否")
# A kind is said by the last word of a question, or of its part before a space; the first row that fits decides.
_GENRES = tuple(
    (re.compile(pattern), genre)
    for pattern, genre in (
        ("年度报告$|年报$", Genre.ANNUAL_REPORT),
        ("政府工作报告$", Genre.WORK_REPORT),
        ("(?:政策|文件)?解读$", Genre.INTERPRETATION),
        ("预算$|决算$", Genre.BUDGET),
        ("人事任免$|任免通知$|任免$", Genre.PERSONNEL),
        ("(?:建议|提案)(?:的)?(?:答复|复函|办理)$", Genre.PROPOSAL_ANSWER),
        ("(?:招标|采购|中标|成交)公告$", Genre.TENDER),
        ("(?:政府|国务院|部|总局|委员会|主席)令$|命令$", Genre.ORDER),
        ("(?:会议)?纪要$", Genre.MINUTES),
        ("(?<!提)(?<!有)(?<!征求)(?<!听取)(?<!收集)意见$", Genre.OPINION),
        ("(?<!处罚)(?<!裁)决定$", Genre.DECISION),
        ("的报告$", Genre.REPORT),
        ("复函$|的函$", Genre.LETTER),
        ("(?P<kind>通知|通告|公告|通报|公报|决议|批复|请示|议案)$", None),
    )
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What a question names. ``regions``: for each place the codes it can mean; ``genres`` and ``issuers`` as stored.

    ``years`` may follow from a word as 去年; ``named_years`` are written as years. ``places`` are full names of places, as
    the filter takes them; where a name has several bearers, the name.
    """

    regions: tuple[tuple[str, ...], ...] = ()
    region_names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    genres: tuple[Genre, ...] = ()
    issuers: tuple[str, ...] = ()
    named_years: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


def find(folded: str, today: date | None) -> Hints:
    """The hints of a folded question without its document numbers; ``today`` is what 去年 is counted from.

    >>> hints = find("2013年衢州年度报告", date(2026, 1, 1))
    >>> hints.regions, hints.years, hints.genres[0].value
    ((('330800',),), (2013,), 'annual_report')
    """
    text = _TITLE.sub(lambda match: " " * len(match[0]), folded)
    mentions = [one for one in regions.find(text, short=True) if _says_a_place(text, one)]
    named = tuple(dict.fromkeys(_years(text, mentions)))
    if len(named) == 1:  # a place of that time: 莱芜市 in 2016
        then = [one for one in regions.find(text, year=named[0], short=True) if _says_a_place(text, one)]
        mentions = then or mentions
    years = [*named]
    if today is not None:
        years += [today.year + shift for word, shift in _RELATIVE.items() if word in text]
    candidates = [_present(mention.candidates, named) for mention in mentions]
    return Hints(
        regions=tuple(tuple(place.code for place in places) for places in candidates),
        region_names=tuple(mention.text for mention in mentions),
        years=tuple(dict.fromkeys(years)),
        genres=tuple(dict.fromkeys(_genres(text))),
        issuers=named_bodies.find(text, mentions),
        named_years=named,
        places=tuple(
            dict.fromkeys(
                str(places[0]) if len(places) == 1 else mention.text
                for mention, places in zip(mentions, candidates, strict=True)
            )
        ),
    )


def _says_a_place(text: str, mention: RegionMention) -> bool:
    """False for an everyday name that is part of an organisation's, or that places of several provinces bear (朝阳产业)."""
    if mention.text.endswith(mention.candidates[0].divisions[-1].name):
        return True
    provinces = {place.code[:2] for place in mention.candidates}
    return len(provinces) == 1 and not _ORGANISATION.match(text, mention.span.end)


def _present(candidates: Sequence[Region], years: Sequence[int]) -> tuple[Region, ...]:
    """Without a year, the places that exist today go before former ones of the same name (通州区 is Beijing's)."""
    today = tuple(place for place in candidates if place.divisions[-1].until is None)
    return today if today and not years else tuple(candidates)


def _years(text: str, places: Sequence[RegionMention]) -> Iterator[int]:
    rest = text
    for match in _SPAN.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + _MOST_YEARS:
            yield from range(first, last + 1)
            rest = rest.replace(match[0], " " * len(match[0]))
    yield from (mention.date.year for mention in dates.find(rest))
    yield from (int(match[1]) for match in _NAMED_YEAR.finditer(rest))
    yield from (
        year for match in _CHINESE_YEAR.finditer(rest) if 1949 <= (year := numerals.value(match[1]) or 0) < 2100
    )
    yield from (int(match[1] or match[2]) for match in _BARE_YEAR.finditer(rest))
    behind = {place.span.end for place in places}
    yield from (
        2000 + int(match[1]) for match in _SHORT_YEAR.finditer(rest) if match.start() in behind or not match.start()
    )


def _genres(text: str) -> Iterator[Genre]:
    for run in text.split():
        said = re.sub(r"(?:\d{4}年?度?)?[\W_]*$", "", run)
        if not said or _INTERROGATIVE.search(said):
            continue
        for pattern, genre in _GENRES:
            if match := pattern.search(said):
                yield genre or Genre(match["kind"])
                break
