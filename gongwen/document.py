"""From a page to a document: which facts it states, and where.

Each fact is looked for in the places that state it, in the order in which they are trusted (docs/architecture.md), and
carries its evidence. A fact that no place states stays None: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gongwen import category, citations, docnumber, figures, genre, personal, placing, signing, validity
from gongwen.normalize import UNREADABLE, fold, normalize
from gongwen.reading import Line, Reading, in_metadata, of_page
from gongwen.types import (
    DocNumber,
    Document,
    Evidence,
    Fact,
    Genre,
    NumberForm,
    Openness,
    Page,
    Region,
    Span,
    Where,
)

_OPENING_OF_REPORT = re.compile(r"本(?:年度)?报告(?:是)?(?:根据|依据|按照)《(?:中华人民共和国)?政府信息公开条例》")

# What the head of a red-headed paper has beside the number (GB/T 9704-2012, 7.2): degree of secrecy and urgency, who signs.
_BESIDE_NUMBER = re.compile(
    r"(?:[ ()|·*]|(?:等级|密级|编号|字号|文号)[ :]*|特急|加急|平急|急件|特提|明电|机密|秘密|绝密|内部|[ABC]类?|签发人:[^,。;:]{0,30}"
    r"|公开属性:[^,。;:]{0,12}|办理结果:[^,。;:]{0,6}|[\u4e00-\u9fff]机发[ ]?[0-9]{1,6}号?"
    r"|[12一二][0-9〇○零一二三四五六七八九]{3}年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日)*"
)
_ANNOUNCED = re.compile(r"现(?:就|将|对)?[^。;]{0,60}(公告|通告|通知|通报|通令)如下[:。]")


def read(page: Page) -> Document:
    """The document of a page with its facts; never raises.

    >>> document = read(Page("娄政办函〔2014〕45号\\n各县人民政府:\\n…", title="娄底市人民政府办公室关于…的通知"))
    >>> str(document.doc_number.value), document.doc_number.evidence.rule
    ('娄政办函〔2014〕45号', '正文之前独占一行')
    """
    reading = of_page(page)
    number = own_number(reading)
    signed, signature_at = signing.signed(reading)
    kind = _genre(reading, number, is_signed=signature_at is not None)
    published = reading.stated_date("published")
    hint = placing.year_hint(reading, number, signed)
    bodies = signing.issued_by(reading, kind, number, signature_at, hint)
    region = placing.region(reading, bodies, hint)
    year = placing.year(reading, kind, number, signed or published)
    in_time = validity.read(reading, kind, number, signed)
    counted = figures.find(reading.normal.text)
    return Document(
        title=_shown_title(page, reading, kind, region, year),
        text=reading.normal.text,
        original=page.original,
        doc_number=number,
        issuers=bodies,
        region=region,
        year=year,
        signed=signed,
        published=published,
        genre=kind,
        category=_category(reading),
        site_category=reading.stated("category"),
        validity=in_time.stated,
        in_force_from=in_time.in_force_from,
        expires=in_time.expires,
        index_number=reading.stated("index_number"),
        unified_number=reading.stated("unified_number"),
        openness=_openness(reading),
        cites=citations.find(
            reading.normal.folded,
            reading.numbers,
            number.value if number else None,
            title=reading.title,
            explains=kind is not None and kind.value is Genre.INTERPRETATION,
        ),
        numbers=reading.numbers,
        figures=counted,
        contradictions=figures.check(counted),
        personal=personal.find(reading.normal.folded),
        unreadable=tuple(Span(*match.span()) for match in UNREADABLE.finditer(reading.normal.text)),
    )


def own_number(reading: Reading) -> Fact[DocNumber] | None:
    """The document's own number: in the metadata, on a line of its own at the head, or behind the title; never cited."""
    # 字号 is also the size of the letters, and then no number.
    for label, value in [*reading.metadata.get("doc_number", []), *reading.metadata.get("noise", [])]:
        mentions = docnumber.find(value)
        if mentions:
            return Fact(mentions[0].number, in_metadata(label, value, mentions[0].span))
    head = reading.lines[: reading.head]
    starts = {line.span.start for line in head}
    ends = {line.span.end for line in head}
    for mention in reading.numbers:
        bracketed = Span(mention.span.start - 1, mention.span.end + 1)  # (国发〔2013〕39号) in brackets of its own
        for span in (mention.span, bracketed):
            if span.start in starts and span.end in ends:
                return Fact(mention.number, reading.in_text("正文之前独占一行", mention.span))
    for mention in reading.numbers:
        line = next((line for line in head[:3] if line.span.start == mention.span.start), None)
        if line and reading.title and line.folded[mention.span.end - line.span.start :].endswith(reading.title):
            return Fact(mention.number, reading.in_text("标题之前", mention.span))
    return _in_head(reading, head) or _behind_title(reading) or _on_attachment(reading)


