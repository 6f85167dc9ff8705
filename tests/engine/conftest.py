"""A real engine for the whole session, on a data folder of its own and a port that is free."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from engine.client import Connection
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from tests.support import guarded_cluster

ENGINE_VARIABLES = (
    "MEILI_URL",
    "MEILI_MASTER_KEY",
    "MEILI_ADMIN_KEY",
    "MEILI_SEARCH_KEY",
    "WENHAO_DATA",
    "WENHAO_INDEX",
)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> EngineSettings:
    """Return settings of a private engine; only MEILI_BIN counts from outside."""
    for name in ENGINE_VARIABLES:
        os.environ.pop(name, None)
    return EngineSettings(data_dir=tmp_path_factory.mktemp("engine"), max_indexing_memory="256MiB")


@pytest.fixture(scope="session")
def connection(settings: EngineSettings) -> Iterator[Connection]:
    """Yield the running engine; without an engine program every test fails with the ways to get one."""
    with running_engine(settings) as running:
        yield running


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineSettings]:
    """Yield settings of a cluster of one node that asks who one is, with users that may do what they must."""
    with guarded_cluster(tmp_path_factory.mktemp("guarded")) as made:
        yield made


@pytest.fixture
async def reader(connection: Connection, settings: EngineSettings) -> AsyncIterator[MeiliReader]:
    """Yield a reader of the index ``wenhao``."""
    made = MeiliReader(connection, settings)
    yield made
    await made.aclose()


@pytest.fixture
async def writer(
    connection: Connection, settings: EngineSettings, request: pytest.FixtureRequest
) -> AsyncIterator[MeiliWriter]:
    """Yield a writer of an index of the test's own, so that tests do not see each other's documents."""
    name = "wenhao-" + "".join(character for character in request.node.name if character.isalnum())[:40]
    made = MeiliWriter(connection, settings, name)
    yield made
    await made.aclose()


@pytest.fixture
def lonely(tmp_path: Path) -> EngineSettings:
    """Return settings of a data folder that no engine uses yet."""
    return EngineSettings(data_dir=tmp_path / "data", max_indexing_memory="256MiB")


@pytest.fixture
def stored() -> Callable[..., int]:
    """Return a function that puts documents with the given ids, and says how many are found with the search key."""

    def put_and_find(connection: Connection, settings: EngineSettings, ids: tuple[str, ...] = ()) -> int:
        async def run() -> int:
            writer, reader = MeiliWriter(connection, settings), MeiliReader(connection, settings)
            try:
                if ids:
                    await writer.ensure_index()
                    await writer.put([{"id": name} for name in ids])
                return (await reader.search(SearchRequest())).total
            finally:
                await writer.aclose()
                await reader.aclose()

        return asyncio.run(run())

    return put_and_find
