"""Indexing from the command line: folder to index, with a progress bar and a summary a person understands."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.client import Connection
from engine.settings import EngineSettings
from engine.terms import TermWriter
from engine.writer import MeiliWriter
from gongwen.errors import SettingsError
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import Listing, discover
from indexer.sync import Summary, sync
from wenhao import collections


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an indexing run did, and how long it took in seconds."""

    summary: Summary
    documents: int
    seconds: float


def index_folder(folder: Path, name: str | None, connection: Connection) -> Indexed:
    """Brings the index in line with a folder.

    Raises :class:`~gongwen.errors.InputError` for a missing folder, :class:`~gongwen.errors.SettingsError` when the
    name belongs to another folder, and engine errors.
    """
    if not connection.admin_key:
        raise SettingsError("writing needs a key: set MEILI_MASTER_KEY or MEILI_ADMIN_KEY")
    started = time.perf_counter()
    settings = EngineSettings()
    root = folder.resolve()
    listing = discover(root, name or root.stem)
    collections.claim(settings.data_dir, listing.collection, root)
    summary, documents = asyncio.run(_synced(listing, connection, settings))
    return Indexed(summary, documents, time.perf_counter() - started)


async def _synced(listing: Listing, connection: Connection, settings: EngineSettings) -> tuple[Summary, int]:
    pipeline = Pipeline(IndexerSettings())
    writer, counts = MeiliWriter(connection, settings), TermWriter(connection, settings)
    columns = (
        TextColumn("编入索引"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    try:
        with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=len(listing.files))

            def show(done: int, _all: int, path: str) -> None:
                bar.update(task, completed=done, description=path[-40:])

            summary = await sync(listing, pipeline, writer, settings.data_dir, show, term_counts=counts)
        return summary, await writer.count()
    finally:
        await counts.aclose()
        await writer.aclose()


def report(indexed: Indexed, console: Console) -> None:
    """Prints what was done: one line, and one about rejects when there are any."""
    summary = indexed.summary
    if summary.read or summary.deleted:
        console.print(
            f"读入 {summary.read} 个文件，写入 {summary.written} 件，删去 {summary.deleted} 件；{summary.unchanged} 个文件未变。索引共 {indexed.documents} 件，用时 {indexed.seconds:.1f} 秒。"
        )
    else:
        console.print(f"{summary.unchanged} 个文件均未变，索引共 {indexed.documents} 件。")
    if summary.related:
        console.print(f"更新了 {summary.related} 件文件的相互关系或有效性。")
    if summary.rejected:
        console.print(f"有 {len(summary.rejected)} 处未编入，原因见 {summary.reject_list}")
