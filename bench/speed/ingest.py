"""How fast files on disk become searchable: ``python -m bench.speed ingest --docs FILE --n N [--json OUT]``.

Ways on the same documents, one after the other in one run, each from files to searchable:

* ours: ``wenhao``'s own pipeline (facts, facets, phrases, relations, word counts);
* plain: the text of the files posted to the same engine with its default settings, no facts, no facets;
* fts5: SQLite FTS5 with the trigram tokenizer, the plainest index that finds Chinese;
* asked for by name (``--ways``): cluster, ours into OpenSearch; cjk and smartcn, the text posted to OpenSearch with that
  analysis of its own.

``--docs`` is a file of JSON lines (also .gz) with ``text`` and maybe ``title``. For more documents than it has, each round
repeats them with another serial number in the title and at the head of the text and the paragraphs turned by one, so that
no two are equal; words stay those of real documents.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bench import opensearch
from bench.speed import clusters
from bench.speed.measured import Measured, titled, watched
from engine.client import Connection, EngineClient
from engine.opening import open_term_writer, open_word_writer
from engine.server import read_running, running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import discover
from indexer.sync import sync

_BATCH = 10 * 1024 * 1024  # bytes of one request of the plain loader


def write_files(docs: Path, number: int, folder: Path) -> int:
    """Writes so many documents as Markdown files; returns their bytes."""
    size = 0
    for count, (title, text) in enumerate(_varied(docs, number)):
        path = folder / f"{count // 1000:04}" / f"{count:07}.md"
        path.parent.mkdir(exist_ok=True, parents=True)
        size += path.write_bytes(f"# {title}\n\n{text}".encode())
    return size


def _varied(docs: Path, number: int) -> Iterator[tuple[str, str]]:
    opener: Callable[..., object] = gzip.open if docs.suffix == ".gz" else open
    with opener(docs, "rt", encoding="utf-8") as lines:  # type: ignore[attr-defined]
        rows = [json.loads(line) for line in lines]
    for count in range(number):
        turn, place = divmod(count, len(rows))
        row = rows[place]
        title, paragraphs = row.get("title") or row["text"][:30].split("\n")[0], row["text"].split("\n")
        if turn:
            title = f"{title}（{turn}）"
            paragraphs = [f"第{turn}号", *paragraphs[turn % len(paragraphs) :], *paragraphs[: turn % len(paragraphs)]]
        yield title, "\n".join(paragraphs)


def _measure(name: str, number: int, size: int, files: Path, data: Path) -> Measured:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    began, before = time.perf_counter(), os.times()
    with watched(lambda: found.pid if (found := read_running(data)) else 0) as most:
        WAYS[name](files, data)
    seconds, after = time.perf_counter() - began, os.times()
    computing = sum(after[:4]) - sum(before[:4])
    disk = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    return Measured(name, number, size / 1e6, seconds, computing, disk, most["indexer"], most["engine"])


def ours(files: Path, data: Path) -> None:
    """A folder of files to a searchable index in a data folder, as ``wenhao index`` does it."""

    async def run(connection: Connection, settings: EngineSettings) -> None:
        writer, counts = MeiliWriter(connection, settings), open_term_writer(connection, settings)
        try:
            listing, pipeline = discover(files, "bench"), Pipeline(IndexerSettings())
            await sync(
                listing,
                pipeline,
                writer,
                data,
                lambda *_: None,
                term_counts=counts,
                words=open_word_writer(connection, settings),
            )
        finally:
            await counts.aclose()
            await writer.aclose()

    settings = EngineSettings(data_dir=data)
    with running_engine(settings) as connection:
        asyncio.run(run(connection, settings))


def _plain(files: Path, data: Path) -> None:
    """What a person writes who has a folder of texts and an engine: no settings, one request after the other, then wait."""

    async def run(connection: Connection, index: str) -> None:
        client = EngineClient(connection.url, connection.admin_key, 600)
        path, tasks = f"/indexes/{index}/documents?primaryKey=id", []
        try:
            for batch in _batches(files):
                tasks += [(await client.call("POST", path, batch))["taskUid"]]
            for task in tasks:
                await _done(client, task)
        finally:
            await client.aclose()

    settings = EngineSettings(data_dir=data)
    with running_engine(settings) as connection:
        asyncio.run(run(connection, settings.index_name))


async def _done(client: EngineClient, task: int) -> None:
    while True:
        answer = await client.call("GET", f"/tasks/{task}")
        if answer["status"] == "succeeded":
            return
        if answer["status"] not in ("enqueued", "processing"):
            sys.exit(f"the plain loader failed: {answer['error']}")
        await asyncio.sleep(0.2)


def _batches(files: Path) -> Iterator[list[dict[str, str]]]:
    batch: list[dict[str, str]] = []
    size = 0
    for name, title, text in titled(files):
        batch.append({"id": name, "title": title, "text": text})
        size += len(text.encode())
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _fts5(files: Path, data: Path) -> None:
    with sqlite3.connect(data / "fts5.db") as base:
        base.execute("CREATE VIRTUAL TABLE documents USING fts5(title, text, tokenize='trigram')")
        for batch in _batches(files):
            base.executemany("INSERT INTO documents VALUES (:title, :text)", batch)
    base.close()


WAYS: dict[str, Callable[[Path, Path], None]] = {"ours": ours, "plain": _plain, "fts5": _fts5}


def run(given: argparse.Namespace) -> int:
    """Measures and prints; 2 when the file of documents is absent."""
    if not given.docs.exists():
        print(f"{given.docs} is not there", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="wenhao-speed-") as place:
        files = Path(place) / "files"
        size = write_files(given.docs, given.n, files)
        print(f"{given.n} documents, {size / 1e6:.1f} MB; load before: {os.getloadavg()[0]:.1f}")
        print(
            f"{'way':8}{'seconds':>9}{'CPU s':>9}{'docs/s':>9}{'MB/s':>8}{'disk MB':>9}{'indexer':>9}{'engine':>9}  (memory in MB)"
        )
        found = []
        for name in given.ways.split(","):
            data = Path(place) / name
            try:
                measure = clusters.measure if name in clusters.WAYS else _measure
                found.append(measure(name, given.n, size, files, data))
            except opensearch.NotHere as reason:
                print(f"{name}: not here, {reason}")
                continue
            print(found[-1].row, flush=True)
            shutil.rmtree(data, ignore_errors=True)
        if given.json:
            given.json.write_text(json.dumps([asdict(one) for one in found], indent=1), "utf-8")
    return 0
