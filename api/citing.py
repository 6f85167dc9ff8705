"""How others refer to a document: its citation by GB/T 7714, and schema.org's words for search engines. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.schemas import GENRE_NAMES, DocumentAnswer
from gongwen.types import Genre, Validity

_LEGISLATION = {Genre.REGULATION.value, Genre.ORDER.value, Genre.DECISION.value, Genre.RESOLUTION.value}
_FORCE = {
    Validity.IN_FORCE.value: "InForce",
    Validity.AMENDED.value: "PartiallyInForce",
    Validity.REPEALED.value: "NotInForce",
    Validity.EXPIRED.value: "NotInForce",
    Validity.NOT_YET.value: "NotInForce",
}


def gbt7714(record: DocumentAnswer, address: str, today: date) -> str:
    """The citation of a document as GB/T 7714-2015 writes it (8.8, online archive [A/OL]).

    ``address`` is the page it is read at; its own address is taken where it is known. Days are those of China.

    >>> gbt7714(record, "http://127.0.0.1/documents/1", date(2026, 11, 27))  # doctest: +SKIP
    '衢州市人民政府办公室. 关于…的通知: 衢政办发〔2022〕37号[A/OL]. (2022-08-30)[2026-11-27]. http://127.0.0.1/documents/1.'
    """
    responsible = ", ".join(record.issuers[:3]) + (", 等" if len(record.issuers) > 3 else "")
    title = f"{record.title}: {record.doc_number}" if record.doc_number else record.title
    when = record.published or record.signed
    dated = f"({when.isoformat()})" if when else ""
    parts = [responsible] if responsible else []
    parts += [f"{title}[A/OL]", f"{dated}[{today.isoformat()}]", record.url or address]
    return ". ".join(parts) + "."


def json_ld(record: DocumentAnswer, address: str) -> dict[str, Any]:
    """A document in schema.org's words: ``Legislation`` for rules and decisions, ``Report`` for reports, else
    ``DigitalDocument``; only what the record says."""
    genre = record.genre
    kind = "Legislation" if genre in _LEGISLATION else "Report" if genre.endswith("report") or genre == "报告" else "DigitalDocument"  # fmt: skip
    issuers = [{"@type": "GovernmentOrganization", "name": name} for name in record.issuers]
    place = {"@type": "AdministrativeArea", "name": "".join(record.region)} if record.region else None
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind,
        "name": record.title,
        "url": address,
        "sameAs": record.url,
        "identifier": record.doc_number,
        "inLanguage": "zh-CN",
        "genre": GENRE_NAMES.get(genre, genre),
        "publisher": issuers,
        "spatialCoverage": place,
        "datePublished": _day(record.published or record.signed),
        "citation": [name for cite in record.cites if (name := cite.number or cite.title)][:50],
    }
    if kind == "Legislation":
        found |= {
            "legislationIdentifier": record.doc_number,
            "legislationDate": _day(record.signed),
            "legislationPassedBy": issuers,
            "legislationJurisdiction": place,
            "legislationLegalForce": _FORCE.get(record.validity),
        }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
