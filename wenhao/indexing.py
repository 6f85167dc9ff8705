"""Indexing from the command line: folder to index, with a progress bar and a summary a person understands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.client import Connection
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import SettingsError
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import discover
from indexer.sync import Summary, sync
from wenhao import collections


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an indexing run did, and how long it took in seconds."""

    summary: Summary
    documents: int
    seconds: float


async def index_folder(folder: Path, name: str | None, connection: Connection) -> Indexed:
    """Brings the index in line with a folder.

    Raises :class:`~gongwen.errors.InputError` for a missing folder, :class:`~gongwen.errors.SettingsError` when the
    name belongs to another folder, and engine errors.
    """
    if connection.admin_key == "":
        raise SettingsError("writing needs a key: set MEILI_MASTER_KEY or MEILI_ADMIN_KEY")
    settings = EngineSettings()
    started = time.perf_counter()
    collection = collections.claim(settings.data_dir, name or folder.resolve().name, folder.resolve())
    listing = discover(folder, collection)
    pipeline = Pipeline(IndexerSettings())
    writer = MeiliWriter(connection, settings)
    columns = (TextColumn("编入索引"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    try:
        with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=len(listing.files))
            summary = await sync(
                listing, collection, pipeline, writer, settings.data_dir, lambda done, _, path: bar.update(task, completed=done, description=path[-40:])
            )
        return Indexed(summary, await writer.count(), time.perf_counter() - started)
    finally:
        await writer.aclose()


def report(indexed: Indexed, console: Console) -> None:
    """Prints what was done: one line, and one about rejects when there are any."""
    summary = indexed.summary
    if summary.read or summary.deleted:
        console.print(f"读入 {summary.read} 个文件，写入 {summary.written} 件，删去 {summary.deleted} 件；{summary.unchanged} 个文件未变。索引共 {indexed.documents} 件，用时 {indexed.seconds:.1f} 秒。")
    else:
        console.print(f"{summary.unchanged} 个文件均未变，索引共 {indexed.documents} 件。")
    if summary.rejected:
        console.print(f"有 {len(summary.rejected)} 处未编入，原因见 {summary.reject_list}")