def _in_head(reading: Reading, head: Sequence[Line]) -> Fact[DocNumber] | None:
    """The number behind the title in its line, or in a line that has nothing beside it but who signed, how urgent it is and
    such."""
    for line in head:
        for mention in reading.numbers:
            if not (line.span.start <= mention.span.start and mention.span.end <= line.span.end):
                continue
            before = line.folded[: mention.span.start - line.span.start]
            after = line.folded[mention.span.end - line.span.start :]
            if reading.title and before.startswith(reading.title) and after in ("", ")"):
                return Fact(mention.number, reading.in_text("标题之后", mention.span))
            if _BESIDE_NUMBER.fullmatch(before) and _BESIDE_NUMBER.fullmatch(after):
                return Fact(mention.number, reading.in_text("正文之前与签发人、密级等同行", mention.span))
    return None


def _behind_title(reading: Reading) -> Fact[DocNumber] | None:
    """The number in the page's title; that of an interpretation's title is of what it explains."""
    found = genre.of_title(reading.title)
    if reading.beside_title is None or (found and found.value is Genre.INTERPRETATION):
        return None
    number, written = reading.beside_title
    return Fact(number, Evidence("标题之后", Where.TITLE, written))


def _on_attachment(reading: Reading) -> Fact[DocNumber] | None:
    """GB/T 9704-2012, 7.3.4: an attachment that is not bound with the text is headed by the document's number and 附件n."""
    starts = {line.span.start for line in reading.lines[reading.head :]}
    for mention in reading.numbers:
        if mention.span.start in starts and reading.normal.folded.startswith("附件", mention.span.end):
            return Fact(mention.number, reading.in_text("附件上所标的文号", mention.span))
    return None


def _genre(reading: Reading, number: Fact[DocNumber] | None, *, is_signed: bool) -> Fact[Genre] | None:
    """What the title says; but 《…办法》 under 浙江省人民政府令第388号 is published by that order.

    A page without a title may say in its opening what it is: 本年度报告根据《…政府信息公开条例》, and a signed text whose title
    is lost or a headline, by the words that lead to its matter: 现就有关事项通告如下.
    """
    by_title = genre.of_title(reading.title)
    ordered = number is not None and number.value.form is not NumberForm.BRACKETED and number.value.code.endswith("令")
    if number and ordered and (by_title is None or by_title.value is Genre.REGULATION):
        return Fact(Genre.ORDER, replace(number.evidence, rule="文号是令的序号"))
    if by_title is None and is_signed and (said := _ANNOUNCED.search(reading.normal.folded[:1500])):
        kind = Genre.ORDER if said[1] == "通令" else Genre(said[1])
        return Fact(kind, reading.in_text("正文的引语", Span(*said.span())))
    match = _OPENING_OF_REPORT.search(reading.normal.folded[:500])
    if by_title or not match or len(reading.title) > 40:
        return by_title
    return Fact(Genre.ANNUAL_REPORT, reading.in_text("正文开头说明", Span(*match.span())))


def _category(reading: Reading) -> Fact[str] | None:
    stated = reading.stated("category")
    found = category.of_stated(stated.value) if stated else None
    return Fact(found, stated.evidence) if stated and found else category.of_title(reading.title)


def _openness(reading: Reading) -> Fact[Openness] | None:
    stated = reading.stated("openness")
    found = category.openness_of(stated.value) if stated else None
    return Fact(found, stated.evidence) if stated and found else None


def _shown_title(
    page: Page, reading: Reading, kind: Fact[Genre] | None, region: Fact[Region] | None, year: Fact[int] | None
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
