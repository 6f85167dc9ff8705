"""Brings the index of a collection in line with its folder: the folder is the truth, the index is derived from it.

A file is unchanged when the index holds all its records under the same fingerprint (bytes, manifest row, version of the
reading rules and of the dictionary); what the index holds is told by the :mod:`~indexer.ledger`, and the bytes are read only
of a file that looks different from outside. Killed anywhere, the next run compares again and does what is left.

A file that was moved is read again, stored under its new path and then removed under its old one. Its document gets the
identifier of its new path: identifiers follow from paths alone, so that an index built anew from a folder is the same
index, whatever the folder went through before.
"""

from __future__ import annotations

import ctypes
from datetime import date
from pathlib import Path

from engine.protocol import Writer
from engine.terms import TermWriter
from engine.word_index import WordIndexWriter
from gongwen.errors import InputError
from indexer import ledger, rejects, relations, terms, word_indexing
from indexer.ledger import Ledger
from indexer.pipeline import Pipeline
from indexer.rejects import Reject
from indexer.run import Progress, Run, Summary
from indexer.sources import Listing
from indexer.workers import Workers


async def sync(
    listing: Listing,
    pipeline: Pipeline,
    writer: Writer,
    data_dir: Path,
    progress: Progress,
    *,
    term_counts: TermWriter | None = None,
    words: WordIndexWriter | None = None,
    workers: Workers | None = None,
) -> Summary:
    """Writes what differs and deletes what is gone; returns when the engine has done it.

    With ``term_counts``, the documents that hold each word are counted anew when that is due; with ``words``, the word index
    follows. Without ``workers``, reading processes are started for this run.

    Raises :class:`~gongwen.errors.InputError` when the folder holds no document although the index has some of it
    (an unmounted disk must not empty the index), and engine errors.
    """
    await writer.ensure_index()
    reading = workers or Workers(pipeline)
    with ledger.opened(data_dir) as entries:
        await entries.follow(writer)
        try:
            summary = await update(listing, pipeline, writer, entries, data_dir, progress=progress, workers=reading)
            changed = summary.written + summary.deleted
            summary.related = await conclude(
                writer, entries, term_counts, changed, words=words, today=pipeline.today, workers=reading
            )
        finally:
            if workers is None:
                reading.close()
    return summary


async def update(
    listing: Listing,
    pipeline: Pipeline,
    writer: Writer,
    entries: Ledger,
    data_dir: Path,
    *,
    progress: Progress,
    workers: Workers,
) -> Summary:
    """The part of :func:`sync` that concerns one collection: records written and removed; :func:`conclude` does the rest.

    ``entries`` must follow the index; what is done is written down there.
    """
    held = entries.documents().get(listing.collection)
    if not listing.files and held:
        raise InputError(
            f"the folder of collection {listing.collection!r} holds no documents, but the index has {held} of it; nothing was deleted"
        )
    run = Run(listing, pipeline, writer, entries, workers)
    await run.all(progress)
    summary = run.summary
    summary.rejected += [
        Reject(listing.collection, f"{listing.collection}/{path}", "skipped", reason)
        for path, reason in listing.skipped
    ]
    summary.rejected.sort(key=lambda reject: reject.path)
    summary.reject_list = rejects.write(data_dir, listing.collection, summary.rejected)
    return summary


async def conclude(
    writer: Writer,
    entries: Ledger,
    term_counts: TermWriter | None,
    changed: int,
    *,
    words: WordIndexWriter | None,
    today: date,
    workers: Workers,
) -> int:
    """What depends on the whole index, after its collections: relations, the counts of words when they are due, and
    the word index. The ledger is sealed after the relations.

    Returns how many documents' relations were written.
    """
    many = sum(entries.documents().values()) > terms.FEW
    if many:
        workers.rest()  # with their parent they have 200 MB, and what follows takes as much again here
        _trim()
    related = await relations.update(writer, entries.register, entries.changed, entries.decided, today)
    entries.note_changed(related)
    before = entries.version
    await entries.seal(writer, today)
    if many:
        _trim()
    if term_counts is not None:
        await terms.update(writer, term_counts, changed, workers)
    # Last, for nothing depends on it, and one that could not be written is made good by the next run, changes or none.
    if words is not None:
        await word_indexing.update(writer, words, entries.changed, before, entries.version)
    return len(related)


def _trim() -> None:
    """Gives the system back what is free, where the C library can: records of some kilobytes leave holes of a hundred MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def forget(collection: str, writer: Writer, entries: Ledger) -> int:
    """Removes the documents of a collection from the index, and returns how many there were; ``entries`` must follow it."""
    ids = entries.ids(collection)
    await writer.delete(ids)
    entries.note_changed(ids)
    entries.drop(collection)
    return len(ids)
