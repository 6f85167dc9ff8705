"""Brings the index of a collection in line with its folder: the folder is the truth, the index is derived from it.

A file is unchanged when the index holds all its records under the same fingerprint (bytes, manifest row, version of the
reading rules and of the dictionary). Killed anywhere, the next run compares again and does what is left.

A file that was moved is read again, stored under its new path and then removed under its old one. Its document gets the
identifier of its new path: identifiers follow from paths alone, so that an index built anew from a folder is the same
index, whatever the folder went through before.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from engine.protocol import Encoded, Stored, Writer
from engine.schema import Field
from engine.terms import TermWriter
from gongwen.errors import DocumentsRefused, InputError, UnreadableDocument
from indexer import rejects, relations, terms
from indexer.pipeline import Pipeline
from indexer.rejects import Reject
from indexer.sources import Listing, SourceFile
from indexer.workers import Workers

_FLUSH_BYTES = 8 * 1024 * 1024  # a request of this size costs the engine one task; smaller ones cost more tasks
# Batches sent and not yet done: the engine joins those that wait, and is never without work. 3,423 laws (86 MB of records),
# seconds of the engine's computing and of waiting on a busy machine: one 56 and 143, six 52 and 119, twelve 48 and 107.
_UNDER_WAY = 12


@dataclass(slots=True)
class Summary:
    """What a sync did: counts of files and documents, and the reject list. ``related`` are documents, changed or not, whose
    relations or validity were written again; ``moved`` are files of ``read`` that stood at another path before.
    """

    unchanged: int = 0
    read: int = 0
    written: int = 0
    deleted: int = 0
    moved: int = 0
    related: int = 0
    fragments: int = 0
    rejected: list[Reject] = field(default_factory=list)
    reject_list: Path | None = None


Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the path of the one done last."""


async def sync(
    listing: Listing,
    pipeline: Pipeline,
    writer: Writer,
    data_dir: Path,
    progress: Progress,
    *,
    term_counts: TermWriter | None = None,
    workers: Workers | None = None,
) -> Summary:
    """Writes what differs and deletes what is gone; returns when the engine has done it.

    With ``term_counts``, the documents that hold each word are counted anew when that is due. Without ``workers``, reading
    processes are started for this run.

    Raises :class:`~gongwen.errors.InputError` when the folder holds no document although the index has some of it
    (an unmounted disk must not empty the index), and engine errors.
    """
    await writer.ensure_index()
    reading = workers or Workers(pipeline)
    try:
        summary = await update(listing, pipeline, writer, data_dir, progress, workers=reading)
    finally:
        if workers is None:
            reading.close()
    summary.related = await conclude(writer, pipeline, term_counts, summary.written + summary.deleted, data_dir)
    return summary


async def update(
    listing: Listing, pipeline: Pipeline, writer: Writer, data_dir: Path, progress: Progress, *, workers: Workers
) -> Summary:
    """The part of :func:`sync` that concerns one collection: records written and removed; :func:`conclude` does the rest."""
    collection = listing.collection
    stored = by_source(await writer.inventory(collection))
    if not listing.files and stored:
        raise InputError(
            f"the folder of collection {collection!r} holds no documents, but the index has {len(stored)} files of it; nothing was deleted"
        )
    run = _Run(collection, pipeline, writer, stored, workers)
    await run.all(listing.files, progress)
    summary = run.summary
    summary.rejected += [Reject(collection, path, "skipped", reason) for path, reason in listing.skipped]
    summary.rejected.sort(key=lambda reject: reject.path)
    summary.reject_list = rejects.write(data_dir, collection, summary.rejected)
    return summary


async def conclude(
    writer: Writer, pipeline: Pipeline, term_counts: TermWriter | None, changed: int, data_dir: Path
) -> int:
    """What depends on the whole index, after its collections: relations and the counts of words, when they are due.

    Returns how many documents' relations were written.
    """
    related = await relations.update_if_due(writer, pipeline.today, data_dir)
    if term_counts is not None:
        await terms.update(writer, term_counts, changed)
    return related


async def held(writer: Writer) -> dict[str, int]:
    """Collection -> documents of it in the index."""
    counts: Counter[str] = Counter()
    async for page in writer.scan([Field.COLLECTION]):
        counts.update(row[Field.COLLECTION] for row in page if Field.COLLECTION in row)
    return dict(counts)


