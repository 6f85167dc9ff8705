"""What pages link to, ``links.sqlite`` in the data folder: to list a folder of pages and their attachments, only those pages
are read that look otherwise than the last time.

It is a copy of what the pages say and can be removed at any time.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from gongwen.errors import SettingsError
from indexer import attachments
from indexer.looks import look

FILE = "links.sqlite"
_TABLE = """
CREATE TABLE IF NOT EXISTS links (
    folder TEXT NOT NULL, name TEXT NOT NULL, look TEXT NOT NULL, targets TEXT NOT NULL, PRIMARY KEY (folder, name)
) WITHOUT ROWID
"""
_SECONDS = 5.0  # for another process that lists folders to end; after that pages are read, which loses nothing but time


class PageLinks:
    """The links of pages on disk, by their places."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[str, dict[str, tuple[str, str]]] = {}
        self._met: dict[str, set[str]] = {}

    def of(self, location: str) -> tuple[str, ...]:
        """The places that a page may link to (:func:`indexer.attachments.targets`). Raises OSError when it cannot be read."""
        folder, _, name = location.rpartition("/")
        self._met.setdefault(folder, set()).add(name)
        now, (before, targets) = look(location), self._of_folder(folder).get(name, ("", ""))
        if now and now == before:
            return tuple(json.loads(targets))
        found = attachments.targets_of(location)
        if now:
            row = (folder, name, now, json.dumps(found, ensure_ascii=False))
            self._database.execute("REPLACE INTO links VALUES (?, ?, ?, ?)", row)
        return found

    def finish(self, root: str) -> None:
        """Forgets the pages below a folder that were not asked for since the beginning."""
        asked = "SELECT folder, name FROM links WHERE folder = ? OR folder >= ? AND folder < ?"
        rows = self._database.execute(asked, (root, f"{root}/", f"{root}0"))  # 0 comes after /
        gone = [(folder, name) for folder, name in rows if name not in self._met.get(folder, ())]
        self._database.executemany("DELETE FROM links WHERE folder = ? AND name = ?", gone)

    def _of_folder(self, folder: str) -> dict[str, tuple[str, str]]:
        if folder not in self._known:
            asked = "SELECT name, look, targets FROM links WHERE folder = ?"
            found = self._database.execute(asked, (folder,))
            self._known = {folder: {name: (seen, targets) for name, seen, targets in found}}  # pages come by folder
        return self._known[folder]


@contextmanager
def opened(data_dir: Path) -> Iterator[PageLinks | None]:
    """The links that are known; None when there is no such data folder, or another process lists: then every page is read.

    Raises :class:`~gongwen.errors.SettingsError` when the file cannot be read or written.
    """
    if not data_dir.is_dir():
        yield None
        return
    path = data_dir / FILE
    try:
        with closing(sqlite3.connect(path, timeout=_SECONDS, isolation_level=None)) as database:
            if not _begun(database):
                yield None
                return
            yield PageLinks(database)
            database.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise SettingsError(
            f"the links {path}: {error}; it may be removed, and every page is then read again"
        ) from error


def _begun(database: sqlite3.Connection) -> bool:
    """Begins a change; False when another process has one under way. What was read by other rules is thrown away."""
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _version():
        database.execute("DROP TABLE IF EXISTS links")
        database.execute(f"PRAGMA user_version = {_version()}")
    database.execute(_TABLE)
    return True


@cache
def _version() -> int:
    """A number that changes with the rules by which links are read, and with this table."""
    rules = b"".join(Path(str(file)).read_bytes() for file in (attachments.__file__, __file__))
    return zlib.crc32(rules) & 0x7FFFFFFF
