"""The sentences in which a document says from when and until when it is in force: 本通知自2023年6月1日起施行，有效期五年。"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from gongwen import cited_names, dates
from gongwen.numerals import value
from gongwen.reading import Reading
from gongwen.types import Fact, Genre, Span, Validity

_REACH = 160  # characters of a sentence before and behind the word that was found
_TRIGGER = re.compile(r"施行|执行|生效|实施|试行|实行|有效|截止|[防禁]火期|禁渔期|管控期|年度\(")
_STOP = re.compile(r"[。;\n]")
_KIND = (
    "通知|通告|公告|办法|规定|意见|方案|细则|条例|规则|决定|措施|政策|预案|标准|规程|令|法|指南|指引|规范|制度|计划|要点|批复|"
    "函|准则|章程|文件|规划|目录|清单|解释|纲要"
)
_SUBJECT = re.compile(rf"(?:本|以上|上述)(?P<kind>[^,。;:本《》所]{{0,10}}?(?:{_KIND}))(?P<rest>[^《》]{{0,40}})$")
_NOT_ITSELF = re.compile(
    r"所称|规定的|[按依]照|根据|第[^,]{1,6}条|申请|许可|证|合同|之前|以前|单位|企业|人员|标准自|价格"
)
_NO_SUBJECT = re.compile(
    r"^(?:第[一二三四五六七八九十百零]{1,6}条|[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十0-9]{1,3}[)]|[0-9]{1,2}[.、])?[ ]*"
    r"(?:.{0,80}现(?:将[^,。;]{1,40}?)?(?:予以?)?(?:公布|发布|印发)[^。;]{0,16},)?$"
)
_START = re.compile(
    r"(?:[自从于]|^)(?P<when>[^,。;自从于]{1,24}?)(?:(?:开始|起)(?P<later>[^,。;]{0,10}?)(?:正式|暂)?|(?<=[0-9]日)(?:正式)?)"
    r"(?:施行|执行|生效|实施|试行|实行)(?!的)"  # 2011年5月1日起施行的《办法》 is another document
)
_PUBLISHED = re.compile(r"(?:印发|发布|公布|发文|下发|颁布|签发|签署|公告|发出)之?日|^即日")
_LATER = re.compile(r"(?P<count>[0-9一二三四五六七八九十]{1,3})(?P<unit>个月|[日天年])[之以]?后")
_COUNT = r"(?P<count>[0-9一二两三四五六七八九十]{1,3})[ ]?(?P<unit>年|个月|[日天])"
_PERIOD = r"(?:有效期|试行期|试用期|执行期|实施期|施行期|适用期|政策期|期限)限?"
_LASTS = re.compile(rf"(?:{_PERIOD}|试行|暂行)(?:暂定)?(?:为|是|:)?(?:自[^,。;]{{2,24}}起)?的?{_COUNT}(?![内后])")
_DAY = r"(?P<year>(?:19|20)[0-9]{2})[ ]?年(?:[ ]?(?P<month>[0-9]{1,2})[ ]?月(?:[ ]?(?P<day>[0-9]{1,2})[ ]?日)?)?"
_UNTIL = re.compile(
    rf"(?:{_PERIOD}|截止(?:日期|时间|日)|试行|执行|施行|实施|有效|截止)(?:暂定)?(?:为|是|:)?(?:自[^。;]{{2,30}}?|暂)?(?:至|到|截至|截止到?|为)[ ]?{_DAY}"
)
_FROM_TO = re.compile(
    rf"(?P<what>{_PERIOD}间?|[防禁]火期|禁渔期|管控期|执行时间|年度\()(?:暂定)?(?:为|是|:)?自?(?P<from>[^,。;至()]{{6,14}}?日)起?(?:至|到|-|—){_DAY}"
)
_THROUGH = re.compile(
    rf"自(?P<from>[^,。;至()]{{6,14}}?日)起?(?:至|到|-|—)[ ]?{_DAY}(?:止|期间)?(?:有效|施行|执行|实施|试行)"
)
# Behind the first day: 自2018年8月1日起施行,至2021年7月31日止; …,2025年10月31日废止.
_AND_ENDS = re.compile(rf",(?:[至到][ ]?)?{_DAY}(?:止|为止|起?(?:自行|自动|自然)?(?:废止|失效|终止))")
_UNTIL_WORDS = re.compile(
    rf"(?:{_PERIOD}|施行|执行|实施|试行|有效|截止)(?:为|是|:)?[至到][ ]?(?P<until>[一二][〇○零一二三四五六七八九]{{3}}年[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}日)"
)
_OPEN = re.compile(
    rf"(?:{_PERIOD}|截止(?:日期|时间|日)?|执行|施行|实施|试行)(?:暂定)?(?:为|:)?(?:自[^,。;]{{2,20}}起)?(?:至|到)(?![ ]?[0-9])[^,。;]{{2,50}}|"
    r"截止(?:日期|时间)?[^。;]{0,16}另行|待[^。;]{2,40}(?:自行|自然|自动)?(?:废止|失效|停止执行)|疫情(?:防控)?期间|解除(?:日期|时间)|结束之日起?|(?:自行|自动|自然)(?:废止|失效)"
)
_MARK = re.compile(r"[(〔](?:此件|该文|本文|全文)?(?:已)?(?P<word>废止|失效|全文废止|全文失效)[)〕]")
_MARKS = {"废": Validity.REPEALED, "失": Validity.EXPIRED}
_ORDERS = (Genre.ORDER, Genre.PUBLIC_NOTICE, Genre.ANNOUNCEMENT)


@dataclass(frozen=True, slots=True)
class Said:
    """What the text says: first and last day in force, the sentence that proves it, and whether the end has no date."""

    start: Fact[date] | None = None
    end: Fact[date] | None = None
    proof: Span | None = None
    open_ended: bool = False


def mark(reading: Reading) -> Fact[Validity] | None:
    """已废止 or 失效 in brackets in the title or alone on one of the first lines."""
    match = _MARK.search(reading.title)
    if match:
        return Fact(_MARKS[match["word"].removeprefix("全文")[0]], reading.in_title("标题注明", Span(*match.span())))
    for line in reading.lines[:6]:
        if found := _MARK.fullmatch(line.folded):
            return Fact(_MARKS[found["word"].removeprefix("全文")[0]], reading.in_text("标题下注明", line.span))
    return None


def find(reading: Reading, genre: Genre | None, dated: Fact[date] | None) -> Said:
    """What the text says of its own document; ``dated`` is the day of 印发之日.

    Of several such sentences (an order and the rules it publishes) the last that speaks of the document's own kind counts.
    """
    text = reading.normal.folded
    kinds = _own_kinds(reading.title)
    best: tuple[bool, Said] | None = None
    before: Said | None = None
    end_of_last = -9
    for sentence in _sentences(text):
        said, kind = _said(reading, sentence, genre, dated)
        if said is None and before and sentence.start - end_of_last <= 2:
            said, kind = _continued(reading, sentence, before)
        if said is None:
            continue
        mine = not kind or any(kind.endswith(own) or own.endswith(kind) for own in kinds)
        # The terms of what a higher body issued are not its own; what is 批转 or 拟定 by a lower one is.
        if not mine and re.search(r"转发(?!.*拟[订定]的)", reading.title):
            continue
        if best is None or mine >= best[0]:
            best = (mine, said)
        before, end_of_last = said, sentence.end
    return best[1] if best else Said()


def _own_kinds(title: str) -> tuple[str, ...]:
    names = (title, cited_names.unwrapped(title) or "")
    return tuple(found[0] for name in names if (found := re.search(rf"(?:{_KIND})$", cited_names.bare(name))))


def _sentences(text: str) -> Iterator[Span]:
    """The sentences that hold a word of the subject, each once, cut to a bounded length."""
    last = -1
    for match in _TRIGGER.finditer(text):
        if match.start() < last:
            continue
        head = text[max(0, match.start() - _REACH) : match.start()]
        cut = max((stop.end() for stop in _STOP.finditer(head)), default=0)
        tail = _STOP.search(text, match.end(), match.end() + _REACH)
        end = tail.start() if tail else min(len(text), match.end() + _REACH)
        start = max(match.start() - len(head) + cut, last)
        yield Span(start, end)
        last = end


def _said(reading: Reading, span: Span, genre: Genre | None, dated: Fact[date] | None) -> tuple[Said | None, str]:
    """What one sentence says of the document, and as what the document calls itself there."""
    sentence = reading.normal.folded[span.start : span.end]
    if genre is Genre.TENDER:
        return _tender(reading, span, sentence), ""
    start, through, lasts = _START.search(sentence), _through(sentence), _LASTS.search(sentence)
    until = _UNTIL.search(sentence) or _UNTIL_WORDS.search(sentence)
    first = min((match.start() for match in (start, through, lasts, until) if match), default=None)
    if first is None:
        for_ever = sentence.find("长期有效")
        return (Said(proof=span) if for_ever >= 0 and _SUBJECT.search(sentence[:for_ever]) else None), ""
    kind = _itself(sentence[:first], reading.title)
    if kind is None and genre in _ORDERS and through and through.groupdict().get("what", "期限") != "期限":
        kind = ""  # 森林防火期为…至…: an order or public notice that rules for a season is in force for it
    elif kind == "" and start is None and through is None:
        kind = None  # 有效期五年 alone: of what, the sentence before says
    begins = _begin(start, through, dated)
    # Without a first day of its own, a term runs from the day of the document; not from a day that is named but unknown.
    ends = _end(sentence, dated.value if dated and begins is None and start is None else begins)
    if kind is None or (begins is None and ends is None and not _dated_by_printing(start, lasts)):
        return None, ""
    begin = Fact(begins, reading.in_text("正文写明施行日期", span)) if begins else None
    end = Fact(ends, reading.in_text("正文写明期限", span)) if ends else None
    return Said(begin, end, span, ends is None and bool(lasts or _OPEN.search(sentence))), kind


def _through(sentence: str) -> re.Match[str] | None:
    """From a day to a day: 防火期为…至…, 自…起至…执行."""
    return _FROM_TO.search(sentence) or _THROUGH.search(sentence)


def _dated_by_printing(start: re.Match[str] | None, lasts: re.Match[str] | None) -> bool:
    """True of 自印发之日起施行 and 有效期五年, which say something also where the day is unknown."""
    return lasts is not None or (start is not None and bool(_PUBLISHED.search(start["when"])))


def _tender(reading: Reading, span: Span, sentence: str) -> Said | None:
    """A call for bids is open until 截止时间."""
    match = _UNTIL.search(sentence) or re.search(rf"截止时间:?{_DAY}", sentence)
    day = _day(match) if match else None
    return Said(None, Fact(day, reading.in_text("投标截止时间", span)), span) if day else None


def _continued(reading: Reading, span: Span, before: Said) -> tuple[Said | None, str]:
    """A sentence that goes on about the term: 本办法自…起施行。有效期五年。"""
    sentence = reading.normal.folded[span.start : span.end]
    if not re.match(rf"[ ]*(?:{_PERIOD}|试行)", sentence):
        return None, ""
    ends = _end(sentence, before.start.value if before.start else None)
    if ends is None and not _OPEN.search(sentence):
        return None, ""
    end = Fact(ends, reading.in_text("正文写明期限", span)) if ends else None
    return Said(before.start, end, before.proof, ends is None), ""


def _itself(subject: str, title: str) -> str | None:
    """As what the words before 自…起施行 name the document: 通知 of 本通知; empty without a subject; None when they name
    something else.
    """
    if match := _SUBJECT.search(subject):
        return None if _NOT_ITSELF.search(match["rest"]) else match["kind"]
    if _NO_SUBJECT.match(subject):
        return ""
    named = re.search(r"《([^《》]{4,120})》[^。;]{0,80}$", subject)
    key = cited_names.key
    if named and key(cited_names.bare(named[1])) in {
        key(cited_names.bare(title)),
        key(cited_names.unwrapped(title) or "-"),
    }:
        return ""
    return None


def _begin(start: re.Match[str] | None, through: re.Match[str] | None, dated: Fact[date] | None) -> date | None:
    if through and (day := dates.parse(through["from"])):
        return day
    if start is None:
        return None
    day = dates.parse(start["when"])
    if day is None and _PUBLISHED.search(start["when"]) and dated:
        day = dated.value
    later = _LATER.search(start["when"] + (start["later"] or ""))
    return _plus(day, later) if day and later else day


def _end(sentence: str, start: date | None) -> date | None:
    """The last day in force."""
    until = _through(sentence) or _UNTIL.search(sentence)
    if until:
        return _day(until)
    if words := _UNTIL_WORDS.search(sentence):
        return dates.parse(words["until"])
    if start and (behind := _AND_ENDS.search(sentence)):
        return _day(behind)
    lasts = _LASTS.search(sentence)
    after = _plus(start, lasts) if lasts and start else None
    return after - timedelta(days=1) if after else None


def _day(match: re.Match[str]) -> date | None:
    """A day, or the last one of a month or year: 2025年底."""
    year, month = int(match["year"]), int(match["month"] or 12)
    try:
        return date(year, month, int(match["day"] or calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError):
        return None


def _plus(day: date, span: re.Match[str]) -> date | None:
    """The day so many years, months or days later; 29 February goes to 1 March."""
    count = value(span["count"])
    if not count:
        return None
    if span["unit"] in ("日", "天"):
        return day + timedelta(days=count)
    months = day.month - 1 + count * (12 if span["unit"] == "年" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    if year > 9998:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day.day) if day.day <= last else date(year, month, last) + timedelta(days=1)
