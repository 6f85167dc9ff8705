"""A document as the record the engine stores: field names of ``engine.schema``, words joined, facts with evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from engine.schema import EVERY_WORD, PATH, Field, join
from gongwen import copies, normalize, series
from gongwen.personal import MASK
from gongwen.relations import Related, distinct
from gongwen.types import Document, Evidence, Fact, Genre, NumberMention, Region, Span, Where
from gongwen.words import Segmenter
from indexer import stored_facts
from indexer.extracted import Attachment
from indexer.sources import SourceFile
from indexer.stored_facts import day_number


def document_id(source: str, part: int) -> str:
    """The permanent id of the n-th document (from 0) of a source: twenty hexadecimal digits of its path's hash."""
    return hashlib.sha256(f"{source}#{part}".encode()).hexdigest()[:20]


def with_attachments(document: Document, attachments: Sequence[Attachment]) -> tuple[Document, list[dict[str, Any]]]:
    """The document with the texts of its attachments behind its own, each under a line with its name, and where each begins.

    What was read from the document (signature, date, number) was read before, so an attachment cannot change it.
    """
    pieces, places, length = [document.text], [], len(document.text)
    for attachment in attachments:
        heading = f"\n附件：{attachment.name}\n"
        pieces += [heading, attachment.text]
        places.append({"name": attachment.name, "start": length + 1, "length": len(heading) - 1 + len(attachment.text)})
        length += len(heading) + len(attachment.text)
    return replace(document, text="".join(pieces)), places


