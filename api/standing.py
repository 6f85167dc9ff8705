"""Where a stored document stands today: its validity with the words that prove it, and its ties to other documents.

Validity is decided when the question is asked, from the stored days, so that a document expires without being indexed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from api.schemas import CitationItem, EvidenceItem, RelatedItem
from engine.schema import Field, plain
from gongwen import cited_names, validity
from gongwen.relations import WEIGHT
from gongwen.types import CitationKind, Effect, Validity

NEEDED = (Field.STATED_VALIDITY, Field.IN_FORCE_FROM, Field.EXPIRES, Field.EFFECTS)
"""The stored fields that :func:`today_is` reads."""

_DATED = {Validity.EXPIRED: "expires", Validity.NOT_YET: "in_force_from"}
_DONE = {"repeals": "废止", "replaces": "代替", "amends": "修改"}


def day(value: int | None) -> date | None:
    """The date stored as yyyymmdd."""
    return None if value is None else date(value // 10000, value // 100 % 100, value % 100)


def today_is(record: Mapping[str, Any], today: date) -> Validity:
    """The validity of a stored document on a day."""
    stated = record.get(Field.STATED_VALIDITY)
    return validity.decide(
        Validity(stated) if stated else None,
        day(record.get(Field.IN_FORCE_FROM)),
        day(record.get(Field.EXPIRES)),
        [
            Effect(CitationKind(item["kind"]), day(item.get("day")), item["id"])
            for item in record.get(Field.EFFECTS) or ()
        ],
        today,
    )


def proven(record: Mapping[str, Any], evidence: Iterable[EvidenceItem], today: date) -> list[EvidenceItem]:
    """The evidence with that of the validity as it is today: an effect of another document, a day that has passed, or what
    page and text state.
    """
    items = list(evidence)
    value = today_is(record, today)
    stated = next((item for item in items if item.fact == "validity"), None)
    dated = next((item for item in items if item.fact == _DATED.get(value)), None)
    acted = next((item for item in _acting(record, today) if _result(item["kind"]) is value), None)
    proof = None
    if acted:
        number = acted.get("number") or f"《{acted['title']}》"
        rule = f"被{number}{_DONE[acted['kind']]}"
        proof = EvidenceItem(fact="validity", value=value.value, rule=rule, where="source", quote=acted["title"])
    elif dated and not (stated and stated.value == value.value):
        proof = dated.model_copy(update={"fact": "validity", "value": value.value})
    elif stated:
        proof = stated.model_copy(update={"value": value.value})
    if proof is None or value is Validity.UNKNOWN:
        return [item for item in items if item.fact != "validity"]
    at = next((place for place, item in enumerate(items) if item.fact in ("validity", *_DATED.values())), len(items))
    rest = [item for item in items if item.fact != "validity"]
    return [*rest[:at], proof, *rest[at:]]


def _acting(record: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    return [item for item in record.get(Field.EFFECTS) or () if (day(item.get("day")) or today) <= today]


def _result(kind: str) -> Validity:
    return Validity.AMENDED if kind == "amends" else Validity.REPEALED


def linked(record: Mapping[str, Any], cites: Iterable[CitationItem]) -> list[CitationItem]:
    """The citations, each with the id of the document of the collection that it means."""
    cited = record.get(Field.CITED) or ()
    targets = {
        _identity(cited[link["cited"]].get("number"), cited[link["cited"]].get("title")): link["id"]
        for link in record.get(Field.LINKS) or ()
        if link["cited"] < len(cited)
    }
    return [cite.model_copy(update={"document": targets.get(_identity(cite.number, cite.title))}) for cite in cites]


def _identity(number: str | None, title: str | None) -> tuple[str, str]:
    return ("number", number) if number else ("title", cited_names.key(title or ""))


def citing(record: Mapping[str, Any], document_id: str) -> RelatedItem:
    """How a stored document that cites the given one names it."""
    kinds = [CitationKind(link["kind"]) for link in record.get(Field.LINKS) or () if link["id"] == document_id]
    kind = max(kinds, key=lambda each: WEIGHT[each], default=CitationKind.MENTIONS)
    return RelatedItem(
        kind=kind.value,
        id=record[Field.ID],
        title=plain(record.get(Field.TITLE, "")),
        number=record.get(Field.NUMBER_KEY),
    )
