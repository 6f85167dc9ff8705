"""Where a document belongs and for which year it speaks: region 地区 and year 年份."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date

from gongwen import dates, regions
from gongwen.reading import Reading
from gongwen.types import DocNumber, Evidence, Fact, Genre, IssuingBody, Level, Region, RegionMention, Span, Where

_OPENING = 600  # characters in which a text says where and when it speaks
# 新华社重庆2月13日电, 重庆日报讯. Beijing is where the agency sits, so its dateline says nothing.
_DATELINE = re.compile(
    r"(?:新华社|中新社|中新网|央广网)(?!北京)([\u4e00-\u9fff]{2,5}?)\d{1,2}月|(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,4})(?:日报|晚报|在线|网)(?:消息|讯)"
)
_BY_REPORT_YEAR = (Genre.ANNUAL_REPORT, Genre.BUDGET, Genre.WORK_REPORT)


def year_hint(reading: Reading, number: Fact[DocNumber] | None, signed: Fact[date] | None) -> int | None:
    """The year in which names of places and bodies are to be understood."""
    if signed:
        return signed.value.year
    if number and number.value.year:
        return number.value.year
    years = dates.find_years(reading.title)
    return years[0][0] if years else None


def region(reading: Reading, bodies: tuple[Fact[IssuingBody], ...], year: int | None) -> Fact[Region] | None:
    """The place of the issuing body; else of the index number's prefix, the title, the dateline, the opening.

    A document of a central body has none, a title that names two places gives none.
    """
    for fact in bodies:
        if fact.value.region:
            rule = f"发文机关所在地：{fact.evidence.rule}"
            return Fact(fact.value.region, replace(fact.evidence, rule=rule))
    if bodies and all(fact.value.level is Level.CENTRAL for fact in bodies):
        return None
    for label, value in reading.metadata.get("index_number", []):
        code = re.match(r"[1-9]\d{5}(?=[/-])", value)
        found = regions.by_code(code[0], year) if code else None
        if found:
            return Fact(found, Evidence(f"“{label}”前六位是行政区划代码", Where.METADATA, value, Span(0, 6)))
    named = regions.find(reading.title, year=year, short=True)
    if named:
        mention = _agreed(named)
        return Fact(mention.candidates[0], reading.in_title("标题中的地名", mention.span)) if mention else None
    return _of_dateline(reading, year) or _of_opening(reading, year)


def _agreed(mentions: tuple[RegionMention, ...]) -> RegionMention | None:
    """The narrowest of several mentions when each lies in the other (浙江省 … 杭州市); None when they differ."""
    sure = [mention for mention in mentions if len(mention.candidates) == 1]
    if not sure:
        return None
    narrowest = max(sure, key=lambda mention: mention.candidates[0].level)
    if all(mention.candidates[0].contains(narrowest.candidates[0]) for mention in sure):
        return narrowest
    return None


def _of_dateline(reading: Reading, year: int | None) -> Fact[Region] | None:
    match = _DATELINE.search(reading.normal.folded[:_OPENING])
    if match is None:
        return None
    group = 1 if match[1] else 2
    found = regions.resolve(match[group], year=year)
    return Fact(found, reading.in_text("电头中的地名", Span(*match.span(group)))) if found else None


def _of_opening(reading: Reading, year: int | None) -> Fact[Region] | None:
    """The place named most in the opening, if it is named twice: 安顺市 in a report without a title."""
    mentions = [m for m in regions.find(reading.normal.folded[:_OPENING], year=year) if len(m.candidates) == 1]
    counts = {m.candidates[0]: sum(other.candidates == m.candidates for other in mentions) for m in mentions}
    best = max(counts, key=lambda region: counts[region], default=None)
    if best is None or counts[best] < 2:
        return None
    first = next(m for m in mentions if m.candidates[0] == best)
    return Fact(best, reading.in_text("开头出现最多的地名", first.span))


def year(
    reading: Reading, kind: Fact[Genre] | None, number: Fact[DocNumber] | None, dated: Fact[date] | None
) -> Fact[int] | None:
    """The year the document speaks for: a report's own year, else the number's, else that of its date, its title, its
    opening."""
    if kind and kind.value in _BY_REPORT_YEAR:
        named = dates.find_years(reading.title)  # a budget: 2021年预算执行情况和2022年预算草案 speaks for 2022
        for found, span in named[-1:] if kind.value is Genre.BUDGET else named[:1]:
            return Fact(found, reading.in_title("报告标题中的年份", span))
        for found, span in dates.find_years(reading.normal.folded[:1000]):
            return Fact(found, reading.in_text("报告正文中首个年份", span))
    if number and number.value.year:
        return Fact(number.value.year, replace(number.evidence, rule="发文字号的年份"))
    if dated:
        return Fact(dated.value.year, replace(dated.evidence, rule=f"日期的年份：{dated.evidence.rule}"))
    for found, span in dates.find_years(reading.title):
        return Fact(found, reading.in_title("标题中的年份", span))
    return _year_of_text(reading)


def _year_of_text(reading: Reading) -> Fact[int] | None:
    """The year a text without number and date names most, the later of two: news of 2020 that cites a rule of 2019."""
    named = dates.find_years(reading.normal.folded)
    if not named:
        return None
    counts = Counter(found for found, _ in named)
    best = max(counts, key=lambda found: (counts[found], found))
    span = next(span for found, span in named if found == best)
    return Fact(best, reading.in_text("正文中出现最多的年份", span))
