"""What a crawl knows, in ``.crawl/state.sqlite`` of the corpus folder: killed anywhere, the next run goes on from here.

A run ends when nothing is left to ask or its number of pages is reached; the next run then asks everything again, with
the validators of the last answer. A file is written before its row, so a row never speaks of a file that is not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, depth INTEGER NOT NULL, hops INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, asked REAL, start INTEGER NOT NULL DEFAULT 0,
    etag TEXT, modified TEXT, digest TEXT, file TEXT UNIQUE, fetched TEXT, gone INTEGER NOT NULL DEFAULT 0,
    stage TEXT, reason TEXT
);
CREATE INDEX IF NOT EXISTS pages_digest ON pages (digest);
CREATE TABLE IF NOT EXISTS attached (page TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (page, url));
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A URL that is known: links from a start to it (depth), redirects before it (hops), the last answer."""

    url: str
    host: str
    depth: int
    hops: int
    tries: int
    etag: str | None
    modified: str | None
    digest: str | None
    file: str | None
    gone: int


class State:
    """The table of pages. ``run`` is the number of the run under way."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_TABLES)
        self.run = int(self.note("run") or 0)
        self.resumed = self.note("open") == "1"
        if not self.resumed:
            self.run += 1
            with self._transaction():
                self._set("run", str(self.run))
                self._set("open", "1")

    def close(self) -> None:
        self._db.close()

    def end(self) -> None:
        """Marks the run as done: the next one asks everything again."""
        self._set("open", "0")

    def note(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def same_bounds(self, bounds: str) -> bool:
        """True when the last run had these bounds; else pages must be read again for links that were left out."""
        same = self.note("bounds") in (None, bounds)
        self._set("bounds", bounds)
        return same

    def add(self, links: Iterable[tuple[str, str]], depth: int, hops: int = 0, *, start: bool = False) -> None:
        """Remembers URLs with their hosts; one that is known keeps the smaller depth."""
        self._db.executemany(
            "INSERT INTO pages (url, host, depth, hops, start) VALUES (?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
            " depth = min(depth, excluded.depth), start = max(start, excluded.start)",
            [(url, host, depth, hops, int(start)) for url, host in links],
        )

    def next(self, depth: int, shut: Iterable[str]) -> Page | None:
        """What to ask next: starts, then what was never asked, then the longest not asked; none of the hosts that are ``shut``."""
        left_out = list(shut)
        hosts = ", ".join("?" * len(left_out))
        row = self._db.execute(
            "SELECT url, host, depth, hops, tries, etag, modified, digest, file, gone FROM pages WHERE run < ? AND depth <= ?"  # noqa: S608 - question marks only
            f" AND host NOT IN ({hosts}) ORDER BY start DESC, tries, asked IS NOT NULL, asked, depth, rowid LIMIT 1",
            (self.run, depth, *left_out),
        ).fetchone()
        return Page(*row) if row else None

    def done(self, page: Page, links: Iterable[tuple[str, str]], attached: Iterable[str] = (), **values: Any) -> None:
        """Stores what became of a page and what it links to, in one step."""
        columns = {"run": self.run, "tries": 0, "stage": None, "reason": None, **values}
        with self._transaction():
            self._db.execute(
                f"UPDATE pages SET {', '.join(f'{name} = ?' for name in columns)}, asked = julianday('now') WHERE url = ?",  # noqa: S608 - our own names
                (*columns.values(), page.url),
            )
            self.add(links, page.depth + 1)
            if "digest" in values:
                self._db.execute("DELETE FROM attached WHERE page = ?", (page.url,))
            self._db.executemany("INSERT OR IGNORE INTO attached VALUES (?, ?)", [(page.url, url) for url in attached])

    def again(self, page: Page) -> None:
        """Lets a page wait for another try in this run."""
        self._db.execute("UPDATE pages SET tries = tries + 1 WHERE url = ?", (page.url,))

    def asked(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM pages WHERE run = ? AND asked IS NOT NULL", (self.run,)).fetchone()[0])  # fmt: skip

    def waiting(self, depth: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM pages WHERE run < ? AND depth <= ?", (self.run, depth)).fetchone()[0])  # fmt: skip

    def holds(self, url: str) -> bool:
        return self._db.execute("SELECT 1 FROM pages WHERE url = ?", (url,)).fetchone() is not None

    def variants(self, path: str) -> int:
        """How many URLs are known that differ in their parameters only."""
        row = self._db.execute("SELECT count(*) FROM pages WHERE url >= ? AND url < ?", (f"{path}?", f"{path}@"))
        return int(row.fetchone()[0])

    def same_bytes(self, digest: str, url: str) -> str | None:
        """Another URL whose kept file has these bytes."""
        row = self._db.execute("SELECT url FROM pages WHERE digest = ? AND url != ? AND file IS NOT NULL", (digest, url)).fetchone()  # fmt: skip
        return str(row[0]) if row else None

    def owner(self, file: str) -> str | None:
        row = self._db.execute("SELECT url FROM pages WHERE lower(file) = lower(?)", (file,)).fetchone()
        return str(row[0]) if row else None

    def files(self) -> list[tuple[str, str, str, int, str]]:
        """Of every kept file: path, URL, time it was fetched, runs in succession in which it was gone, its attachments' paths."""
        return self._db.execute(
            "SELECT file, url, fetched, gone, coalesce((SELECT group_concat(other.file, '|') FROM attached JOIN pages AS other"
            " ON other.url = attached.url WHERE attached.page = pages.url AND other.file IS NOT NULL), '')"
            " FROM pages WHERE file IS NOT NULL ORDER BY file"
        ).fetchall()

    def refusals(self) -> list[tuple[str, str, str]]:
        """URL, stage and reason of what was refused or failed."""
        return self._db.execute("SELECT url, stage, reason FROM pages WHERE stage IS NOT NULL ORDER BY url").fetchall()

    def _transaction(self) -> sqlite3.Connection:
        self._db.execute("BEGIN IMMEDIATE")
        return self._db

    def _set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))
