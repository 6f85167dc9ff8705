"""Both engines, each once a session, and a cluster that asks who one is: every test of this folder runs on each and expects
the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from engine.client import Connection
from engine.opening import open_reader, open_writer
from engine.protocol import Reader, Writer
from engine.server import running_engine
from engine.settings import EngineSettings
from tests.support import cluster


@pytest.fixture(scope="session", params=["meilisearch", "opensearch", "guarded"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineSettings]:
    """Yield settings of a private Meilisearch, or of a cluster of one node, open or with users that may do what they must."""
    if request.param == "meilisearch":
        yield EngineSettings(data_dir=tmp_path_factory.mktemp("engine"), max_indexing_memory="256MiB")
        return
    if request.param == "guarded":
        yield request.getfixturevalue("guarded")
        return
    with cluster() as nodes:
        yield EngineSettings(data_dir=tmp_path_factory.mktemp("cluster"), opensearch_url=nodes[0].url)


@pytest.fixture(scope="session")
def connection(settings: EngineSettings) -> Iterator[Connection]:
    """Yield the running engine."""
    with running_engine(settings) as running:
        yield running


@pytest.fixture
async def reader(connection: Connection, settings: EngineSettings) -> AsyncIterator[Reader]:
    """Yield a reader of the index ``wenhao``."""
    made = open_reader(connection, settings)
    yield made
    await made.aclose()


@pytest.fixture
def index_name(request: pytest.FixtureRequest) -> str:
    """Return the name of an index of the test's own, so that tests do not see each other's documents."""
    return "wenhao-" + "".join(character for character in request.node.originalname if character.isalnum())[:40].lower()


@pytest.fixture
async def writer(connection: Connection, settings: EngineSettings, index_name: str) -> AsyncIterator[Writer]:
    """Yield a writer of the test's own index, which is not there yet."""
    made = open_writer(connection, settings, index_name)
    await made.drop(index_name)
    yield made
    await made.aclose()
