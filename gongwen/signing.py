"""Who issued a document and when it was signed: 署名 (signature), 成文日期, and the other places that name the body."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from gongwen import dates, issuer_codes, issuers, placing, regions
from gongwen.reading import Reading
from gongwen.types import DateMention, DocNumber, Evidence, Fact, Genre, IssuingBody, Span, Where

_CONGRESS = re.compile(r"在(?P<place>[\u4e00-\u9fff]{2,20}?)第[^,。]{1,6}届人民代表大会")
_MEETING = re.compile(r"\(.*(?:会议.{0,6}|通过)\)")
# News about a body is not the body's document: only a title with one of these words is read for its issuer.
_SAME_END = 12  # characters; more than 人民政府办公室 with a place or 疫情防控指挥部, which bodies of two places share
_NEWS = frozenset({Genre.OTHER, Genre.INTERPRETATION})


def signed(reading: Reading) -> tuple[Fact[date] | None, int | None]:
    """The date of signing, and the index of its line when bodies sign above it.

    In this order: the date under a signature, the date in brackets under the title ((2022年1月12日在…会议上)), a date that
    stands alone under the title or at the end, a date that alone stands alone anywhere (before an attachment). The
    page's own 成文日期 goes before them all; its 生成日期, which may be that of the page, goes behind the date under a signature.
    """
    stated = reading.stated_date("signed")
    by_page = reading.stated_date("dated_by_page")
    alone = _date_lines(reading)
    for i, mention in alone:
        if issuers.signature(_above(reading, i, mention)):
            return stated or _fact(reading, i, mention, "署名之下的日期"), i
    stated = stated or by_page
    for i, line in enumerate(reading.lines[: reading.head]):
        mentions = dates.find(line.folded[:16])
        if mentions and mentions[0].span.start <= 1 and _MEETING.fullmatch(line.folded):
            return stated or _fact(reading, i, mentions[0], "标题下括注的日期"), None
    for i, mention in alone:
        if i < reading.head:
            return stated or _fact(reading, i, mention, "标题下独占一行的日期"), None
        if i >= len(reading.lines) - 6 or len(alone) == 1:
            return stated or _fact(reading, i, mention, "正文之后独占一行的日期"), None
    return stated, None


def _date_lines(reading: Reading) -> list[tuple[int, DateMention]]:
    """Lines that are nothing but a date, with a body's name before it at most (杭州市人民政府办公厅 2016年8月17日)."""
    found = []
    for i, line in enumerate(reading.lines):
        mentions = dates.find(line.folded) if len(line.folded) <= 60 else ()
        if not mentions:
            continue
        before = line.folded[: mentions[0].span.start]
        closed = mentions[0].span.end >= len(line.folded.rstrip(" )〕。"))
        if closed and not re.search(r"[,。;:、|]|自|至|于", before):
            found.append((i, mentions[0]))
    return found


def _above(reading: Reading, i: int, mention: DateMention) -> list[tuple[int, str]]:
    above = [(line.span.start, line.folded) for line in reading.lines[max(0, i - 6) : i]]
    same = reading.lines[i].folded[: mention.span.start].strip(" (〔")
    return [*above, (reading.lines[i].span.start, same)] if same else above


def _fact(reading: Reading, i: int, mention: DateMention, rule: str) -> Fact[date]:
    start = reading.lines[i].span.start
    span = Span(start + mention.span.start, start + mention.span.end)
    return Fact(mention.date, reading.in_text(rule, span))