def record(
    document: Document,
    file: SourceFile,
    part: int,
    source_hash: str,
    segmenter: Segmenter,
    *,
    today: date,
    attachments: Sequence[Mapping[str, Any]] = (),
    personal: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The stored record of a document, valid as of ``today``; absent facts are absent fields.

    ``attachments`` say where their texts stand in the document's, ``personal`` how much personal data was masked.

    Titles and texts are cut into words and joined by :data:`engine.schema.JOINER`; issuing codes of document numbers
    stay one word (杭政办发电). The searched form of a number is code, year and serial as three words.
    """
    number = document.doc_number.value if document.doc_number else None
    place = PATH.join(document.region.value.names) if document.region else None
    issuers = [fact.value.name for fact in document.issuers]
    title_mentions = normalize.normalize(document.title)
    reported = series.of(document.figures)
    fields: dict[str, Any] = {
        Field.ID: document_id(file.source, part),
        Field.TITLE: join(segmenter.cut(title_mentions.text)),
        Field.TEXT: join(segmenter.cut(document.text, _code_spans(document.numbers))),
        Field.DOC_NUMBER: join(number.parts) if number else None,
        Field.NUMBER_KEY: str(number) if number else None,
        Field.CITES_TEXT: _cites_text(document, segmenter),
        Field.CITE_KEYS: sorted({str(cite.number) for cite in document.cites if cite.number}),
        Field.ISSUER: issuers[0] if issuers else None,
        Field.ISSUERS: issuers,
        Field.ISSUERS_BY_COUNT: issuers,
        Field.ISSUER_TEXT: "\n".join(join(segmenter.cut(fact.value.name)) for fact in document.issuers) or None,
        Field.REGION: _region_levels(document.region.value) if document.region else None,
        Field.PLACE: place,
        Field.PLACE_BY_COUNT: place,
        Field.REGION_CODES: list(document.region.value.codes) if document.region else None,
        Field.YEAR: _value(document.year),
        Field.SIGNED: _day(document.signed),
        Field.PUBLISHED: _day(document.published),
        Field.DAY: _day(document.signed) or _day(document.published) or _first_day(document.year),
        Field.GENRE: document.genre.value.value if document.genre else Genre.OTHER.value,
        Field.CATEGORY: _value(document.category),
        Field.STATED_VALIDITY: document.validity.value.value if document.validity else None,
        Field.IN_FORCE_FROM: _day(document.in_force_from),
        Field.EXPIRES: _day(document.expires),
        Field.CITED: stored_facts.cited_fields(distinct(document.cites)),
        Field.INDEX_NUMBER: _value(document.index_number),
        Field.UNIFIED_NUMBER: _value(document.unified_number),
        Field.OPENNESS: _value(document.openness),
        Field.SERIES: [{"series": one.series, "value": one.value, "span": list(one.span)} for one in reported],
        Field.SERIES_IDS: [one.series for one in reported],
        Field.COLLECTION: file.collection,
        Field.SOURCE: file.source,
        Field.SOURCE_HASH: source_hash,
        Field.CONTENT_HASH: hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest()[:24],
        Field.SIGNATURE: copies.signature(document.text),
        Field.LENGTH: len(document.text),
        Field.URL: file.about.get("url"),
        Field.ATTACHMENTS: list(attachments),
        Field.PERSONAL: dict(personal) if personal else None,
        Field.FACTS: facts(document),
        Field.ORIGINAL: document.original,
        Field.EVERY: EVERY_WORD,
        **_unrelated(document, today),
    }
    return {str(name): value for name, value in fields.items() if value not in (None, [])}


def _unrelated(document: Document, today: date) -> dict[str, Any]:
    """The relations of a document that has none to others: right for most, the others are written again."""
    own = stored_facts.Own(_value(document.validity), _value(document.in_force_from), _value(document.expires))
    return stored_facts.fields(Related(), own, {}, today)


def _code_spans(mentions: Sequence[NumberMention]) -> list[Span]:
    """The spans of issuing codes in order, each once, disjoint."""
    spans: list[Span] = []
    for span in sorted({mention.code_span for mention in mentions}):
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
    return spans


def _cites_text(document: Document, segmenter: Segmenter) -> str | None:
    lines = [join(cite.number.parts) for cite in document.cites if cite.number]
    lines += [join(segmenter.cut(cite.title)) for cite in document.cites if cite.title]
    return "\n".join(dict.fromkeys(lines)) or None


def _region_levels(region: Region) -> dict[str, str]:
    names = region.names
    return {f"lvl{depth}": PATH.join(names[: depth + 1]) for depth in range(len(names))}


def _value(fact: Fact[Any] | None) -> Any:
    return fact.value if fact else None


def _day(fact: Fact[date] | None) -> int | None:
    return day_number(fact.value) if fact else None


def _first_day(year: Fact[int] | None) -> int | None:
    return year.value * 10000 + 101 if year else None


def facts(document: Document) -> dict[str, Any]:
    """Every fact with its evidence and every citation, as the document page shows them."""
    named: list[tuple[str, Fact[Any] | None]] = [
        ("doc_number", document.doc_number),
        *(("issuer", fact) for fact in document.issuers),
        ("region", document.region),
        ("year", document.year),
        ("signed", document.signed),
        ("published", document.published),
        ("genre", document.genre),
        ("category", document.category),
        ("validity", document.validity),
        ("in_force_from", document.in_force_from),
        ("expires", document.expires),
        ("index_number", document.index_number),
        ("unified_number", document.unified_number),
        ("openness", document.openness),
    ]
    return {
        "evidence": [_evidence(name, fact, document.text) for name, fact in named if fact],
        "cites": [
            {
                "kind": cite.kind.value,
                "number": str(cite.number) if cite.number else None,
                "title": cite.title,
                "short": cite.short,
                "where": cite.where.value,
                "span": list(cite.span),
            }
            for cite in document.cites
        ],
    }


def _evidence(name: str, fact: Fact[Any], text: str) -> dict[str, Any]:
    evidence = fact.evidence
    value = getattr(fact.value, "name", None) if name == "issuer" else fact.value
    return {
        "fact": name,
        "value": getattr(value, "value", None) or str(value),
        "rule": evidence.rule,
        "where": evidence.where.value,
        "quote": _quote(evidence, text),
        "span": list(evidence.span) if evidence.span else None,
    }


def _quote(evidence: Evidence, text: str) -> str:
    """The quote as the stored text has it, in which personal data may be masked."""
    if evidence.where is Where.TEXT and evidence.span:
        stored = text[evidence.span.start : evidence.span.end]
        if MASK in stored and len(stored) == len(evidence.quote):
            return stored
    return evidence.quote
