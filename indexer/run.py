"""The sync of one collection: what its folder holds is taken file by file, what differs is written, what is gone removed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.protocol import Encoded, Writer
from gongwen.errors import DocumentsRefused, UnreadableDocument
from indexer.ledger import Entry, Ledger
from indexer.pipeline import Pipeline
from indexer.privacy import told
from indexer.rejects import Reject
from indexer.remembered import Remembered
from indexer.sources import Listing, SourceFile
from indexer.workers import Workers

_BETWEEN = 250  # unchanged files, a millisecond, after which those that are being read get on
# Bytes sent and not yet done, in multiples of what is stored at once (Writer.at_once), and at the least: the engine joins
# what waits, and is never without work. 3,423 laws (86 MB of records), seconds of the engine's computing and of waiting on a
# busy machine: 8 MB under way 56 and 143, 48 MB 52 and 119, 96 MB 48 and 107.
_UNDER_WAY, _LEAST_UNDER_WAY = 2, 96 * 1024 * 1024


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


def is_unchanged(file: SourceFile, before: Entry, appearance: str, pipeline: Pipeline) -> bool:
    """True when the index holds what the file holds: all of its records, and either it looks as it did when they were
    stored, or its bytes are read and are the same.

    Raises :class:`~gongwen.errors.UnreadableDocument` when they cannot be read.
    """
    if appearance and appearance == before.appearance:
        return before.whole
    return before.is_of(pipeline.fingerprint(file)[1])


@dataclass(slots=True)
class _Batch:
    """Records to store, and the ids that may go once they are stored: a document is never missing in between.

    ``entries`` is what the index holds of each path when that is done.
    """

    records: list[Encoded] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    entries: dict[str, Entry | None] = field(default_factory=dict)
    size: int = 0


def _taken_from(records: list[Encoded]) -> Iterator[Encoded]:
    """Yield records and let go of each: those of a large batch need not be here while they wait for the engine."""
    records.reverse()
    while records:
        yield records.pop()


class Run:
    """One sync under way of a collection whose entries nobody has taken yet."""

    def __init__(self, listing: Listing, pipeline: Pipeline, writer: Writer, entries: Ledger, workers: Workers) -> None:
        self.summary = Summary()
        self._listing = listing
        self._pipeline = pipeline
        self._writer = writer
        self._entries = entries
        self._workers = workers
        entries.turn_to(listing.collection)
        self._remembered = Remembered(listing.collection, entries, pipeline.settings.read_memory_bytes)
        self._batch = _Batch()
        self._new: Counter[str] = Counter()
        # Twice as many files as processes: the next one waits where the last one ends.
        self._reading = asyncio.Semaphore(2 * workers.count)
        held = entries.documents()
        self._documents = sum(held.values())
        self._may_have_moved = listing.collection in held
        self._under_way = 0
        self._done = asyncio.Condition()

    async def all(self, progress: Progress) -> None:
        """Takes every file, then removes what was not met.

        What was surely written is read and sent first, and the engine is at work on it while the others are gone through.
        """
        number = len(self._listing.files)
        written, others = self._listing.parted()
        done = 0

        async def finish(file: SourceFile, before: Entry | None, appearance: str) -> None:
            nonlocal done
            try:
                await self._read(file, before, appearance)
            finally:
                self._reading.release()
            done += 1
            progress(done, number, file.source)

        async def take(files: Sequence[SourceFile], *, untouched: bool) -> list[asyncio.Task[None]]:
            nonlocal done
            reading = []
            for file in files:
                before = self._entries.take(file.source)
                appearance = self._appearance(file, before, untouched=untouched)
                if self._as_before(file, before, appearance):
                    done += 1
                    progress(done, number, file.source)
                    if done % _BETWEEN == 0:
                        await asyncio.sleep(0)
                    continue
                await self._reading.acquire()
                task = tasks.create_task(finish(file, before, appearance))
                if others and not untouched:  # else they may be a million
                    reading.append(task)
            return reading

        progress(0, number, "")
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = await take(written, untouched=False)
                if reading:
                    tasks.create_task(self._flush_after(reading))
                await take(others, untouched=True)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        await self._flush(self._batch)
        await self._remove_left()

    async def _flush_after(self, reading: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*reading)
        read, self._batch = self._batch, _Batch()
        await self._flush(read)

    def _appearance(self, file: SourceFile, before: Entry | None, *, untouched: bool) -> str:
        version = self._pipeline.version
        if before and untouched and file.is_known_by(before.appearance, version):
            return before.appearance
        return file.appearance(version)

    def _as_before(self, file: SourceFile, before: Entry | None, appearance: str) -> bool:
        """True for a file that need not be read: the index holds what it holds, or it would give no document again."""
        if before is None:
            spared = self._remembered.spares(file.source, appearance)
            if spared:
                self._remembered.repeat(file.source)
            return spared
        try:
            if not is_unchanged(file, before, appearance, self._pipeline):
                return False
        except UnreadableDocument:
            return False  # the reading process says so again, with the reason
        if appearance != before.appearance:
            self._entries.write(file.source, before._replace(appearance=appearance))
        self.summary.unchanged += 1
        self._remembered.repeat(file.source)
        return True

    async def _read(self, file: SourceFile, before: Entry | None, appearance: str) -> None:
        stale = set(before.ids) if before else set[str]()
        try:
            found = await self._workers.read(file)
        except UnreadableDocument as error:
            self._batch.stale += stale
            self._batch.entries[file.source] = None
            self._remembered.unread(file.source, error, appearance)
            return
        self.summary.read += 1
        self.summary.fragments += len(found.fragments)
        self._remembered.read(file.source, found.fragments)
        if not before and self._may_have_moved:
            self._new[found.stamp] += 1
        ids = tuple(record.id for record in found.records)
        self._batch.stale += stale.difference(ids)
        self._batch.records += found.records
        self._batch.entries[file.source] = Entry(ids, found.stamp, appearance) if ids else None
        self._batch.size += sum(len(record.body) for record in found.records)
        if self._batch.size >= self._at_once():
            full, self._batch = self._batch, _Batch()
            await self._flush(full)

    def _at_once(self) -> int:
        return self._writer.at_once(self._documents + self.summary.written)

    async def _flush(self, batch: _Batch) -> None:
        """New records first, then the removal of what they replace. Waits, and reading with it, while much is under way."""
        async with self._done:
            most = max(_LEAST_UNDER_WAY, _UNDER_WAY * self._at_once())
            await self._done.wait_for(lambda: not self._under_way or self._under_way + batch.size <= most)
            self._under_way += batch.size
        try:
            refused = await self._put(batch)
            await self._remove(batch.stale)
        finally:
            async with self._done:
                self._under_way -= batch.size
                self._done.notify_all()
        for source, entry in batch.entries.items():
            ids = tuple(each for each in entry.ids if each not in refused) if entry else ()
            self._entries.write(source, entry._replace(ids=ids) if entry and ids else None)

    async def _put(self, batch: _Batch) -> Collection[str]:
        """Stores the records of a batch; those that the engine does not take are reported, and their ids returned."""
        number = len(batch.records)
        if not number:
            return ()
        self._entries.note_changed(record.id for record in batch.records)
        refused: Mapping[str, str] = {}
        try:
            await self._writer.put(_taken_from(batch.records))
        except DocumentsRefused as error:
            refused = error.reasons
        sources = {each: source for source, entry in batch.entries.items() if entry for each in entry.ids}
        mask = self._pipeline.settings.mask_personal
        self.summary.rejected += [
            Reject(self._listing.collection, sources.get(each, each), "store", told(reason, mask=mask))
            for each, reason in refused.items()
        ]
        self.summary.written += number - len(refused)
        return refused

    async def _remove(self, ids: list[str]) -> None:
        if ids:
            self._entries.note_changed(ids)
            await self._writer.delete(ids)
            self.summary.deleted += len(ids)

    async def _remove_left(self) -> None:
        """What the folder no longer holds. Of a folder that could not be listed nobody knows what it holds."""
        self._remembered.forget(self._listing.covers)
        self.summary.rejected += self._remembered.lines
        gone = [(source, entry) for source, entry in self._entries.left() if self._listing.covers(source)]
        await self._remove([document_id for _, entry in gone for document_id in entry.ids])
        for source, _ in gone:
            self._entries.write(source, None)
        self.summary.moved = (self._new & Counter(entry.stamp for _, entry in gone)).total()
