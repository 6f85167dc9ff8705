"""Document numbers 发文字号: 杭政办发电〔2016〕6号.

《党政机关公文处理工作条例》 art. 9: a document number is made of 发文机关代字 (issuing code), 年份 (year) and
发文顺序号 (serial). GB/T 9704-2012 prints the year in full inside 〔 〕 and the serial in Arabic digits without leading
zeros and without 第. Three forms are read:

    bracketed  code 〔year〕 [第] serial 号        杭政办发电〔2016〕6号
    order      body 令 第 serial 号               国令第843号, 浙江省人民政府令第388号, 农业农村部公告第250号
    yearly     [body] 公告 year 年 第 serial 号    公告2020年第5号, 交通运输部令2019年第5号

and, because pages and people write so, any bracket, quotes or a space for 〔 〕, full-width digits, 第 and leading zeros
in the bracketed form, Chinese numerals, spaces and line breaks between the parts, a code spaced out as print justifies it
(国 办 发〔2014〕12号), the kind behind the serial (国务院第711号令), the body's title before it (《…的公告》(2020年第8号)),
lists (〔2013〕73、100号; 〔2013〕73号和100号; 国发〔2016〕5号和〔2017〕6号) and ranges (〔2016〕5-7号). Everything else about width, script and brackets is done before by
:func:`gongwen.normalize.normalize`.

Where the code or the body *begins* is decided by :mod:`gongwen.code_starts` (根据国发〔2013〕39号).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gongwen import code_starts, issuer_codes, issuers
from gongwen.errors import NotADocNumber
from gongwen.normalize import fold
from gongwen.numerals import CHARS, value
from gongwen.types import DocNumber, NumberForm, NumberMention, Span

_HAN = "\u3400-\u9fff"
_GAP = r"[ \n]{0,3}"
_SERIAL = rf"(?:[0-9]{{1,5}}|[{CHARS}]{{1,7}})"
# The first character alone, so that the regex engine runs from one possible beginning to the next (4 times as fast).
_YEAR = r"(?P<year>[12一二](?:(?<=1)9[4-9][0-9]|(?<=2)0[0-4][0-9]|(?<=[一二])[○零一二三四五六七八九]{3}))"
_KIND = r"(?P<kind>公告|通告|令)?"
# What follows the code. The code itself is read backwards from here, so that a text is scanned once for digits and
# not once for every Chinese character (2 MB/s against 40 MB/s on the notices).
_BRACKETED = re.compile(
    rf"""
    {_YEAR}{_GAP}年?{_GAP}                                  # 〔2016〕 and every other bracket, or none:
    (?:(?P<close>[〕)〉》"])|(?<=年)|(?=[ \n第])|(?<=[ \n]))  # 2016 6号, 2016第6号, 2016年6号
    {_GAP}第?{_GAP}
    (?P<serials>{_SERIAL}
        (?:{_GAP}号?[、,和及]{_GAP}第?{_SERIAL}(?={_GAP}[、,和及号])|{_GAP}号?[-~至]{_GAP}第?[0-9]{{1,5}}(?={_GAP}[、,和及号]))*)
    {_GAP}(?P<end>号)
    """,
    re.VERBOSE,
)
# Two digits of a year, as numbers of the 1980s have them, behind the code or before it: 国发(86)12号, (86)国发12号.
_SHORT_YEAR = rf"[〔(〈]{_GAP}(?P<year>[4-9][0-9]){_GAP}年?{_GAP}[〕)〉]{_GAP}"
_OLD = re.compile(rf"{_SHORT_YEAR}第?{_GAP}(?P<serials>{_SERIAL}){_GAP}(?P<end>号)")
_OLDEST = re.compile(
    rf"{_SHORT_YEAR}(?P<code>[{_HAN}]{{1,9}}[发字函办电]){_GAP}第?{_GAP}(?P<serials>{_SERIAL}){_GAP}(?P<end>号)"
)
_ORDER = re.compile(rf"第{_GAP}(?P<serials>{_SERIAL}){_GAP}(?P<end>号){_KIND}")
_YEARLY = re.compile(rf"{_YEAR}{_GAP}年{_GAP}第{_GAP}(?P<serials>{_SERIAL}){_GAP}(?P<end>号){_KIND}")
_OPEN = re.compile(rf"[〔(〈《\"]{_GAP}$")  # before a year in brackets
_TO_KIND = re.compile(
    r"(?:(?<=令)|(?<=[公通]告)|(?<=[公通][ ]告)|(?<=[公通][ ]{2}告))(?P<title>》)?[ \n]{0,3}[〔(]?[ \n]{0,3}$"
)  # between 公告 and 2020年第5号
# A body and the kind of its order or announcement, each on a line of its own.
_TWO_LINES = re.compile(
    rf"(?:^|(?<=\n))[ ]*(?P<body>[{_HAN}]{{4,24}})[ ]*\n[ ]*(?P<kind>公[ ]{{0,4}}告|通[ ]{{0,4}}告|令)$"
)
# A body's name before that of another one, in the number of a joint announcement: 财政部 税务总局公告2020年第9号.
_JOINT = re.compile(rf"(?<![{_HAN}])([{_HAN}]{{1,16}}(?:部|局|委|署|行|会|院|厅))[ \n、]{{1,2}}$")
# A code of single characters with a space behind each, as print justifies it: 国 办 发.
_SPACED = re.compile(rf"(?<![{_HAN}])(?:[{_HAN}][ ]{{1,2}}){{1,9}}[{_HAN}](?={_GAP}$)")
_AGAIN = re.compile(r"[、,和及与以 \n]{0,4}")  # between a number and a second year under its code
_LONGEST_RANGE = 30
# Han characters before what follows the code; 24 is more than any code or body has.
_RUN = re.compile(rf"(?:(?<=[0-9])[年月日])?([{_HAN}]{{1,24}}){_GAP}$")  # 11月1日|省人民政府令
# A branch of the body in brackets within its code: 台环建(仙), 京规自(朝)初审函.
_BRANCH = re.compile(rf"([{_HAN}]{{1,24}})\(([{_HAN}]{{1,3}})\)([{_HAN}]{{0,6}}){_GAP}$")
# Every character by itself, as recognised scans have it: 国 办 发 〔 2 0 1 8 〕 3 0 号.
_SPREAD = re.compile(r"(?<!\S)(?:(?:[^\s0-9]|[0-9]{1,5})[ \n]{1,4}){5,39}号$")
_SPREAD_END = re.compile(r" 号(?!\S)")
_LONGEST_SPREAD = 160


def parse(text: str) -> DocNumber:
    """The document number that the whole text is, in any writing.

    >>> str(parse("杭政辦發電［2016］第06號"))
    '杭政办发电〔2016〕6号'

    Raises :class:`~gongwen.errors.NotADocNumber` when the text is not exactly one document number.
    """
    folded = fold(text).strip()
    folded = folded if folded.endswith("号") or re.search("号(?:公告|通告|令)$", folded) else f"{folded}号"
    found = [mention.number for mention in _scan(folded) if mention.span == (0, len(folded))]
    if len(found) != 1:
        raise NotADocNumber(
            f"{text[:60]!r} is not a document number; expected for example 杭政办发电〔2016〕6号 or 国令第843号"
        )
    return found[0]


def find(folded: str) -> tuple[NumberMention, ...]:
    """Every document number in a folded text (:attr:`Normal.folded`), in order; never raises.

    >>> [str(m.number) for m in find("根据国发〔2013〕39号和湘政办函〔2014〕19、20号文件")]
    ['国发〔2013〕39号', '湘政办函〔2014〕19号', '湘政办函〔2014〕20号']

    The mentions of a list share one span.
    """
    found = list(_scan(folded))
    if " 号" in folded:
        spread = list(_spread(folded))
        found = [one for one in found if not any(_overlap(one.span, other.span) for other in spread)] + spread
    return tuple(sorted(found, key=lambda mention: (mention.span, mention.number.serial)))


def _scan(folded: str) -> Iterator[NumberMention]:
    last: NumberMention | None = None
    for match in _BRACKETED.finditer(folded):
        opened = _OPEN.search(folded, max(0, match.start() - 4), match.start()) if match["close"] else None
        start = opened.start() if opened else match.start()
        if match["close"] and not opened:
            continue
        code = _spaced_code(folded, start) or _code_before(folded, start, bracket=opened is not None)
        again = code is None and opened and last and _AGAIN.fullmatch(folded, last.span.end, start)
        if again and last:
            code = last.code_span  # 国发〔2016〕5号和〔2017〕6号
        for mention in _mentions(folded, code, match, NumberForm.BRACKETED) if code else ():
            last = replace(mention, span=Span(start, match.end("end"))) if again else mention
            yield last
    for match in _OLD.finditer(folded):
        code = _code_before(folded, match.start(), bracket=False)
        yield from _mentions(folded, code, match, NumberForm.BRACKETED) if code else ()
    for match in _OLDEST.finditer(folded):
        if issuer_codes.is_known(match["code"]):
            yield from _mentions(folded, Span(*match.span("code")), match, NumberForm.BRACKETED)
    for form, pattern in ((NumberForm.ORDER, _ORDER), (NumberForm.YEARLY, _YEARLY)):
        for match in pattern.finditer(folded):
            body = _body_before(folded, match)
            yield from _mentions(folded, body, match, form) if body else ()


def _spread(folded: str) -> Iterator[NumberMention]:
    """The numbers of which every character stands by itself, with their spans in the text as it is."""
    for end in _SPREAD_END.finditer(folded):
        match = _SPREAD.search(folded, max(0, end.start() - _LONGEST_SPREAD), end.end())
        if match is None:
            continue
        at = [place for place in range(*match.span()) if folded[place] != " "]
        for one in _scan("".join(folded[place] for place in at)):
            spans = (Span(at[span.start], at[span.end - 1] + 1) for span in (one.span, one.code_span))
            yield NumberMention(one.number, *spans)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _mentions(folded: str, code_span: Span, match: re.Match[str], form: NumberForm) -> Iterator[NumberMention]:
    """The numbers of a match whose code or body stands at ``code_span``."""
    code = re.sub(r"[ \n、]", "", folded[slice(*code_span)])
    start, end = min(code_span.start, match.start()), match.end("end")
    if form is not NumberForm.BRACKETED and not code.endswith(code_starts.KINDS):  # 国务院第711号令
        code, end = code + match["kind"], match.end("kind")
    elif (
        folded[code_span.end : code_span.end + 1] == "》"
    ):  # 《…的公告》(2020年第8号): the title is not part of the number
        start = match.start()
    if (
        form is not NumberForm.BRACKETED
        and re.search(r"[〔(]", folded[code_span.end : match.start()])
        and folded[end : end + 1] in ("〕", ")")
    ):
        end += 1  # 衢州市人民政府令〔第15号〕
    year = None if form is NumberForm.ORDER else value(match["year"])
    year = year + 1900 if year is not None and year < 100 else year
    if year is not None and not 1940 <= year < 2050:
        return
    for serial in _serials(match["serials"]):
        yield NumberMention(DocNumber(code, year, serial, form), Span(start, end), code_span)


def _serials(text: str) -> list[int]:
    """The serials of a list, ranges written out: 5、7-9 is 5, 7, 8, 9."""
    found: list[int | None] = []
    for part in re.split(r"[、,和及]+", text):
        first, *last = [value(numeral) for numeral in re.findall(rf"[0-9{CHARS}]+", part)]
        stop = last[0] if last else None
        found += range(first, stop + 1) if first and stop and first < stop <= first + _LONGEST_RANGE else [first]
    return [number for number in found if number]


def _code_before(folded: str, end: int, *, bracket: bool) -> Span | None:
    """The issuing code that ends before a year, at most some space between."""
    if bracket and (branched := _branched_code(folded, end)):
        return branched
    run = _RUN.search(folded, max(0, end - 28), end)
    begin = code_starts.of_code(run[1], bracket=bracket) if run else None
    return Span(run.start(1) + begin, run.end(1)) if run and begin is not None else None


def _branched_code(folded: str, end: int) -> Span | None:
    """A code that holds a branch of its body in brackets; (试行) and (一) before a code are none."""
    match = _BRANCH.search(folded, max(0, end - 40), end) if ")" in folded[max(0, end - 10) : end] else None
    if match is None or not code_starts.is_branched(match[1], match[2], match[3]):
        return None
    begin = code_starts.of_code(match[1], bracket=True)
    if begin is None or len(match[1]) - begin < 3:
        return None
    return Span(match.start() + begin, match.end(3))


def _spaced_code(folded: str, end: int) -> Span | None:
    """A known code that is spaced out: 国 办 发."""
    if " " not in folded[max(0, end - 4) : end]:
        return None
    match = _SPACED.search(folded, max(0, end - 33), end)
    if match is None:
        return None
    for begin in re.finditer(rf"[{_HAN}]", match[0]):
        if issuer_codes.is_known(match[0][begin.start() :].replace(" ", "")):
            return Span(match.start() + begin.start(), match.end())
    return None


def _body_before(folded: str, match: re.Match[str]) -> Span | None:
    """The body of an order or announcement with its kind (财政部令), or without it where the kind follows (第711号令)."""
    kind = _TO_KIND.search(folded, max(0, match.start() - 8), match.start())
    end = kind.start() if kind else match.start()
    lines = _TWO_LINES.search(folded, max(0, end - 40), end) if kind else None
    if lines and issuers.is_body(lines["body"]):
        return Span(lines.start("body"), end)
    run = _RUN.search(folded, max(0, end - 28), end)
    if run is None or not (kind or match["kind"]):
        return None
    begin = code_starts.of_body(run[1]) if kind else code_starts.of_reversed_body(run[1])
    if begin is None:
        return None
    start = run.start(1) + begin
    while other := _JOINT.search(folded, max(0, start - 20), start):
        start = other.start() + code_starts.of_name(other[1])
    return Span(start, run.end(1))