def issued_by(
    reading: Reading,
    kind: Fact[Genre] | None,
    number: Fact[DocNumber] | None,
    signature_at: int | None,
    year: int | None,
) -> tuple[Fact[IssuingBody], ...]:
    """The issuing bodies, from the first place that names them in full.

    A signature is the document's own word; the 发布机构 of a page is often just the office that runs the site. A report is
    its title's body's, whoever compiled and signed it.
    """
    by_title: tuple[Fact[IssuingBody], ...] = ()
    if kind is not None and (kind.value not in _NEWS or "关于" in reading.title):
        named = issuers.of_title(reading.title, year=year)
        by_title = tuple(Fact(body, reading.in_title("标题开头的机关", span)) for body, span in named)
    if kind is not None and kind.value is Genre.WORK_REPORT and not by_title:
        by_title = _reported(reading, year)
    by_signature = _in_full(_signers(reading, signature_at, year), by_title)
    by_metadata = tuple(
        Fact(issuers.body(name, year=year), Evidence(f"页面信息栏“{label}”", Where.METADATA, value))
        for label, value in reading.metadata.get("issuer", [])[:1]
        for name in re.split(r"[、,;\s]+", value)
        if name
    )
    report = kind is not None and kind.value is Genre.ANNUAL_REPORT
    order = (by_title, by_signature, by_metadata) if report else (by_signature, by_title, by_metadata)
    hints = [fact.value for found in order for fact in found]
    for found in (*order, _of_code(reading, number, hints, year)):
        if found and all(fact.value.level is not None for fact in found):
            return found
    return next((found for found in order if found), ())


def _reported(reading: Reading, year: int | None) -> tuple[Fact[IssuingBody], ...]:
    """The government that reports, by the congress named under the title: ——2020年3月26日在桐庐县第十六届人民代表大会第四次会议上."""
    for line in reading.lines[: reading.head]:
        if found := _CONGRESS.search(line.folded):
            place = regions.resolve(found["place"], year=year)
            span = Span(line.span.start + found.start(), line.span.start + found.end())
            rule = "标题下写明的人民代表大会"
            return (Fact(issuers.body(issuers.government_name(place)), reading.in_text(rule, span)),) if place else ()
    return ()


def _signers(reading: Reading, signature_at: int | None, year: int | None) -> tuple[Fact[IssuingBody], ...]:
    """The bodies above the date of signing; else one that stands alone under the title or at the very end."""
    if signature_at is not None:
        mention = dates.find(reading.lines[signature_at].folded)[0]
        found = issuers.signature(_above(reading, signature_at, mention), year=year)
        return tuple(Fact(body, reading.in_text("日期之上的署名", span)) for body, span in found)
    head, end = reading.head, len(reading.lines)
    for i in [*range(1, head), *range(max(head, end - 6), end)]:
        found = issuers.signature([(reading.lines[i].span.start, reading.lines[i].folded)], year=year)
        if found and found[0][0].level is not None:
            rule = "标题下的署名" if i < head else "文末的署名"
            return tuple(Fact(body, reading.in_text(rule, span)) for body, span in found)
    return ()


def _in_full(
    signers: tuple[Fact[IssuingBody], ...], titled: tuple[Fact[IssuingBody], ...]
) -> tuple[Fact[IssuingBody], ...]:
    """The signers, or the title's body when the one signer is that body under a shorter name (州委州政府应对…指挥部)."""
    if len(signers) != 1 or len(titled) != 1:
        return signers
    short, full = signers[0].value.name, titled[0].value.name
    return titled if len(full) > len(short) >= _SAME_END and full.endswith(short[-_SAME_END:]) else signers


def _of_code(
    reading: Reading, number: Fact[DocNumber] | None, named: list[IssuingBody], year: int | None
) -> tuple[Fact[IssuingBody], ...]:
    """The body whose code the number has, if need be told from others by the place the page belongs to."""
    if number is None:
        return ()
    code, year = number.value.code, number.value.year or year
    evidence = replace(number.evidence, rule=f"机关代字“{code}”")
    if written := issuer_codes.written_out(code, year):
        return tuple(Fact(body, evidence) for body in written)
    place = placing.region(reading, (), year)
    body = issuer_codes.resolve(code, year, evidence=place.value if place else None, named=named)
    if body is None:
        return ()
    if place and issuer_codes.resolve(code, year) != body:
        evidence = replace(evidence, rule=f"{evidence.rule}，{place.evidence.rule}")
    return (Fact(body, evidence),)
