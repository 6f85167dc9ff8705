"""The register 登记簿 of what relations need of every document, beside the ledger and in one transaction with it.

From it follows which documents' relations can differ after some were written or removed, so that for a hundred changed
documents a million need not be read. What documents are found by (:func:`gongwen.relations.names`,
:func:`gongwen.copies.names`) is kept as eight bytes of its hash: two that fall on one number make a document be
looked at for nothing.

A document is named by its place, a number of the register's own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import orjson

from engine.schema import Field
from gongwen import copies, relations
from gongwen.relations import Summary
from indexer import stored_facts

TABLES = (
    """CREATE TABLE documents (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, row BLOB NOT NULL, signature BLOB, digest TEXT)""",
    "CREATE TABLE names (name INTEGER, place INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID",
    "CREATE TABLE sought (name INTEGER, place INTEGER, telling INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID",
    "CREATE TABLE near (name INTEGER, place INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID",
    "CREATE TABLE told (place INTEGER, target INTEGER, PRIMARY KEY (place, target)) WITHOUT ROWID",
    "CREATE TABLE copies (place INTEGER PRIMARY KEY, leader INTEGER NOT NULL)",
    "CREATE INDEX copies_leader ON copies (leader)",
    "CREATE TABLE days (day INTEGER, place INTEGER, PRIMARY KEY (day, place)) WITHOUT ROWID",
)
"""``sought.telling``: what is cited would tell it too (``relations.TELLING``); ``told``: the documents that do so;
``days``: those after which a document's validity may be another.
"""

_TOGETHER = 500  # values of one question to the database


@dataclass(frozen=True)
class Registered:
    """A document of the register: ``row`` are the fields ``stored_facts.READ`` without signature and digest."""

    place: int
    row: dict[str, Any]
    signature: bytes | None
    digest: str | None

    @cached_property
    def summary(self) -> Summary:
        return stored_facts.summary_of(self.row, {})

    def names(self) -> set[int]:
        """What it is found by."""
        return {_number(name.encode()) for name in relations.names(self.summary)}

    def sought(self) -> dict[int, bool]:
        """What its citations look for, and whether what they find tells it too."""
        found: dict[int, bool] = {}
        for cited in self.summary.cites:
            for name in relations.sought(cited, self.summary.region):
                number = _number(name.encode())
                found[number] = found.get(number, False) or cited.kind in relations.TELLING
        return found

    def near(self) -> set[int]:
        """What it is found by where copies are looked for."""
        return {_number(name) for name in copies.names(self.signature, self.row.get(Field.NUMBER_KEY))}

    def near_sought(self) -> set[int]:
        """What documents are found by that matter to its copies."""
        return {_number(name) for name in copies.sought(self.signature, self.row.get(Field.NUMBER_KEY))}


class Register:
    """The tables, in the transaction of whoever opened them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def count(self) -> int:
        """Documents in the register."""
        (number,) = self._database.execute("SELECT COUNT(*) FROM documents").fetchone()
        return int(number)

    def clear(self) -> None:
        """Empties the register."""
        for table in ("documents", "names", "sought", "near", "told", "copies", "days"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - these words

    def put(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Registers records (with the fields ``stored_facts.READ``) that the register does not hold; one that it holds
        stays as it is, for pages of an index that is written meanwhile can give a record twice.
        """
        for row in rows:
            kept = {name: value for name, value in row.items() if name not in {Field.SIGNATURE, Field.RELATIONS_HASH}}
            signature = copies.packed(row[Field.SIGNATURE]) if row.get(Field.SIGNATURE) else None
            digest = row.get(Field.RELATIONS_HASH)
            added = self._database.execute(
                "INSERT OR IGNORE INTO documents (id, row, signature, digest) VALUES (?, ?, ?, ?)",
                (row[Field.ID], orjson.dumps(kept), signature, digest),
            )
            if not added.rowcount:
                continue
            one = Registered(int(added.lastrowid or 0), kept, signature, digest)
            many = self._database.executemany
            many("INSERT INTO names VALUES (?, ?)", [(name, one.place) for name in one.names()])
            many("INSERT INTO sought VALUES (?, ?, ?)", [(name, one.place, how) for name, how in one.sought().items()])
            many("INSERT INTO near VALUES (?, ?)", [(name, one.place) for name in one.near()])

    def remove(self, gone: Iterable[Registered]) -> None:
        """Forgets documents, and what they told others; their places are not given to others that hold them still."""
        for one in gone:
            for table, found in (("names", one.names()), ("sought", one.sought()), ("near", one.near())):
                self._database.executemany(
                    f"DELETE FROM {table} WHERE name = ? AND place = ?",  # noqa: S608 - these words
                    [(name, one.place) for name in found],
                )
            for table in ("documents", "told", "copies"):
                self._database.execute(f"DELETE FROM {table} WHERE place = ?", (one.place,))  # noqa: S608 - these words

    def of_ids(self, ids: Iterable[str]) -> list[Registered]:
        """Those of some ids that are registered."""
        return list(self._documents("id", ids))

    def of_places(self, places: Iterable[int] | None) -> Iterator[Registered]:
        """Yield those of some places, or all, in the order of places."""
        if places is not None:
            yield from self._documents("place", sorted(places))
            return
        for row in self._database.execute("SELECT place, row, signature, digest FROM documents ORDER BY place"):
            yield _registered(row)

    def places(self) -> list[int]:
        """All places, in order."""
        return [place for (place,) in self._database.execute("SELECT place FROM documents ORDER BY place")]

    def named(self, names: Iterable[int]) -> set[int]:
        """The places of documents that are found by one of some names."""
        return set(self._column("SELECT place FROM names WHERE name IN", names))

    def seekers(self, names: Iterable[int], *, telling: bool = False) -> set[int]:
        """The places of documents with a citation that looks for one of some names; only ``telling`` ones if asked."""
        only = "telling AND " if telling else ""
        return set(self._column(f"SELECT place FROM sought WHERE {only}name IN", names))  # noqa: S608 - these words

    def neighbours(self, names: Iterable[int]) -> set[int]:
        """The places of documents that have one of some bands or numbers."""
        return set(self._column("SELECT place FROM near WHERE name IN", names))

    def targets(self, places: Iterable[int]) -> set[int]:
        """The places of documents that tell what documents of some places do to them, as last noted."""
        return set(self._column("SELECT target FROM told WHERE place IN", places))

    def due(self, today: date) -> set[int]:
        """The places of documents whose validity may be another one today than when it was last decided."""
        found = self._database.execute("SELECT place FROM days WHERE day <= ?", (today.toordinal(),))
        return {place for (place,) in found}

    def decide(self, place: int, digest: str, told: Iterable[int], days: Iterable[date], today: date) -> None:
        """Notes what was worked out of a document for a day: ``told`` are the places of those that tell what it does,
        ``days`` those on which something of its validity begins or ends.
        """
        self._database.execute("UPDATE documents SET digest = ? WHERE place = ?", (digest, place))
        self._database.execute("DELETE FROM told WHERE place = ?", (place,))
        self._database.executemany("INSERT OR IGNORE INTO told VALUES (?, ?)", [(place, target) for target in told])
        # What ends with a day is over on the next.
        both = {each for day in days for each in (day, day + timedelta(1)) if each > today}
        self._database.executemany(
            "INSERT OR IGNORE INTO days VALUES (?, ?)", [(day.toordinal(), place) for day in both]
        )

    def pass_days(self, today: date) -> None:
        """Forgets the days up to today: all that is due was decided."""
        self._database.execute("DELETE FROM days WHERE day <= ?", (today.toordinal(),))

    def regroup(self, places: Iterable[int] | None, groups: Mapping[str, Sequence[str]]) -> None:
        """Notes the copies among documents of some places, or all: the id of each that has some, and theirs."""
        if places is None:
            self._database.execute("DELETE FROM copies")
        else:
            self._database.executemany("DELETE FROM copies WHERE place = ?", [(place,) for place in places])
        by_id = "(SELECT place FROM documents WHERE id = ?)"
        pairs = [(one, leader) for leader, others in groups.items() for one in others]
        self._database.executemany(f"INSERT INTO copies VALUES ({by_id}, {by_id})", pairs)  # noqa: S608 - these words

    def groups(self, places: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """The groups of copies that documents of some places belong to: leader -> its copies, by place."""
        asked = list(places)
        leaders = {*self._column("SELECT leader FROM copies WHERE place IN", asked), *asked}
        found: dict[int, list[int]] = {}
        for leader, place in self._rows("SELECT leader, place FROM copies WHERE leader IN", leaders):
            found.setdefault(leader, []).append(place)
        return {leader: tuple(sorted(each)) for leader, each in found.items()}

    def _documents(self, column: str, values: Iterable[Any]) -> Iterator[Registered]:
        asked = f"SELECT place, row, signature, digest FROM documents WHERE {column} IN"  # noqa: S608 - place or id
        yield from map(_registered, self._rows(asked, values))

    def _column(self, question: str, values: Iterable[Any]) -> Iterator[Any]:
        return (row[0] for row in self._rows(question, values))

    def _rows(self, question: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Answers to a question that ends with IN, for many values."""
        wanted = list(values)
        for start in range(0, len(wanted), _TOGETHER):
            part = wanted[start : start + _TOGETHER]
            yield from self._database.execute(f"{question} ({','.join('?' * len(part))})", part).fetchall()


def _registered(row: tuple[Any, ...]) -> Registered:
    place, kept, signature, digest = row
    return Registered(place, orjson.loads(kept), signature, digest)


def _number(name: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
