"""From a page to a document: which facts it states, and where.

Each fact is looked for in the places that state it, in the order in which they are trusted (DESIGN of the product,
section 3), and carries its evidence. A fact that no place states stays None: nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from gongwen import citations, dates, docnumber, genre, issuers, labels, regions
from gongwen.data import rows
from gongwen.normalize import Normal, fold, normalize
from gongwen.types import (
    DateMention,
    DocNumber,
    Document,
    Evidence,
    Fact,
    Genre,
    IssuingBody,
    NumberForm,
    NumberMention,
    Page,
    Region,
    Span,
    Validity,
    Where,
)

_ADDRESSEE = re.compile(r"^[^。]{2,200}:$")
_VALIDITY_WORDS = {"有效": Validity.IN_FORCE, "现行有效": Validity.IN_FORCE, "是": Validity.IN_FORCE, "失效": Validity.EXPIRED, "已失效": Validity.EXPIRED, "无效": Validity.REPEALED, "废止": Validity.REPEALED, "已废止": Validity.REPEALED, "否": Validity.REPEALED, "已修改": Validity.AMENDED, "部分修改": Validity.AMENDED, "已修订": Validity.AMENDED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    folded: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What every rule reads: the normal text, its lines, the title, and metadata by field."""

    normal: Normal
    lines: tuple[_Line, ...]
    title: str
    metadata: dict[str, list[tuple[str, str]]]
    numbers: tuple[NumberMention, ...]

    def quote(self, span: Span) -> str:
        return self.normal.text[span.start : span.end]


def read(page: Page) -> Document:
    """The document of a page with its facts; never raises.

    >>> document = read(Page("娄政办函〔2014〕45号\\n各县人民政府:\\n…", title="娄底市人民政府办公室关于…的通知"))
    >>> str(document.doc_number.value), document.doc_number.evidence.rule
    ('娄政办函〔2014〕45号', '正文之前独占一行')
    """
    reading = _reading(page)
    number = _own_number(reading)
    kind = _genre(reading, number)
    signed, signature_at = _signed(reading)
    published = _metadata_date(reading, "published")
    hint = _year_hint(reading, number, signed)
    bodies = _issuers(reading, kind, number, signature_at, hint)
    region = _region(reading, bodies, hint)
    year = _year(reading, kind, number, signed or published)
    title = _shown_title(page, reading, kind, region, year)
    return Document(
        title=title,
        text=reading.normal.text,
        original=page.original,
        doc_number=number,
        issuers=bodies,
        region=region,
        year=year,
        signed=signed,
        published=published,
        genre=kind,
        category=_metadata_text(reading, "category"),
        validity=_validity(reading),
        index_number=_metadata_text(reading, "index_number"),
        unified_number=_metadata_text(reading, "unified_number"),
        openness=_metadata_text(reading, "openness"),
        cites=citations.find(reading.normal.folded, reading.numbers, number.value if number else None),
        numbers=reading.numbers,
    )


def _reading(page: Page) -> _Reading:
    normal = normalize(page.text)
    lines = []
    for match in re.finditer(r"[^\n]+", normal.folded):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            lines.append(_Line(Span(start, start + len(stripped)), stripped))
    metadata: dict[str, list[tuple[str, str]]] = {}
    for label, value in page.metadata:
        field = labels.field_of(label)
        if field and value.strip():
            metadata.setdefault(field, []).append((label, fold(value).strip()))
    title = fold(page.title or "").strip() or next((value for _, value in metadata.get("title", [])), "")
    return _Reading(normal, tuple(lines), _bare_title(title), metadata, docnumber.find(normal.folded))


def _bare_title(folded: str) -> str:
    """A title without the document number some pages print behind it, and without its full stop."""
    for mention in docnumber.find(folded):
        if mention.span.end == len(folded) and mention.span.start > 6 and folded[mention.span.start - 1] in " (":
            folded = folded[: mention.span.start].rstrip(" (")
    return folded.rstrip("。.")


def _head(reading: _Reading) -> int:
    """The number of lines before the text proper: up to the addressee line (…:) or the first paragraph."""
    for i, line in enumerate(reading.lines[:30]):
        if _ADDRESSEE.match(line.folded) or (len(line.folded) > 60 and "。" in line.folded):
            return i
    return min(len(reading.lines), 12)


