"""The relations of all documents in the index, written to those where they changed: links, effects, validity.

One pass over the index reads a short summary of every document (some 400 bytes each), :mod:`gongwen.relations` says what
follows, one pass writes the documents whose relations are not the ones they hold. A document without any is right as it was
first written. Killed in between, the next run finds the difference again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from engine.protocol import Writer
from engine.schema import Field, plain
from gongwen import copies, legal_rank, normalize, relations, validity
from gongwen.copies import Printed
from gongwen.relations import Cited, Related, Summary
from gongwen.types import CitationKind, Genre, LegalRank, Validity

_READ = (
    Field.ID, Field.TITLE, Field.NUMBER_KEY, Field.SIGNED, Field.PUBLISHED, Field.IN_FORCE_FROM, Field.EXPIRES,
    Field.REGION_CODES, Field.GENRE, Field.STATED_VALIDITY, Field.CITED, Field.RELATIONS_HASH,
    Field.SIGNATURE, Field.LENGTH, Field.ISSUERS, Field.SOURCE, Field.URL,
)  # fmt: skip

RELATED = "related.txt"
"""In the data folder: the version of the index whose relations were last worked out, and the day they hold for."""

_FLUSH = 5_000  # documents of one write; a link has some 200 bytes, so this stays below one of the engine's batches


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


async def update_if_due(writer: Writer, today: date, data_dir: Path) -> int:
    """As :func:`update`, unless nothing has changed in the index since the last time, and the day is the same.

    All relations of 100,000 documents take 15 seconds to work out. What they were worked out of is told by the index's own
    version, so whoever changes it, and wherever a run is killed, the next one works them out again.
    """
    path = data_dir / RELATED
    if path.exists() and path.read_text("utf-8") == _related(await writer.version(), today):
        return 0
    written = await update(writer, today)
    path.write_text(_related(await writer.version(), today), "utf-8")
    return written


def _related(version: str, today: date) -> str:
    return f"{version} {today.isoformat()}"


async def update(writer: Writer, today: date) -> int:
    """Brings the relations of the whole index up to date for a day; returns the number of documents written.

    Raises engine errors.
    """
    summaries, held, prints = await _read(writer)
    waiting: list[dict[str, Any]] = []
    written = 0
    for document_id, related in relations.relate(list(summaries.values())).items():
        own, digest = held[document_id]
        found = fields(related, own, summaries, today, prints.get(document_id))
        if found[Field.RELATIONS_HASH] != digest:
            waiting.append({"id": document_id, **found})
            written += 1
        if len(waiting) >= _FLUSH:
            await writer.update(waiting)
            waiting = []
    if waiting:
        await writer.update(waiting)
    return written


async def _read(
    writer: Writer,
) -> tuple[dict[str, Summary], dict[str, tuple[Own, str | None]], dict[str, Prints]]:
    """What is needed of every document; what only tells copies is gone when this returns.

    Much is said by many documents alike (which law they cite, where they are from), and is kept once.
    """
    summaries: dict[str, Summary] = {}
    held: dict[str, tuple[Own, str | None]] = {}
    printed: list[Printed] = []
    places: dict[str, tuple[str | None, str | None]] = {}
    once: dict[Any, Any] = {}
    async for page in writer.scan([str(field) for field in _READ]):
        for row in page:
            summaries[row["id"]] = _summary(row, once)
            own = _own(row)
            held[row["id"]] = (once.setdefault(own, own), row.get(Field.RELATIONS_HASH))
            if row.get(Field.SIGNATURE):
                printed.append(_printed(row, once))
                places[row["id"]] = row.get(Field.SOURCE), row.get(Field.URL)
    return summaries, held, _prints(copies.group(printed), places)


def _prints(
    groups: Mapping[str, Sequence[str]], places: Mapping[str, tuple[str | None, str | None]]
) -> dict[str, Prints]:
    found = {
        leader: Prints(copies=tuple(_place(one, *places[one]) for one in others)) for leader, others in groups.items()
    }
    return found | {one: Prints(copy_of=leader) for leader, others in groups.items() for one in others}


def _place(document_id: str, source: str | None, url: str | None) -> dict[str, str]:
    named = ((Field.ID, document_id), (Field.SOURCE, source), (Field.URL, url))
    return {str(name): value for name, value in named if value}


def _printed(row: Mapping[str, Any], once: dict[Any, Any]) -> Printed:
    issuers, signed = frozenset(row.get(Field.ISSUERS) or ()), day_of(row.get(Field.SIGNED))
    return Printed(
        id=row[Field.ID],
        signature=copies.packed(row[Field.SIGNATURE]),
        length=row.get(Field.LENGTH) or 0,
        below=_below(plain(row.get(Field.TITLE, ""))),
        number=row.get(Field.NUMBER_KEY),
        signed=once.setdefault(signed, signed),
        issuers=once.setdefault(issuers, issuers),
    )


def _below(title: str) -> int:
    rank = legal_rank.of_title(normalize.fold(title))
    return 0 if rank is None else list(LegalRank).index(rank)


def _own(row: Mapping[str, Any]) -> Own:
    stated = row.get(Field.STATED_VALIDITY)
    return Own(
        Validity(stated) if stated else None, day_of(row.get(Field.IN_FORCE_FROM)), day_of(row.get(Field.EXPIRES))
    )


def _summary(row: Mapping[str, Any], once: dict[Any, Any]) -> Summary:
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
