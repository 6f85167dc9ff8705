"""The ledger 台账 of what the index holds of every file, ``ledger.sqlite`` in the data folder: a sync of a million unchanged
files asks neither the engine for a million records nor the disk for their bytes.

With it stands the :mod:`~indexer.register` of what relations need.

It is only a copy. It belongs to one version of the index (:meth:`engine.protocol.Writer.version`); when the index has another,
whoever changed it, the ledger is filled from it anew. A run is one transaction: killed anywhere, it leaves the ledger of
the version before, which is then not that of the index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from engine.protocol import Writer
from engine.schema import Field
from gongwen.errors import SettingsError
from indexer import register
from indexer.register import Register

FILE = "ledger.sqlite"
_FORM = 4  # of the tables; another one is thrown away
_ENTRIES = """
CREATE TABLE entries (
    collection TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL,
    ids TEXT NOT NULL, stamp TEXT NOT NULL, appearance TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (collection, folder, name)
) WITHOUT ROWID
"""
# What the reject list says of a file, and, of one that gave no document, how it looked when that was found.
_REJECTED = """
CREATE TABLE rejected (
    collection TEXT NOT NULL, source TEXT NOT NULL, seen TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (collection, source)
) WITHOUT ROWID
"""
_TABLES = (
    _ENTRIES,
    _REJECTED,
    "CREATE TABLE version (name TEXT NOT NULL, decided INTEGER)",
    *register.TABLES,
)
_ADD = """
INSERT INTO entries (collection, folder, name, ids, stamp) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (collection, folder, name) DO UPDATE
SET ids = ids || ' ' || excluded.ids, stamp = CASE stamp WHEN excluded.stamp THEN stamp ELSE '' END
"""
# How a file looked when it had these bytes is true whatever the index went through.
_KEEP_APPEARANCES = """
UPDATE entries SET appearance = COALESCE((
    SELECT before.appearance FROM before WHERE before.collection = entries.collection
    AND before.folder = entries.folder AND before.name = entries.name AND before.stamp = entries.stamp), '')
