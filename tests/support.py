"""What tests share: the repository's folders, the shared data when it is there, case tables, an indexed site."""

from __future__ import annotations

import asyncio
import atexit
import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import build_planner, create_app
from api.settings import ApiSettings
from bench import opensearch
from bench.opensearch_plugins import Plugin, program_with
from engine.client import Connection
from engine.opening import open_reader, open_term_reader, open_term_writer, open_word_writer, open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from indexer.pipeline import Pipeline
from indexer.run import Summary
from indexer.settings import IndexerSettings
from indexer.sources import discover
from indexer.sync import sync
from indexer.workers import Workers
from tests.engine.cluster.guarded import guarded

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SEEDS = SHARED / "seeds"
needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"the real pages are not on this machine: {SEEDS} is absent"
)


def read_cases(path: Path) -> list[dict[str, str]]:
    """The rows of a case table; lines that start with # are comments."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def reading_processes(today: date) -> Workers:
    """The reading processes of a whole test run; starting one takes two seconds."""
    workers = Workers(Pipeline(IndexerSettings(), today))
    atexit.register(workers.close)
    return workers


@contextmanager
def cluster(nodes: int = 1, disk: str | None = None, plugin: Plugin | None = None) -> Iterator[list[opensearch.Node]]:
    """A running OpenSearch of so many nodes, with a plugin if asked for; the test is skipped, with the reason, where there
    can be none.
    """
    with ExitStack() as stack:
        try:
            program = program_with(plugin) if plugin else None
            running = stack.enter_context(opensearch.running(nodes, disk=disk, program=program))
        except opensearch.NotHere as reason:
            pytest.skip(str(reason))
        yield running


@contextmanager
def guarded_cluster(folder: Path) -> Iterator[EngineSettings]:
    """A running OpenSearch of one node that asks who one is (:mod:`tests.engine.cluster.guarded`), skipped as above."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(guarded(folder))
        except opensearch.NotHere as reason:
            pytest.skip(str(reason))
        yield made


def index_folder(
    folder: Path, collection: str, connection: Connection, settings: EngineSettings, today: date | None = None
) -> Summary:
    """Indexes a folder through the real pipeline and engine, as on a day."""

    async def run() -> Summary:
        writer, counts = open_writer(connection, settings), open_term_writer(connection, settings)
        try:
            pipeline = Pipeline(IndexerSettings(), today)
            return await sync(
                discover(folder, collection),
                pipeline,
                writer,
                settings.data_dir,
                lambda *_: None,
                term_counts=counts,
                words=open_word_writer(connection, settings),
                workers=reading_processes(pipeline.today),
            )
        finally:
            await counts.aclose()
            await writer.aclose()

    with ThreadPoolExecutor(1) as aside:  # the browser tests have a loop of their own in the main thread
        return aside.submit(lambda: asyncio.run(run())).result()


@dataclass(frozen=True)
class Site:
    """A running site: its HTTP client, its engine and settings."""

    client: TestClient
    connection: Connection
    settings: EngineSettings

    def search(self, question: str, **params: object) -> dict[str, object]:
        answer = self.client.get("/api/v1/search", params={"q": question, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def serve(
    data_dir: Path,
    folders: dict[str, Path],
    opensearch_url: str | None = None,
    *,
    settings: EngineSettings | None = None,
) -> Iterator[Site]:
    """A site over folders by collection name, with an engine of its own, or on a cluster, or of other ``settings``."""
    settings = settings or EngineSettings(data_dir=data_dir, opensearch_url=opensearch_url)
    api_settings = ApiSettings(rate="off")
    with running_engine(settings) as connection:
        for collection, folder in folders.items():
            index_folder(folder, collection, connection, settings)
        app = create_app(
            open_reader(connection, settings),
            build_planner(api_settings),
            api_settings,
            open_term_reader(connection, settings),
        )
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Site(client, connection, settings)
