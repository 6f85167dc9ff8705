"""Dates 日期 as official documents write them: 2016年8月17日, 二〇一六年八月十七日, 2016-08-17, 2016.8.17, 2016/8/17,
二OO九年 with letters or Arabic zeros for 〇.

A date the calendar does not have (2019年2月30日) and years outside 1900-2100 are not dates.
Which date of a document is 成文日期 (signed) and which 发布日期 (published) is decided in :mod:`gongwen.document`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta, timezone

from gongwen.numerals import value
from gongwen.types import DateMention, Span

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The clock that days in Chinese documents go by; it has known no summer time since 1991."""

_CHINESE = "[〇○零一二三四五六七八九十廿卅0-9]"
_DATE = re.compile(
    rf"""
    [12一二](?<![0-9].)(?:               # a year's first character, from one of which the regex engine runs to the next
      (?:(?:(?<=1)9|(?<=2)0)[0-9]{{2}}|(?<=[一二])[〇○零O0一二三四五六七八九]{{3}})[ \n]{{0,3}}年
        [ \n]{{0,3}}(?P<month>{_CHINESE}{{1,3}})[ \n]{{0,3}}月[ \n]{{0,3}}(?P<day>{_CHINESE}{{1,3}})[ \n]{{0,3}}日
     |(?P<iso>(?:(?<=1)9|(?<=2)0)[0-9]{{2}}(?P<sep>[-./])(?:[01]?[0-9])(?P=sep)(?:[0-3]?[0-9]))(?![0-9.])
    )
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"([12](?<![0-9].)(?:(?<=1)9|(?<=2)0)[0-9]{2})[ ]?(?=年|/?学?年度)")


def find(folded: str) -> tuple[DateMention, ...]:
    """Every full date in a folded text, in order; never raises.

    >>> [str(mention.date) for mention in find("二〇一六年八月十七日印发，自2016-09-01起施行")]
    ['2016-08-17', '2016-09-01']
    """
    mentions = []
    for match in _DATE.finditer(folded):
        parts = re.split(r"[-./]", match[0]) if match["iso"] else [match[0][:4], match["month"], match["day"]]
        found = _calendar_date(parts)
        if found:
            mentions.append(DateMention(found, Span(*match.span())))
    return tuple(mentions)


def parse(text: str) -> date | None:
    """The first date in a metadata value such as ``2021-02-20 13:34``; None when there is none."""
    mentions = find(text)
    return mentions[0].date if mentions else None


def find_years(folded: str) -> tuple[tuple[int, Span], ...]:
    """Years named as such, with their spans: 2013年, 2013年度.

    >>> find_years("衢州市2013年度报告")
    ((2013, Span(start=3, end=7)),)
    """
    return tuple((int(match[1]), Span(*match.span(1))) for match in _YEAR.finditer(folded))


def _calendar_date(parts: list[str]) -> date | None:
    numbers = [value(part) for part in parts]
    if None in numbers:
        return None
    year, month, day = (number or 0 for number in numbers)
    try:
        return date(year, month, day)
    except ValueError:
        return None
