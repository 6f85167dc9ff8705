"""The fields of a document as this interface shows and filters them: a closed list, so that nothing else is told.

Names are those of the REST interface. Dates are numbers yyyymmdd, as ranges need them; an unknown value is no field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import standing
from api.schemas import GENRE_NAMES, VALIDITY_NAMES
from engine.schema import Field, plain

DOC_NUMBER, CITES, PAGE = "doc_number", "cites", "page_url"

FILTERABLE: dict[str, Field] = {
    "id": Field.ID,
    DOC_NUMBER: Field.NUMBER_KEY,
    CITES: Field.CITE_KEYS,
    **{
        str(field): field
        for field in (
            Field.ISSUER,
            Field.ISSUERS,
            Field.REGION_LVL0,
            Field.REGION_LVL1,
            Field.REGION_LVL2,
            Field.REGION_CODES,
            Field.YEAR,
            Field.DAY,
            Field.SIGNED,
            Field.PUBLISHED,
            Field.GENRE,
            Field.CATEGORY,
            Field.VALIDITY,
            Field.IN_FORCE_FROM,
            Field.EXPIRES,
            Field.INDEX_NUMBER,
            Field.UNIFIED_NUMBER,
            Field.OPENNESS,
            Field.SITE,
        )
    },
}
NUMERIC = frozenset({Field.YEAR, Field.DAY, Field.SIGNED, Field.PUBLISHED, Field.IN_FORCE_FROM, Field.EXPIRES})
SORTABLE: dict[str, Field] = {str(field): field for field in (Field.DAY, Field.PUBLISHED, Field.SIGNED, Field.YEAR)}
SEARCHABLE: dict[str, Field] = {
    CITES: Field.CITES_TEXT,
    DOC_NUMBER: Field.DOC_NUMBER,
    "issuer": Field.ISSUER_TEXT,
    "text": Field.TEXT,
    "title": Field.TITLE,
}

# Stored fields, each under the name it is shown by, in the order of the answer.
_SHOWN: dict[str, Field] = {
    "id": Field.ID,
    "title": Field.TITLE,
    "text": Field.TEXT,
    DOC_NUMBER: Field.NUMBER_KEY,
    "issuer": Field.ISSUER,
    "issuers": Field.ISSUERS,
    "region": Field.REGION,
    "region_codes": Field.REGION_CODES,
    "year": Field.YEAR,
    "signed": Field.SIGNED,
    "published": Field.PUBLISHED,
    "day": Field.DAY,
    "genre": Field.GENRE,
    "category": Field.CATEGORY,
    "validity": Field.VALIDITY,
    "in_force_from": Field.IN_FORCE_FROM,
    "expires": Field.EXPIRES,
    CITES: Field.CITE_KEYS,
    "index_number": Field.INDEX_NUMBER,
    "unified_number": Field.UNIFIED_NUMBER,
    "openness": Field.OPENNESS,
    "url": Field.URL,
    "site": Field.SITE,
}
SHOWN = (*_SHOWN, PAGE)
STORED: tuple[str, ...] = tuple(dict.fromkeys((*map(str, _SHOWN.values()), str(Field.ISSUER_TEXT))))
"""The stored fields that a document is shown from."""

_NAMES = {Field.GENRE: GENRE_NAMES, Field.VALIDITY: VALIDITY_NAMES}


def document(record: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A stored record as it is shown, texts as people read them, validity as of ``today``."""
    shown = {name: record[field] for name, field in _SHOWN.items() if record.get(field) is not None}
    for name in ("title", "text"):
        if name in shown:
            shown[name] = plain(shown[name])
    shown["validity"] = standing.today_is(record, today).value
    shown[PAGE] = f"/documents/{record[Field.ID]}"
    return shown


def joined(record: Mapping[str, Any], name: str) -> str | None:
    """The stored form of a shown text with its words apart; None for one that is stored as it is shown."""
    if name in ("title", "text"):
        return str(record.get(name) or "")
    if name == "issuer":
        return str(record.get(Field.ISSUER_TEXT) or "").split("\n")[0] or None
    return None


def label(field: Field, value: str) -> str:
    """How people call a facet's value: 年度报告 for annual_report; most are their own name."""
    return _NAMES.get(field, {}).get(value, value)
