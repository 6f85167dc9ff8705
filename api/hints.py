"""Filters said in words: the place, year, issuing body and kind that a question names.

They are offered as filters and weigh in the ranking; nothing is filtered by them unasked, for a place may also be the
subject (重庆 as where a train goes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from gongwen import dates, regions
from gongwen.types import Genre

_RELATIVE = {"前年": -2, "去年": -1, "上年度": -1, "上一年": -1, "今年": 0, "本年度": 0, "明年": 1}
_GENRES = (
    (re.compile("年度报告|年报"), Genre.ANNUAL_REPORT),
    (re.compile("政府工作报告"), Genre.WORK_REPORT),
    (re.compile("政策解读|解读"), Genre.INTERPRETATION),
)
_KINDS = re.compile("|".join(list(Genre)[:15]))


@dataclass(frozen=True, slots=True)
class Hints:
    """What a question names. ``regions``: for each place the codes it can mean; ``genres`` and ``issuers`` as stored."""

    regions: tuple[tuple[str, ...], ...] = ()
    region_names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    genres: tuple[Genre, ...] = ()
    issuers: tuple[str, ...] = ()


def find(folded: str, today: date | None) -> Hints:
    """The hints of a folded question; ``today`` is what 去年 is counted from.

    >>> hints = find("2013年衢州年度报告", date(2026, 1, 1))
    >>> hints.regions, hints.years, hints.genres[0].value
    ((('330800',),), (2013,), 'annual_report')
    """
    mentions = regions.find(folded, short=True)
    years = [year for year, _ in dates.find_years(folded)]
    if today is not None:
        years += [today.year + shift for word, shift in _RELATIVE.items() if word in folded]
    genres = [genre for pattern, genre in _GENRES if pattern.search(folded)]
    if not genres and (last := _KINDS.search(folded, max(0, len(folded) - 4))):
        genres = [Genre(last[0])]
    return Hints(
        regions=tuple(tuple(candidate.code for candidate in mention.candidates) for mention in mentions),
        region_names=tuple(mention.text for mention in mentions),
        years=tuple(dict.fromkeys(years)),
        genres=tuple(genres),
    )
