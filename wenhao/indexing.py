"""Indexing from the command line: folders to index, one at a time under a lock, into a new index when the schema changed."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.client import Connection
from engine.opening import open_term_writer, open_word_writer, open_writer
from engine.protocol import Writer
from engine.schema import SCHEMA_VERSION
from engine.settings import EngineSettings
from engine.staging import staged
from engine.terms import TermWriter
from engine.word_index import WordIndexWriter
from gongwen.errors import InputError, SettingsError
from indexer import ledger, rejects, sync, word_indexing
from indexer.ledger import Ledger
from indexer.pipeline import Pipeline
from indexer.plan import Plan, plan
from indexer.run import Summary
from indexer.settings import IndexerSettings
from indexer.sources import Listing
from indexer.sync import conclude, update
from indexer.workers import Workers
from wenhao import collections, lock
from wenhao.folders import Missing, left_out, listed, listings_of, named, without_emptied
from wenhao.reporting import progress


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an indexing run did: a summary a collection, documents in the index now, and seconds it took.

    ``related`` documents had their relations written; ``rebuilt`` when a new index took the place of one of an older schema.
    """

    summaries: Mapping[str, Summary]
    missing: tuple[Missing, ...]
    documents: int
    related: int
    rebuilt: bool
    seconds: float
    masked: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sync would do: a plan a collection; ``rebuild`` when all would be built anew for another schema."""

    plans: Mapping[str, Plan]
    missing: tuple[Missing, ...]
    rebuild: bool


def index_folder(folder: Path, name: str | None, connection: Connection) -> Indexed:
    """Brings the index in line with one folder, or with all known ones when its schema is not ours.

    Raises :class:`~gongwen.errors.InputError` for a missing folder or a taken name, :class:`wenhao.lock.AlreadyIndexing`,
    and engine errors.
    """
    _collect_rarely()
    settings = EngineSettings()
    root = folder.resolve()
    collection = name or collections.name_of(settings.data_dir, root)
    listings = [listed(root, collection, settings)]
    collections.check_name(collection)
    with _writing(connection, settings):
        collections.claim(settings.data_dir, collection, root)
        return asyncio.run(_bring(listings, {}, connection, settings, whole=False))


def sync_folders(folders: Sequence[Path], connection: Connection, *, touched: Collection[str] | None = None) -> Indexed:
    """Brings the index in line with these folders, or with all it was made from; raises as :func:`index_folder`, but a folder
    that cannot be taken is passed over and told of in ``missing``, as long as there is another.

    ``touched`` are the places where something was written since the last sync, from who saw every write: other files are
    then not looked at (a million: 5 of 9 seconds).
    """
    _collect_rarely()
    settings = EngineSettings()
    with _writing(connection, settings):
        given = named(folders, settings)
        listings, faults = listings_of(given, settings, given=bool(folders))
        if touched is not None:
            listings = [listing.having_seen(touched) for listing in listings]
        for collection, root in given:
            if folders and collection not in faults:
                collections.claim(settings.data_dir, collection, root)
        return asyncio.run(_bring(listings, faults, connection, settings, whole=not folders))


def plan_folders(folders: Sequence[Path], connection: Connection) -> Planned:
    """What :func:`sync_folders` would do; changes nothing."""
    _collect_rarely()
    settings = EngineSettings()
    listings, faults = listings_of(named(folders, settings), settings, given=bool(folders))
    return asyncio.run(_plan(listings, faults, connection, settings))


def forget(name: str, connection: Connection) -> int:
    """Removes a collection from the index, its folder untouched; returns how many documents it had.

    Raises :class:`~gongwen.errors.InputError` when there is no such collection.
    """
    settings = EngineSettings()
    with _writing(connection, settings):
        removed = asyncio.run(_forget(name, connection, settings))
        if not removed and name not in collections.known(settings.data_dir):
            names = "、".join(collections.known(settings.data_dir)) or "（无）"
            raise InputError(f"no collection is named {name!r}; there are {names}")
        collections.forget(settings.data_dir, name)
        rejects.write(settings.data_dir, name, [])
        return removed


def _writing(connection: Connection, settings: EngineSettings) -> lock.Lock:
    if not connection.may_write:
        raise SettingsError(
            "writing needs a key: set MEILI_MASTER_KEY or MEILI_ADMIN_KEY, for a cluster OPENSEARCH_ADMIN"
        )
    return lock.indexing(settings.data_dir)


@dataclass(frozen=True, slots=True)
class _Index:
    """The index that is written, the counts of words beside it, the ledger of what it holds, and the word index of it: None
    for a cluster, and while the index is built beside the one in use."""

    writer: Writer
    counts: TermWriter
    entries: Ledger
    words: WordIndexWriter | None


@asynccontextmanager
async def _writers(connection: Connection, settings: EngineSettings) -> AsyncIterator[tuple[Writer, TermWriter]]:
    writer, counts = open_writer(connection, settings), open_term_writer(connection, settings)
    try:
        yield writer, counts
    finally:
        await counts.aclose()
        await writer.aclose()


def _collect_rarely() -> None:
    """Of the millions of paths and entries that a run holds, none is in a cycle: looking for such took half of its time
    (a million unchanged files: 5.0 s to list them and 5.4 s to take their entries, so 3.0 and 2.2)."""
    gc.set_threshold(50_000, 20, 100)


async def _bring(
    listings: list[Listing], faults: Mapping[str, str], connection: Connection, settings: EngineSettings, *, whole: bool
) -> Indexed:
    started = time.perf_counter()
    pipeline = Pipeline(IndexerSettings())
    with ledger.opened(settings.data_dir) as entries:
        async with _writers(connection, settings) as (writer, counts):
            index = _Index(writer, counts, entries, open_word_writer(connection, settings))
            building = await staged(writer, connection, settings)
            await entries.follow(writer)
            if whole or len(listings) > 1:  # of one folder alone it is an error
                listings, faults = without_emptied(listings, faults, entries)
            missing = left_out(faults, entries, settings, whole=whole or building is not None)
            if building is None:
                await writer.ensure_index()
                summaries, related = await _fill(listings, pipeline, index, settings)
            else:
                try:
                    listings = _everything(listings, entries, missing, settings)
                    beside = replace(index, writer=building, words=None)
                    summaries, related = await _build(listings, pipeline, beside, settings)
                    await writer.swap(building.index_name)
                    await entries.seal(writer, pipeline.today)
                    if index.words is not None:
                        await word_indexing.update(writer, index.words, None, "", entries.version)
                finally:
                    await building.aclose()
            documents = await writer.count()
    seconds = time.perf_counter() - started
    masked = pipeline.settings.mask_personal
    return Indexed(summaries, missing, documents, related, building is not None, seconds, masked)


async def _fill(
    listings: list[Listing], pipeline: Pipeline, index: _Index, settings: EngineSettings, *, recount: bool = False
) -> tuple[dict[str, Summary], int]:
    """The collections, then what depends on all of them; with ``recount`` the words are counted in any case. Takes from the
    listings, for what comes after has no use for them, and needs the memory.
    """
    summaries: dict[str, Summary] = {}
    workers = Workers(pipeline)
    try:
        while listings:
            listing = listings.pop(0)
            with progress(listing.collection, len(listing.files)) as show:
                summaries[listing.collection] = await update(
                    listing, pipeline, index.writer, index.entries, settings.data_dir, progress=show, workers=workers
                )
            del listing
        changed = sum(summary.written + summary.deleted for summary in summaries.values())
        changed = await index.writer.count() if recount else changed
        related = await conclude(
            index.writer,
            index.entries,
            index.counts,
            changed,
            words=index.words,
            today=pipeline.today,
            workers=workers,
        )
    finally:
        workers.close()
    return summaries, related


async def _build(
    listings: list[Listing], pipeline: Pipeline, index: _Index, settings: EngineSettings
) -> tuple[dict[str, Summary], int]:
    """Fills the index of the new schema; what an interrupted build left of it is kept and brought in line too."""
    await index.writer.ensure_index()
    await index.entries.follow(index.writer)
    for name in index.entries.documents().keys() - {listing.collection for listing in listings}:
        await sync.forget(name, index.writer, index.entries)
    return await _fill(listings, pipeline, index, settings, recount=True)


def _everything(
    listings: Sequence[Listing], entries: Ledger, missing: Sequence[Missing], settings: EngineSettings
) -> list[Listing]:
    """All collections that the new index must have; nothing may be lost in it that the old one has.

    Raises :class:`~gongwen.errors.InputError` when a collection cannot be read again: the old index stays in use.
    """
    given = {listing.collection: listing for listing in listings}
    lost = [str(one) for one in missing if one.name not in given]
    told = {one.name for one in missing}
    others = {name: root for name, root in named([], settings) if name not in given and name not in told}
    more, faults = listings_of(others.items(), settings)
    lost += [str(one) for one in left_out(faults, entries, settings, whole=False)]
    whole = {**{listing.collection: listing for listing in more}, **given}
    for name, documents in entries.documents().items():
        if name in whole and not whole[name].files:
            lost.append(f"{name}（{documents} 件）：文件夹 {collections.known(settings.data_dir).get(name)} 是空的")
    if lost:
        raise InputError(
            f"索引须按新版（{SCHEMA_VERSION}）重建，但有 {len(lost)} 批文件读不到；原索引仍在使用，没有改动。"
            + "；".join(lost)
        )
    return list(whole.values())


async def _plan(
    listings: Sequence[Listing], faults: Mapping[str, str], connection: Connection, settings: EngineSettings
) -> Planned:
    pipeline = Pipeline(IndexerSettings())
    async with _writers(connection, settings) as (writer, _):
        rebuild = await writer.schema_version() not in (None, SCHEMA_VERSION) and await writer.count() > 0
        with ledger.copied(settings.data_dir) as entries:
            await entries.follow(writer)
            if len(listings) > 1:
                listings, faults = without_emptied(list(listings), faults, entries)
            plans = {listing.collection: plan(listing, pipeline, entries) for listing in listings}
            return Planned(plans, left_out(faults, entries, settings), rebuild)


async def _forget(name: str, connection: Connection, settings: EngineSettings) -> int:
    with ledger.opened(settings.data_dir) as entries:
        async with _writers(connection, settings) as (writer, _):
            await entries.follow(writer)
            removed = await sync.forget(name, writer, entries)
            before = entries.version
            await entries.seal(writer, None)
            if (words := open_word_writer(connection, settings)) is not None:
                await word_indexing.update(writer, words, entries.changed, before, entries.version)
            return removed