def _own_number(reading: _Reading) -> Fact[DocNumber] | None:
    for label, value in reading.metadata.get("doc_number", []):
        mentions = docnumber.find(value)
        if mentions:
            return Fact(mentions[0].number, Evidence(f"页面信息栏“{label}”", Where.METADATA, value, mentions[0].span))
    head = reading.lines[: _head(reading)]
    starts = {line.span.start for line in head}
    ends = {line.span.end for line in head}
    for mention in reading.numbers:
        inside = Span(mention.span.start - 1, mention.span.end + 1)
        for span in (mention.span, inside):  # (国发〔2013〕39号) in brackets of its own
            if span.start in starts and span.end in ends:
                return Fact(
                    mention.number, Evidence("正文之前独占一行", Where.TEXT, reading.quote(mention.span), mention.span)
                )
    for line in head:  # behind the title, on one line
        for mention in reading.numbers:
            if (
                mention.span.end == line.span.end
                and line.span.start < mention.span.start
                and line.folded.startswith(reading.title)
                and reading.title
            ):
                return Fact(mention.number, Evidence("标题之后", Where.TEXT, reading.quote(mention.span), mention.span))
    return None


def _signed(reading: _Reading) -> tuple[Fact[date] | None, int | None]:
    """The date of signing 成文日期, and the index of the line it stands on when bodies may sign above it."""
    stated = _metadata_date(reading, "signed")
    whole = [
        (i, mentions[0])
        for i, line in enumerate(reading.lines)
        if len(line.folded) <= 60 and (mentions := dates.find(line.folded)) and _is_date_line(line.folded, mentions[0])
    ]
    for i, mention in whole:
        if issuers.signature(_lines_above(reading, i, mention)):
            return stated or _text_date(reading, i, mention, "署名之下的日期"), i
    head = _head(reading)
    for i, line in enumerate(reading.lines[:head]):  # (2022年1月12日在…会议上), (2016年8月17日…通过)
        mentions = dates.find(line.folded[:16])
        if mentions and mentions[0].span.start <= 1 and re.fullmatch(r"\(.*(?:会议.{0,6}|通过)\)", line.folded):
            return stated or _text_date(reading, i, mentions[0], "标题下括注的日期"), None
    for i, mention in whole:
        if i < head or i >= len(reading.lines) - 6:
            rule = "标题下独占一行的日期" if i < head else "文末独占一行的日期"
            return stated or _text_date(reading, i, mention, rule), None
    return stated, None


def _is_date_line(folded: str, mention: DateMention) -> bool:
    """Nothing but a date, with the body's name before it at most (杭州市人民政府办公厅 2016年8月17日)."""
    return mention.span.end >= len(folded.rstrip(" )〕。")) and not re.search(
        r"[,。;:、]|自|至|于", folded[: mention.span.start]
    )


def _lines_above(reading: _Reading, i: int, mention: DateMention) -> list[tuple[int, str]]:
    above = [(line.span.start, line.folded) for line in reading.lines[max(0, i - 5) : i]]
    same = reading.lines[i].folded[: mention.span.start].strip(" (〔")
    return [*above, (reading.lines[i].span.start, same)] if same else above


def _text_date(reading: _Reading, i: int, mention: DateMention, rule: str) -> Fact[date]:
    start = reading.lines[i].span.start
    span = Span(start + mention.span.start, start + mention.span.end)
    return Fact(mention.date, Evidence(rule, Where.TEXT, reading.quote(span), span))


def _metadata_date(reading: _Reading, field: str) -> Fact[date] | None:
    for label, value in reading.metadata.get(field, []):
        mentions = dates.find(value)
        if mentions:
            return Fact(mentions[0].date, Evidence(f"页面信息栏“{label}”", Where.METADATA, value, mentions[0].span))
    return None


def _metadata_text(reading: _Reading, field: str) -> Fact[str] | None:
    for label, value in reading.metadata.get(field, []):
        return Fact(value, Evidence(f"页面信息栏“{label}”", Where.METADATA, value, Span(0, len(value))))
    return None