def by_source(inventory: dict[str, Stored]) -> dict[str, dict[str, str]]:
    """Path -> id -> fingerprint of what the index holds."""
    found: dict[str, dict[str, str]] = {}
    for document_id, stored in inventory.items():
        found.setdefault(stored.source or "", {})[document_id] = stored.source_hash or ""
    return found


def is_current(before: dict[str, str], found_hash: str) -> bool:
    """True when the records of a file (id -> fingerprint with their number) are all there and of this fingerprint."""
    return bool(before) and set(before.values()) == {f"{found_hash}:{len(before)}"}


@dataclass(slots=True)
class _Batch:
    """Records to store, and the ids that may go once they are stored: a document is never missing in between."""

    records: list[Encoded] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    size: int = 0


class _Run:
    """One sync under way. ``left`` are the indexed files not met in the folder yet."""

    def __init__(
        self, collection: str, pipeline: Pipeline, writer: Writer, stored: dict[str, dict[str, str]], workers: Workers
    ) -> None:
        self.left = stored
        self.summary = Summary()
        self._collection = collection
        self._pipeline = pipeline
        self._writer = writer
        self._workers = workers
        self._batch = _Batch()
        self._new: Counter[str] = Counter()
        # Twice as many files as processes: the next one waits where the last one ends.
        self._reading = asyncio.Semaphore(2 * workers.count)
        self._writing = asyncio.Semaphore(_UNDER_WAY)

    async def all(self, files: Sequence[SourceFile], progress: Progress) -> None:
        """Takes every file, then removes what was not met."""
        done = 0

        async def finish(file: SourceFile, before: dict[str, str]) -> None:
            nonlocal done
            try:
                await self._read(file, before)
            finally:
                self._reading.release()
            done += 1
            progress(done, len(files), file.source)

        progress(0, len(files), "")
        try:
            async with asyncio.TaskGroup() as tasks:
                for file in files:
                    before = self.left.pop(file.source, {})
                    if self._unchanged(file, before):
                        done += 1
                        progress(done, len(files), file.source)
                        continue
                    await self._reading.acquire()
                    tasks.create_task(finish(file, before))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        await self._flush(self._batch)
        await self._remove([document_id for records in self.left.values() for document_id in records])
        gone = Counter(next(iter(records.values())) for records in self.left.values())
        self.summary.moved = (self._new & gone).total()

    def _unchanged(self, file: SourceFile, before: dict[str, str]) -> bool:
        try:
            current = bool(before) and is_current(before, self._pipeline.fingerprint(file)[1])
        except UnreadableDocument:
            return False  # the reading process says so again, with the reason
        self.summary.unchanged += current
        return current

    async def _read(self, file: SourceFile, before: dict[str, str]) -> None:
        try:
            found = await self._workers.read(file)
        except UnreadableDocument as error:
            self._batch.stale += before
            self.summary.rejected.append(Reject(self._collection, file.source, error.stage, str(error)))
            return
        self.summary.read += 1
        self.summary.fragments += len(found.fragments)
        self.summary.rejected += [
            Reject(self._collection, file.source, "fragment", reason) for reason in found.fragments
        ]
        if not before:
            self._new[found.stamp] += 1
        self._batch.stale += set(before) - {record.id for record in found.records}
        self._batch.records += found.records
        self._batch.size += sum(len(record.body) for record in found.records)
        if self._batch.size >= _FLUSH_BYTES:
            full, self._batch = self._batch, _Batch()
            await self._flush(full)

    async def _flush(self, batch: _Batch) -> None:
        """New records first, then the removal of what they replace. Waits, and reading with it, while many are under way."""
        async with self._writing:
            if batch.records:
                refused = await self._put(batch.records)  # not in the sum itself: other batches add to it meanwhile
                self.summary.written += len(batch.records) - refused
            await self._remove(batch.stale)

    async def _put(self, records: Sequence[Encoded]) -> int:
        """Stores records; those that the engine does not take are reported, and their number returned."""
        try:
            await self._writer.put(records)
        except DocumentsRefused as error:
            for record in records:
                if record.id in error.reasons:
                    source = orjson.loads(record.body).get(Field.SOURCE, record.id)
                    self.summary.rejected.append(Reject(self._collection, source, "store", error.reasons[record.id]))
            return len(error.reasons)
        return 0

    async def _remove(self, ids: list[str]) -> None:
        if ids:
            await self._writer.delete(ids)
            self.summary.deleted += len(ids)
