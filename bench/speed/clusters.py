"""The ways of ``bench.speed ingest`` that end in OpenSearch: our own, and its own Chinese analysis filled plainly.

A node of 1 GB heap is started before the time is taken; what it computes, stores and holds is counted as the engine's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil

from bench import opensearch
from bench.opensearch_plugins import with_smartcn
from bench.quality import clusters
from bench.quality.documents import Text
from bench.speed.measured import Measured, titled, watched
from engine.opening import open_term_writer, open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import discover
from indexer.sync import sync


def ours(node: opensearch.Node, files: Path, data: Path) -> None:
    """A folder of files to a searchable index on the cluster, as ``wenhao index`` does it."""
    settings = EngineSettings(data_dir=data, opensearch_url=node.url)

    async def run() -> None:
        with running_engine(settings) as connection:
            writer, counts = open_writer(connection, settings), open_term_writer(connection, settings)
            try:
                await writer.ensure_index()
                listing, pipeline = discover(files, "bench"), Pipeline(IndexerSettings())
                await sync(listing, pipeline, writer, data, lambda *_: None, term_counts=counts)
            finally:
                await counts.aclose()
                await writer.aclose()

    asyncio.run(run())


def _plain(analysis: str) -> Callable[[opensearch.Node, Path, Path], None]:
    def fill(node: opensearch.Node, files: Path, _: Path) -> None:
        with httpx.Client(base_url=node.url, trust_env=False, timeout=120.0) as http:
            clusters.fill(http, analysis, tuple(_texts(files)))

    return fill


def _texts(files: Path) -> Iterator[Text]:
    for name, title, text in titled(files):
        yield Text(name, title, text)


WAYS = {"cluster": ours, **{analysis: _plain(analysis) for analysis in clusters.ANALYSES}}


def measure(name: str, number: int, size: int, files: Path, data: Path) -> Measured:
    """One way, on a node of its own; raises :class:`bench.opensearch.NotHere` where there can be none."""
    data.mkdir(parents=True)
    if name == "smartcn":
        with_smartcn()
    with opensearch.running(heap="1g") as (node,):
        engine = psutil.Process(node.process.pid)
        used, began, before = sum(engine.cpu_times()[:2]), time.perf_counter(), os.times()
        with watched(lambda: node.process.pid) as most:
            WAYS[name](node, files, data)
        seconds, after = time.perf_counter() - began, os.times()
        computing = sum(after[:4]) - sum(before[:4]) + sum(engine.cpu_times()[:2]) - used
        disk = sum(path.stat().st_size for path in (node.folder / "data").rglob("*") if path.is_file())
    return Measured(name, number, size / 1e6, seconds, computing, disk, most["indexer"], most["engine"])