"""
_Row = tuple[str, str, str, str]
"""Name, ids, stamp and appearance as they are kept."""
_FIELDS = (Field.ID, Field.COLLECTION, Field.SOURCE, Field.SOURCE_HASH)


class Entry(NamedTuple):
    """What the index holds of a file: the ids of its records, the stamp they all have ("" when they differ), and how the
    file looked from outside when its bytes were last seen to be those (:meth:`~indexer.sources.SourceFile.appearance`).
    """

    ids: tuple[str, ...]
    stamp: str
    appearance: str = ""

    @property
    def whole(self) -> bool:
        """True when all records of the file are there, as far as their stamp tells how many it gave."""
        return self.stamp.endswith(f":{len(self.ids)}")

    def is_of(self, found_hash: str) -> bool:
        """True when the records are all there and of this fingerprint."""
        return self.stamp == f"{found_hash}:{len(self.ids)}"


class Rejected(NamedTuple):
    """What was said of a file in the reject list, as pairs of stage and reason; ``seen``: how a file looked that gave no
    document and would give none again, "" for others."""

    seen: str
    lines: tuple[tuple[str, str], ...]


class Ledger:
    """The entries of all collections. :meth:`turn_to` one, :meth:`take` what its folder holds; the rest is gone from there.

    ``changed`` are the ids of the documents that were written or removed since :meth:`follow`, None when the ledger did not
    follow then and was filled; ``decided`` is the day for which the register's relations were worked out, None for never;
    ``version`` is that of the index, at :meth:`follow` and at each :meth:`seal`.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.register = Register(database)
        self.changed: set[str] | None = None
        self.decided: date | None = None
        self.version = ""
        self._collection = ""
        self._untaken: dict[str, dict[str, _Row]] = {}
        self._documents: dict[str, int] | None = None

    async def follow(self, writer: Writer) -> None:
        """Fills the ledger from the index unless it is of the index's version. Raises engine errors."""
        await writer.settle()  # what a run that was killed asked for may be on its way
        version = await writer.version() if await writer.schema_version() is not None else ""
        self.version = version
        kept = self._database.execute("SELECT name, decided FROM version").fetchone()
        if kept is not None and kept[0] == version:
            self.changed, self.decided = set(), None if kept[1] is None else date.fromordinal(kept[1])
            return
        self.changed, self.decided, self._documents = None, None, None
        self._database.execute("ALTER TABLE entries RENAME TO before")
        self._database.execute(_ENTRIES)
        async for page in writer.scan([str(field) for field in _FIELDS]):
            self._database.executemany(_ADD, _rows(page))
        self._database.execute(_KEEP_APPEARANCES)
        self._database.execute("DROP TABLE before")
        self._database.execute("DELETE FROM version")
        self._database.execute("INSERT INTO version VALUES (?, NULL)", (version,))

    async def seal(self, writer: Writer, decided: date | None) -> None:
        """Ends a run, all of whose changes were written down: the ledger is of the index's version now, the register of
        relations worked out for a day."""
        day = None if decided is None else decided.toordinal()
        self.version = await writer.version()
        self._database.execute("UPDATE version SET name = ?, decided = ?", (self.version, day))
        self._database.execute("COMMIT")
        self._database.execute("BEGIN IMMEDIATE")

    def note_changed(self, ids: Iterable[str]) -> None:
        """Adds to ``changed``."""
        if self.changed is not None:
            self.changed.update(ids)

    def turn_to(self, collection: str) -> None:
        """Begins with a collection: nothing of it is taken yet."""
        self._collection, self._untaken = collection, {}

    def take(self, source: str) -> Entry | None:
        """The entry of a path, once; None when the index holds nothing of it."""
        folder, _, name = source.rpartition("/")
        row = self._of_folder(folder).pop(name, None)
        return None if row is None else _entry(row)

    def left(self) -> Iterator[tuple[str, Entry]]:
        """Path and entry of what was not taken of the collection, folder by folder."""
        asked = "SELECT DISTINCT folder FROM entries WHERE collection = ? ORDER BY folder"
        for (folder,) in self._database.execute(asked, (self._collection,)).fetchall():
            for name, row in self._of_folder(folder).items():
                yield f"{folder}/{name}" if folder else name, _entry(row)

    def write(self, source: str, entry: Entry | None) -> None:
        """Writes down what the index holds of a path of the collection from now on; None: nothing."""
        folder, _, name = source.rpartition("/")
        key = (self._collection, folder, name)
        self._documents = None
        if entry is None:
            self._database.execute("DELETE FROM entries WHERE collection = ? AND folder = ? AND name = ?", key)
        else:
            row = (*key, " ".join(entry.ids), entry.stamp, entry.appearance)
            self._database.execute("REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)

    def rejected(self) -> dict[str, Rejected]:
        """What was said of the files of the collection, by path."""
        asked = "SELECT source, seen, lines FROM rejected WHERE collection = ?"
        rows = self._database.execute(asked, (self._collection,))
        return {source: Rejected(seen, tuple(map(tuple, json.loads(lines)))) for source, seen, lines in rows}

    def reject(self, source: str, rejected: Rejected | None) -> None:
        """Writes down what was said of a file of the collection; None: nothing."""
        if rejected is None:
            self._database.execute(
                "DELETE FROM rejected WHERE collection = ? AND source = ?", (self._collection, source)
            )
        else:
            row = (self._collection, source, rejected.seen, json.dumps(rejected.lines, ensure_ascii=False))
            self._database.execute("REPLACE INTO rejected VALUES (?, ?, ?, ?)", row)

    def documents(self) -> dict[str, int]:
        """Collection -> documents of it in the index."""
        if self._documents is None:  # of a million entries it takes .2 seconds, and is asked four times
            counted = """
                SELECT collection, SUM(LENGTH(ids) - LENGTH(REPLACE(ids, ' ', '')) + 1) FROM entries GROUP BY collection
            """
            self._documents = dict(self._database.execute(counted))
        return dict(self._documents)

    def ids(self, collection: str) -> list[str]:
        """The ids of all documents of a collection."""
        rows = self._database.execute("SELECT ids FROM entries WHERE collection = ?", (collection,))
        return [document_id for (ids,) in rows for document_id in ids.split()]

    def drop(self, collection: str) -> None:
        """Writes down that the index holds nothing of a collection."""
        self._documents = None
        for table in ("entries", "rejected"):
            self._database.execute(f"DELETE FROM {table} WHERE collection = ?", (collection,))  # noqa: S608

    def _of_folder(self, folder: str) -> dict[str, _Row]:
        """Read a folder at a time: one by one, the entries of a million files took three times as long."""
        if folder not in self._untaken:
            asked = "SELECT name, ids, stamp, appearance FROM entries WHERE collection = ? AND folder = ?"
            found = self._database.execute(asked, (self._collection, folder))
            self._untaken[folder] = {row[0]: row for row in found}
        return self._untaken[folder]


@contextmanager
def opened(data_dir: Path) -> Iterator[Ledger]:
    """The ledger of a data folder, for the one process that writes the index. What is not sealed at the end is forgotten.

    Raises :class:`~gongwen.errors.SettingsError` when the file cannot be read or written.
    """
    path = data_dir / FILE
    try:
        if not _is_ledger(path):
            _begin_anew(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield Ledger(database)
    except sqlite3.DatabaseError as error:
        raise SettingsError(
            f"the ledger {path}: {error}; it may be removed, and is then filled from the index"
        ) from error


@contextmanager
def copied(data_dir: Path) -> Iterator[Ledger]:
    """The entries as they stand, in memory and without the register: whatever is done with them, the file stays as it is,
    also while another process writes."""
    path = data_dir / FILE
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        for table in _TABLES:
            database.execute(table)
        if _is_ledger(path):
            database.execute("ATTACH ? AS kept", (str(path),))
            database.execute("INSERT INTO entries SELECT * FROM kept.entries")
            database.execute("INSERT INTO rejected SELECT * FROM kept.rejected")
            database.execute("INSERT INTO version SELECT * FROM kept.version")
            database.execute("DETACH kept")
        yield Ledger(database)


def _is_ledger(path: Path) -> bool:
    """False for a file that is not there, of another form, or no database."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path)) as database:
            found: tuple[int] = database.execute("PRAGMA user_version").fetchone()
            return found == (_FORM,)
    except sqlite3.DatabaseError:
        return False


def _begin_anew(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for beside in ("", "-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN")
        for table in _TABLES:
            database.execute(table)
        database.execute(f"PRAGMA user_version = {_FORM}")
        database.execute("COMMIT")


def _entry(row: _Row) -> Entry:
    _, ids, stamp, appearance = row
    return Entry(tuple(ids.split()), stamp, appearance)


def _rows(page: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    """What :data:`_ADD` writes of records; one that belongs to no collection is not ours."""
    for row in page:
        folder, _, name = (row.get(Field.SOURCE) or "").rpartition("/")
        if row.get(Field.COLLECTION):
            yield row[Field.COLLECTION], folder, name, row[Field.ID], row.get(Field.SOURCE_HASH) or ""