def _validity(reading: _Reading) -> Fact[Validity] | None:
    for label, value in reading.metadata.get("validity", []):
        if value in _VALIDITY_WORDS:
            return Fact(
                _VALIDITY_WORDS[value], Evidence(f"页面信息栏“{label}”", Where.METADATA, value, Span(0, len(value)))
            )
    return None


def _year_hint(reading: _Reading, number: Fact[DocNumber] | None, signed: Fact[date] | None) -> int | None:
    """The year in which names of places are to be understood."""
    if signed:
        return signed.value.year
    if number and number.value.year:
        return number.value.year
    years = dates.find_years(reading.title)
    return years[0][0] if years else None


def _issuers(
    reading: _Reading,
    kind: Fact[Genre] | None,
    number: Fact[DocNumber] | None,
    signature_at: int | None,
    year: int | None,
) -> tuple[Fact[IssuingBody], ...]:
    """The first place that names bodies in full.

    A signature is the document's own word; the 发布机构 of a page is often just the office that runs the site. A report is
    its title's body's, whoever compiled and signed it.
    """
    title = reading.title
    by_title = tuple(
        Fact(body, Evidence("标题开头的机关", Where.TITLE, title[span.start : span.end], span))
        for body, span in issuers.of_title(title, year=year)
    )
    by_signature = _signers(reading, signature_at, year)
    by_metadata = tuple(
        Fact(issuers.body(name, year=year), Evidence(f"页面信息栏“{label}”", Where.METADATA, value))
        for label, value in reading.metadata.get("issuer", [])[:1]
        for name in re.split(r"[、,;\s]+", value)
        if name
    )
    report = kind is not None and kind.value is Genre.ANNUAL_REPORT
    order = (by_title, by_signature, by_metadata) if report else (by_signature, by_title, by_metadata)
    for found in (*order, _issuer_of_code(number)):
        if found and all(fact.value.level is not None for fact in found):
            return found
    return next((found for found in order if found), ())


def _signers(reading: _Reading, signature_at: int | None, year: int | None) -> tuple[Fact[IssuingBody], ...]:
    """The bodies above the date of signing; else one that stands alone under the title or at the very end."""
    if signature_at is not None:
        mention = dates.find(reading.lines[signature_at].folded)[0]
        found = issuers.signature(_lines_above(reading, signature_at, mention), year=year)
        return tuple(
            Fact(body, Evidence("日期之上的署名", Where.TEXT, reading.quote(span), span)) for body, span in found
        )
    head, end = _head(reading), len(reading.lines)
    for i in [*range(1, head), *range(max(head, end - 6), end)]:
        found = issuers.signature([(reading.lines[i].span.start, reading.lines[i].folded)], year=year)
        if found and found[0][0].level is not None:
            rule = "标题下的署名" if i < head else "文末的署名"
            return tuple(Fact(body, Evidence(rule, Where.TEXT, reading.quote(span), span)) for body, span in found)
    return ()


@cache
def _codes() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows("issuer_codes.tsv")}


def _issuer_of_code(number: Fact[DocNumber] | None) -> tuple[Fact[IssuingBody], ...]:
    known = _codes().get(number.value.code) if number else None
    if number is None or known is None:
        return ()
    evidence = replace(number.evidence, rule=f"机关代字“{known['code']}”")
    return (Fact(issuers.body(known["issuer"], year=number.value.year), evidence),)


def _region(reading: _Reading, bodies: tuple[Fact[IssuingBody], ...], year: int | None) -> Fact[Region] | None:
    for fact in bodies:
        if fact.value.region:
            return Fact(fact.value.region, replace(fact.evidence, rule=f"发文机关所在地：{fact.evidence.rule}"))
    if bodies and all(fact.value.level == 0 for fact in bodies):
        return None
    for label, value in reading.metadata.get("index_number", []):
        code = re.match(r"[1-9]\d{5}(?=[/-])", value)
        region = regions.by_code(code[0], year) if code else None
        if region:
            return Fact(region, Evidence(f"“{label}”前六位是行政区划代码", Where.METADATA, value, Span(0, 6)))
    for mention in regions.find(reading.title, year=year, short=True):
        if len(mention.candidates) == 1:
            return Fact(mention.candidates[0], Evidence("标题中的地名", Where.TITLE, mention.text, mention.span))
    return _region_of_opening(reading, year)


