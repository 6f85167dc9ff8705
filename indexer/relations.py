"""The relations of all documents in the index, written to those where they changed: links, effects, copies, validity.

What follows from what is said by :mod:`gongwen.relations` and :mod:`gongwen.copies`, of documents as the
:mod:`~indexer.register` holds them. After a few changes only the documents that can have to do with them are worked out
(:func:`_concerned`), else all. A document without any relation is right as it was first written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.protocol import Writer
from engine.schema import Field
from gongwen import copies, relations
from gongwen.relations import Summary
from indexer import stored_facts
from indexer.register import Register, Registered
from indexer.stored_facts import Prints

_FLUSH = 5_000  # documents of one write; a link has some 200 bytes, so this stays below one of the engine's batches
_ASKED = 1_000  # documents of one question to the engine: 10,000 take 80 MB
_PART = 5_000
"""Documents whose relations are worked out at a time, when all are. Of 100,000: 20,000 at a time 7.5 s and 75 MB, 5,000 at a
time 7.2 s and 55 MB, 2,000 at a time 7.1 s and 50 MB."""
_FEW = 0.05
"""Share of the documents up to which changes are followed one by one: 5,000 of 100,000 take as long as all."""


async def update(
    writer: Writer, register: Register, changed: set[str] | None, decided: date | None, today: date
) -> list[str]:
    """Brings the relations of the whole index up to date for a day; returns the ids of the documents written.

    The register holds what they were worked out of for the day ``decided``; ``changed`` are the ids of all documents that
    were written or removed since. None for either: that is not known. Raises engine errors.
    """
    if changed is None or decided is None or len(changed) > max(_ASKED, _FEW * register.count()):
        register.clear()
        async for page in writer.scan([str(field) for field in stored_facts.READ], page_size=_ASKED):
            register.put(page)
        concerned = None
    elif not changed and decided == today:
        return []
    else:
        concerned = await _concerned(writer, register, changed, today)
        if today < decided:  # the clock was wrong, or is
            concerned = None
    return await _work_out(writer, register, concerned, today)


@dataclass(frozen=True, slots=True)
class _Concerned:
    """Places of the documents whose relations may change (``decided``), of those whose copies may (``grouped``, among the
    former), and of all that must be looked at to say how.
    """

    decided: set[int]
    grouped: set[int]
    seen: set[int]


async def _concerned(writer: Writer, register: Register, changed: set[str], today: date) -> _Concerned | None:
    """Registers changes, and says whom they concern; None when that are so many that all may be worked out as well."""
    before = register.of_ids(changed)
    told = register.targets(one.place for one in before)
    after = await _registered_anew(writer, register, changed, before)
    names = {name for one in (*before, *after) for name in one.names()}
    # Links can change where a document was written, and where one is cited that was found by one of these names or is now.
    linking = {one.place for one in after} | register.seekers(names)
    most = register.count() // 2
    grouped = _joined(register, {name for one in (*before, *after) for name in one.near_sought()}, most)
    if len(linking) > most or grouped is None:
        return None
    told |= register.targets(linking)
    telling = {name for one in register.of_places(linking) for name, tells in one.sought().items() if tells}
    decided = linking | told | register.named(telling) | grouped | register.due(today)
    if len(decided) > most:
        return None
    seen = _seen(register, decided)
    return None if len(seen) > most else _Concerned(decided, grouped, seen)


def _seen(register: Register, decided: set[int]) -> set[int]:
    """Those, and all others whose being there can change their relations: who does something to them, and all that their
    citations and those of the others could mean.
    """
    telling_them = register.seekers({name for one in register.of_places(decided) for name in one.names()}, telling=True)
    citing = decided | telling_them
    return citing | register.named({name for one in register.of_places(citing) for name in one.sought()})


async def _registered_anew(
    writer: Writer, register: Register, changed: Iterable[str], before: Iterable[Registered]
) -> list[Registered]:
    """The documents of some ids as the index holds them now, registered in place of those before."""
    register.remove(before)
    ids = sorted(changed)
    for start in range(0, len(ids), _ASKED):
        part = ids[start : start + _ASKED]
        async for page in writer.scan([str(field) for field in stored_facts.READ], only=part):
            register.put(page)
    return register.of_ids(ids)


def _joined(register: Register, sought: set[int], most: int) -> set[int] | None:
    """The places of all documents that matter to the copies of some, over however many others; None beyond ``most``."""
    found: set[int] = set()
    asked: set[int] = set()
    while sought:
        new = register.neighbours(sought) - found
        found |= new
        if len(found) > most:
            return None
        asked |= sought
        sought = {name for one in register.of_places(new) for name in one.near_sought()} - asked
    return found


async def _work_out(writer: Writer, register: Register, concerned: _Concerned | None, today: date) -> list[str]:
    grouped = None if concerned is None else concerned.grouped
    comparable = copies.likely(_signed(register)) if grouped is None else grouped
    register.regroup(grouped, copies.group(_printed(register, comparable)))
    written: list[str] = []
    for part in _parts(register) if concerned is None else (concerned,):
        written += await _decide(writer, register, part, today)
    register.pass_days(today)
    return written


def _signed(register: Register) -> Iterator[tuple[int, bytes, str | None]]:
    for one in register.of_places(None):
        if one.signature is not None:
            yield one.place, one.signature, one.row.get(Field.NUMBER_KEY)


def _parts(register: Register) -> Iterator[_Concerned]:
    """All documents, so many at a time that memory does not grow with them."""
    places = register.places()
    for start in range(0, len(places), _PART):
        decided = set(places[start : start + _PART])
        yield _Concerned(decided, set(), _seen(register, decided))


async def _decide(writer: Writer, register: Register, concerned: _Concerned, today: date) -> list[str]:
    once: dict[Any, Any] = {}
    places: dict[str, int] = {}
    summaries: dict[str, Summary] = {}
    for one in register.of_places(concerned.seen):
        summary = stored_facts.summary_of(one.row, once)
        summaries[summary.id], places[summary.id] = summary, one.place
    related = relations.relate(list(summaries.values()))
    prints = _prints(register, concerned.decided)
    waiting: list[dict[str, Any]] = []
    written: list[str] = []
    for one in register.of_places(concerned.decided):
        document_id = one.row[Field.ID]
        of_one, own = related[document_id], stored_facts.own_of(one.row)
        found = stored_facts.fields(of_one, own, summaries, today, prints.get(one.place))
        told = [places[each] for each, kind in relations.weightiest(of_one.links).items() if kind in relations.TELLING]
        days = [day for day in (own.in_force_from, own.expires, *(each.day for each in of_one.effects)) if day]
        register.decide(one.place, found[Field.RELATIONS_HASH], told, days, today)
        if found[Field.RELATIONS_HASH] != one.digest:
            waiting.append({"id": document_id, **found})
            written.append(document_id)
        if len(waiting) >= _FLUSH:
            await writer.update(waiting)
            waiting = []
    if waiting:
        await writer.update(waiting)
    return written


def _printed(register: Register, places: Iterable[int]) -> Iterator[copies.Printed]:
    once: dict[Any, Any] = {}
    for one in register.of_places(places):
        if one.signature is not None:
            yield stored_facts.printed_of(one.row, one.signature, once)


def _prints(register: Register, places: set[int]) -> dict[int, Prints]:
    """The groups of copies that documents of some places belong to, as each of them tells it; by place."""
    groups = register.groups(places)
    members = {each for leader, others in groups.items() for each in (leader, *others)}
    rows = {one.place: one.row for one in register.of_places(members)}
    found: dict[int, Prints] = {}
    for leader, others in groups.items():
        found[leader] = Prints(copies=tuple(_where(rows[each]) for each in _by_id(others, rows)))
        found |= {each: Prints(copy_of=rows[leader][Field.ID]) for each in others}
    return found


def _by_id(places: Sequence[int], rows: Mapping[int, Mapping[str, Any]]) -> list[int]:
    return sorted(places, key=lambda place: str(rows[place][Field.ID]))


def _where(row: Mapping[str, Any]) -> dict[str, str]:
    named = ((name, row.get(name)) for name in (Field.ID, Field.SOURCE, Field.URL))
    return {str(name): value for name, value in named if value}
