"""Brings the index of a collection in line with its folder: the folder is the truth, the index is derived from it.

A file is unchanged when the index holds all its records under the same fingerprint (bytes, manifest row, version of the
reading rules and of the dictionary). Killed anywhere, the next run compares again and does what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from engine.protocol import Stored, Writer
from engine.terms import TermWriter
from gongwen.errors import InputError, UnreadableDocument
from indexer import rejects, relations, terms
from indexer.pipeline import Pipeline
from indexer.rejects import Reject
from indexer.sources import Listing, SourceFile

_FLUSH_BYTES = 8 * 1024 * 1024  # a request of this size costs the engine one task; smaller ones cost more tasks


@dataclass(slots=True)
class Summary:
    """What a sync did: counts of files and documents, and the reject list. ``related`` are documents, changed or not, whose
    relations or validity were written again.
    """

    unchanged: int = 0
    read: int = 0
    written: int = 0
    deleted: int = 0
    related: int = 0
    fragments: int = 0
    rejected: list[Reject] = field(default_factory=list)
    reject_list: Path | None = None


Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the current path."""


async def sync(
    listing: Listing,
    pipeline: Pipeline,
    writer: Writer,
    data_dir: Path,
    progress: Progress,
    *,
    term_counts: TermWriter | None = None,
) -> Summary:
    """Writes what differs and deletes what is gone; returns when the engine has done it.

    With ``term_counts``, the documents that hold each word are counted anew when that is due.

    Raises :class:`~gongwen.errors.InputError` when the folder holds no document although the index has some of it
    (an unmounted disk must not empty the index), and engine errors.
    """
    collection = listing.collection
    await writer.ensure_index()
    stored = _by_source(await writer.inventory(collection))
    if not listing.files and stored:
        raise InputError(
            f"the folder of collection {collection!r} holds no documents, but the index has {len(stored)} files of it; nothing was deleted"
        )
    run = _Run(collection, pipeline, writer, stored)
    for done, file in enumerate(listing.files):
        progress(done, len(listing.files), file.source)
        await run.take(file)
    await run.flush()
    gone = [document_id for source, records in run.left.items() for document_id in records]
    await run.delete(gone)
    progress(len(listing.files), len(listing.files), "")
    run.summary.related = await relations.update(writer, pipeline.today)
    if term_counts is not None:
        await terms.update(writer, term_counts, run.summary.written + run.summary.deleted)
    run.summary.rejected += [Reject(collection, path, "skipped", reason) for path, reason in listing.skipped]
    run.summary.reject_list = rejects.write(data_dir, collection, run.summary.rejected)
    return run.summary


def _by_source(inventory: dict[str, Stored]) -> dict[str, dict[str, str]]:
    """Path -> id -> fingerprint of what the index holds."""
    found: dict[str, dict[str, str]] = {}
    for document_id, stored in inventory.items():
        found.setdefault(stored.source or "", {})[document_id] = stored.source_hash or ""
    return found


class _Run:
    """One sync under way. ``left`` are the indexed files not met in the folder yet."""

    def __init__(self, collection: str, pipeline: Pipeline, writer: Writer, stored: dict[str, dict[str, str]]) -> None:
        self.left = stored
        self.summary = Summary()
        self._collection = collection
        self._pipeline = pipeline
        self._writer = writer
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0
        self._stale: list[str] = []

    async def take(self, file: SourceFile) -> None:
        before = self.left.pop(file.source, {})
        try:
            data, found_hash = self._pipeline.fingerprint(file)
            if before and set(before.values()) == {f"{found_hash}:{len(before)}"}:
                self.summary.unchanged += 1
                return
            found = self._pipeline.records(file, data, found_hash)
        except UnreadableDocument as error:
            self._stale += before
            self.summary.rejected.append(Reject(self._collection, file.source, error.stage, str(error)))
            return
        self.summary.read += 1
        self.summary.fragments += len(found.fragments)
        self.summary.rejected += [
            Reject(self._collection, file.source, "fragment", f"{part.reason}: {part.text[:40]}…")
            for part in found.fragments
        ]
        self._stale += set(before) - {record["id"] for record in found.records}
        self._waiting += found.records
        self._waiting_bytes += sum(len(orjson.dumps(record)) for record in found.records)
        if self._waiting_bytes >= _FLUSH_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """New records first, then the removal of what they replace: a document is never missing in between."""
        if self._waiting:
            await self._writer.put(self._waiting)
            self.summary.written += len(self._waiting)
            self._waiting, self._waiting_bytes = [], 0
        stale, self._stale = self._stale, []
        await self.delete(stale)

    async def delete(self, ids: list[str]) -> None:
        if ids:
            await self._writer.delete(ids)
            self.summary.deleted += len(ids)