def _region_of_opening(reading: _Reading, year: int | None) -> Fact[Region] | None:
    """The place named most in the first 600 characters, if it is named twice: 安顺市 in a report without a title."""
    mentions = [m for m in regions.find(reading.normal.folded[:600], year=year) if len(m.candidates) == 1]
    counts = {m.candidates[0]: sum(other.candidates == m.candidates for other in mentions) for m in mentions}
    best = max(counts, key=lambda region: counts[region], default=None)
    if best is None or counts[best] < 2:
        return None
    first = next(m for m in mentions if m.candidates[0] == best)
    return Fact(best, Evidence("开头出现最多的地名", Where.TEXT, reading.quote(first.span), first.span))


def _year(
    reading: _Reading, kind: Fact[Genre] | None, number: Fact[DocNumber] | None, dated: Fact[date] | None
) -> Fact[int] | None:
    """The year the document speaks for: a report's own year, else the number's, else the year of its date."""
    if kind and kind.value in (Genre.ANNUAL_REPORT, Genre.BUDGET, Genre.WORK_REPORT):
        named = dates.find_years(reading.title)  # a budget: 2021年预算执行情况和2022年预算草案 speaks for 2022
        for year, span in named[-1:] if kind.value is Genre.BUDGET else named[:1]:
            return Fact(year, Evidence("报告标题中的年份", Where.TITLE, reading.title[span.start : span.end], span))
        for year, span in dates.find_years(reading.normal.folded[:1000]):
            return Fact(year, Evidence("报告正文中首个年份", Where.TEXT, reading.quote(span), span))
    if number and number.value.year:
        return Fact(number.value.year, replace(number.evidence, rule="发文字号的年份"))
    if dated:
        return Fact(dated.value.year, replace(dated.evidence, rule=f"日期的年份：{dated.evidence.rule}"))
    for year, span in dates.find_years(reading.title):
        return Fact(year, Evidence("标题中的年份", Where.TITLE, reading.title[span.start : span.end], span))
    return None


def _genre(reading: _Reading, number: Fact[DocNumber] | None) -> Fact[Genre] | None:
    """What the title says; but 《…办法》 under 浙江省人民政府令第388号 is published by that order."""
    by_title = genre.of_title(reading.title)
    ordered = number is not None and number.value.form is NumberForm.ORDER
    if number and ordered and (by_title is None or by_title.value is Genre.REGULATION):
        return Fact(Genre.ORDER, replace(number.evidence, rule="文号是令的序号"))
    return by_title or _genre_of_text(reading)


def _genre_of_text(reading: _Reading) -> Fact[Genre] | None:
    """A page without a title may say in its first sentence what it is: 本年度报告根据《…政府信息公开条例》."""
    match = re.search(
        r"本(?:年度)?报告(?:是)?(?:根据|依据|按照)《(?:中华人民共和国)?政府信息公开条例》", reading.normal.folded[:500]
    )
    if reading.title or not match:
        return None
    span = Span(*match.span())
    return Fact(Genre.ANNUAL_REPORT, Evidence("正文开头说明", Where.TEXT, reading.quote(span), span))


def _shown_title(
    page: Page, reading: _Reading, kind: Fact[Genre] | None, region: Fact[Region] | None, year: Fact[int] | None
) -> str:
    """The title as printed; for a page without one, a title of ours in square brackets.

    DA/T 18 (archival description): a title supplied by the archivist stands in square brackets.
    """
    if page.title or reading.metadata.get("title"):
        shown = normalize(page.title or reading.metadata["title"][0][1]).text.strip()
        return shown[: len(reading.title)] if fold(shown)[: len(reading.title)] == reading.title else shown
    if kind and kind.value is Genre.ANNUAL_REPORT and region and year:
        return f"[{region.value.names[-1]}{year.value}年政府信息公开工作年度报告]"
    return f"[{reading.normal.text.strip()[:30].splitlines()[0]}……]" if reading.normal.text.strip() else "[无题]"
