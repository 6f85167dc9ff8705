"""What relations need of a stored record, and the form in which they are stored in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from engine.schema import Field, plain
from gongwen import legal_rank, normalize, relations, validity
from gongwen.copies import Printed
from gongwen.relations import Cited, Related, Summary
from gongwen.types import CitationKind, Genre, LegalRank, Validity

READ = (
    Field.ID, Field.TITLE, Field.NUMBER_KEY, Field.SIGNED, Field.PUBLISHED, Field.IN_FORCE_FROM, Field.EXPIRES,
    Field.REGION_CODES, Field.GENRE, Field.STATED_VALIDITY, Field.CITED, Field.RELATIONS_HASH,
    Field.SIGNATURE, Field.LENGTH, Field.ISSUERS, Field.SOURCE, Field.URL,
)  # fmt: skip
"""The fields from which the functions here read."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a document says of its own validity."""

    stated: Validity | None = None
    in_force_from: date | None = None
    expires: date | None = None


def day_number(day: date | None) -> int | None:
    """A date as the integer yyyymmdd, which the engine can compare."""
    return day.year * 10000 + day.month * 100 + day.day if day else None


def day_of(number: int | None) -> date | None:
    """The date stored as yyyymmdd."""
    return None if number is None else date(number // 10000, number // 100 % 100, number % 100)


def cited_fields(cites: Sequence[Cited]) -> list[dict[str, str]]:
    """Citations as they are stored; absent parts are absent."""
    parts = [{"kind": cite.kind.value, "number": cite.number, "title": cite.title} for cite in cites]
    return [{name: value for name, value in part.items() if value} for part in parts]


@dataclass(frozen=True, slots=True)
class Prints:
    """A document among the copies of one: which stands for it, and, if it does so for others, where those are."""

    copy_of: str | None = None
    copies: tuple[dict[str, str], ...] = ()


def fields(
    related: Related, own: Own, summaries: Mapping[str, Summary], today: date, prints: Prints | None = None
) -> dict[str, Any]:
    """What is stored of a document's relations and validity, with the digest that tells whether it is stored already."""
    titles = {
        each: {"id": each, "title": summaries[each].title, "number": summaries[each].number}
        for each in {link.id for link in related.links} | {effect.by for effect in related.effects}
    }
    found: dict[str, Any] = {
        Field.LINKS: [{"kind": link.kind.value, "cited": link.cited, **titles[link.id]} for link in related.links],
        Field.CITED_IDS: list(relations.weightiest(related.links)),
        Field.EFFECTS: [
            {"kind": effect.kind.value, "day": day_number(effect.day), **titles[effect.by]}
            for effect in related.effects
        ],
        Field.EXPLAINS: [
            target for target, kind in relations.weightiest(related.links).items() if kind is CitationKind.EXPLAINS
        ],
        Field.EXPLAINED_BY: related.explained_by,
        Field.COPY_OF: prints.copy_of if prints else None,
        Field.COPIES: list(prints.copies) if prints else [],
        Field.VALIDITY: validity.decide(own.stated, own.in_force_from, own.expires, related.effects, today).value,
    }
    found = {str(name): value for name, value in found.items()}
    digest = hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return {**found, str(Field.RELATIONS_HASH): digest}


def own_of(row: Mapping[str, Any]) -> Own:
    """What a record says of its own validity."""
    stated = row.get(Field.STATED_VALIDITY)
    return Own(
        Validity(stated) if stated else None, day_of(row.get(Field.IN_FORCE_FROM)), day_of(row.get(Field.EXPIRES))
    )


def summary_of(row: Mapping[str, Any], once: dict[Any, Any]) -> Summary:
    """A record as relations see it. ``once`` keeps what many records say alike (which law they cite, where they are from)."""
    genre, region = row.get(Field.GENRE), tuple(row.get(Field.REGION_CODES) or ())
    day, since = day_of(row.get(Field.SIGNED) or row.get(Field.PUBLISHED)), day_of(row.get(Field.IN_FORCE_FROM))
    cites = (
        Cited(CitationKind(cite["kind"]), cite.get("number"), cite.get("title")) for cite in row.get(Field.CITED) or ()
    )
    return Summary(
        id=row[Field.ID],
        title=plain(row.get(Field.TITLE, "")),
        number=row.get(Field.NUMBER_KEY),
        day=once.setdefault(day, day),
        in_force_from=once.setdefault(since, since),
        region=once.setdefault(region, region),
        genre=Genre(genre) if genre else None,
        cites=tuple(once.setdefault(cite, cite) for cite in cites),
    )


def printed_of(row: Mapping[str, Any], signature: bytes, once: dict[Any, Any]) -> Printed:
    """A record with its packed signature as it is compared with others, to tell copies."""
    issuers, signed = frozenset(row.get(Field.ISSUERS) or ()), day_of(row.get(Field.SIGNED))
    return Printed(
        id=row[Field.ID],
        signature=signature,
        length=row.get(Field.LENGTH) or 0,
        below=_below(plain(row.get(Field.TITLE, ""))),
        number=row.get(Field.NUMBER_KEY),
        signed=once.setdefault(signed, signed),
        issuers=once.setdefault(issuers, issuers),
    )


def _below(title: str) -> int:
    rank = legal_rank.of_title(normalize.fold(title))
    return 0 if rank is None else list(LegalRank).index(rank)
