"""Where a document belongs and for which year it speaks: region 地区 and year 年份."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date

from gongwen import dates, identifiers, issuers, regions
from gongwen.reading import Reading
from gongwen.types import DocNumber, Evidence, Fact, Genre, IssuingBody, Level, Region, RegionMention, Span, Where

_OPENING = 600  # characters in which a text has its dateline
_BEGINNING = 2500  # characters in which a text says where it speaks of; longer texts wander
# Of what a text says, the share that must be about a province, its prefecture, its county. Chosen on 160 notices of 2020:
# 上海 18 times beside 武汉 3 times is 上海; 浦东新区 in half of what is said of 上海 is one example of several.
_LATE_IN_TEXT, _CLOSE = 700, 60  # a year named once tells the text's own only near its beginning, or where it is signed
_WEAK = re.compile(r"[ ]?年(?:度|底|末|同期|以来)")  # a year that accounts or comparisons are of, mostly the one before
_SHARES = (0.5, 0.55, 0.55)
_HELPED = re.compile(r"(?:支援|驰援|援助|增援|援|支持|捐赠|经停|来自)[了给往赴]?$")
_PAPER = re.compile(r"日报|晚报|晨报|商报|在线")
_ACTING = re.compile(r"(?:市委|省委|区委|县委|委|人民政府|政府)")  # behind a place: its own party or government acts
_NATIONWIDE = re.compile(r"[0-9一二三四五六七八九十]个省")
_AND = re.compile(r"[、和与及,]")
_AGENCY_SEAT = "北京"  # where the agencies sit: 新华社北京2月18日电 is news of the centre
# 新华社重庆2月13日电, 重庆日报讯.
_DATELINE = re.compile(
    r"(?:新华社|中新社|中新网|央广网)([\u4e00-\u9fff]{2,5}?)\d{1,2}月|(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,4})(?:日报|晚报|在线|网)(?:消息|讯)"
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
    """The place of the issuing body; else of the index number's prefix, the title, the dateline, the text.

    A document of a central body has none, nor has a title that names two places or begins with a central body.
    """
    for fact in bodies:
        if fact.value.region:
            rule = f"发文机关所在地：{fact.evidence.rule}"
            return Fact(fact.value.region, replace(fact.evidence, rule=rule))
    if bodies and all(fact.value.level is Level.CENTRAL for fact in bodies):
        return None
    for label, value in reading.metadata.get("index_number", []):
        found = identifiers.region_of_index(value, year)
        if found:
            return Fact(found, Evidence(f"“{label}”前六位是行政区划代码", Where.METADATA, value, Span(0, 6)))
    if issuers.begins_with_central(reading.title) or _NATIONWIDE.search(reading.title):
        return None
    named = _subjects(reading.title, regions.find(reading.title, year=year, short=True))
    if any(len(mention.candidates) == 1 for mention in named):
        mention = _agreed(reading.title, named)
        return Fact(mention.candidates[0], reading.in_title("标题中的地名", mention.span)) if mention else None
    return _of_text(reading, year)


def _subjects(text: str, mentions: tuple[RegionMention, ...]) -> tuple[RegionMention, ...]:
    """Without the places that others come to help (驰援武汉, 支援湖北省) and the papers named after a place (重庆日报)."""
    return tuple(
        mention
        for mention in mentions
        if not _HELPED.search(text, max(0, mention.span.start - 6), mention.span.start)
        and not _PAPER.match(text, mention.span.end)
    )


def _agreed(title: str, mentions: tuple[RegionMention, ...]) -> RegionMention | None:
    """The narrowest of several mentions when each lies in the other (浙江省 … 杭州市), else the one with which the title
    begins as its subject (上海市台湾同胞…规定, but not 福建、江苏…); None when they differ."""
    sure = [mention for mention in mentions if len(mention.candidates) == 1]
    narrowest = max(sure, key=lambda mention: mention.candidates[0].level)
    if all(mention.candidates[0].contains(narrowest.candidates[0]) for mention in sure):
        return narrowest
    first = sure[0]
    beside = any(m.span.start == first.span.end for m in mentions) and not first.text.endswith(tuple("省市区县州"))
    one_of_several = beside or _AND.match(title, first.span.end)
    return first if first.span.start == 0 and not one_of_several else None


def _of_text(reading: Reading, year: int | None) -> Fact[Region] | None:
    """The place that the beginning of a text without any in its title speaks of, its dateline first."""
    opening = reading.normal.folded[:_BEGINNING]
    mentions = _subjects(opening, regions.find(opening, year=year, short=True))
    weighed = [(mention, 2 if _ACTING.match(opening, mention.span.end) else 1) for mention in mentions]
    dateline = _DATELINE.search(opening[:_OPENING])
    found = _of_dateline(reading, dateline, year) if dateline else None
    central = found is None and dateline is not None and dateline[1] == _AGENCY_SEAT
    best = _weightiest(weighed)
    if found and (best is None or not found.value.contains(best)):
        return found
    if best is None or (central and best.names[0] != "北京市"):
        return None
    first = next(mention for mention in mentions if best.contains(mention.candidates[0]))
    return Fact(best, reading.in_text("正文开头说得最多的地方", first.span))


def _weightiest(weighed: list[tuple[RegionMention, int]]) -> Region | None:
    """The lowest place that most of what is said is about, if it is named twice or by its own government once."""
    places = [(mention.candidates[0], weight) for mention, weight in weighed if len(mention.candidates) == 1]
    total, best = sum(weight for _, weight in places), None
    for depth, share in enumerate(_SHARES, 1):
        counts: Counter[tuple[str, ...]] = Counter()
        for place, weight in places:
            if len(place.codes) >= depth and (best is None or best.contains(place)):
                counts[place.codes[:depth]] += weight
        codes, most = max(counts.items(), key=lambda item: item[1], default=((), 0))
        if most < 2 or most <= share * total:
            break
        total = most
        best = Region(next(place for place, _ in places if place.codes[:depth] == codes).divisions[:depth])
    return best


def _of_dateline(reading: Reading, match: re.Match[str], year: int | None) -> Fact[Region] | None:
    group = 1 if match[1] else 2
    found = regions.resolve(match[group], year=year) if match[group] != _AGENCY_SEAT else None
    return Fact(found, reading.in_text("电头中的地名", Span(*match.span(group)))) if found else None


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
    """The year a text without number and date names most, the later of two: news of 2020 that cites a rule of 2019.

    A text that names none was written in the year of the newest document it cites, or soon after.
    """
    folded = reading.normal.folded
    named = list(dates.find_years(folded))
    named += [(one.date.year, one.span) for one in dates.find(folded) if "年" not in folded[slice(*one.span)]]
    named = [one for one in named if not _WEAK.match(folded, one[1].end)] or named
    if len(named) == 1 and _LATE_IN_TEXT < named[0][1].start < len(folded) - _CLOSE:
        named = []  # named once in passing: 超过了2008年汶川特大地震的调动规模
    if named:
        counts = Counter(found for found, _ in named)
        best = max(counts, key=lambda found: (counts[found], found))
        return Fact(best, reading.in_text("正文中出现最多的年份", min(span for found, span in named if found == best)))
    cited = [(one.number.year, one.span) for one in reading.numbers if one.number.year]
    if not cited:
        return None
    newest = max(found for found, _ in cited)
    return Fact(newest, reading.in_text("所引文号中最新的年份", next(span for found, span in cited if found == newest)))
