"""Vectors of passages on either engine: the nearest documents first, renewed and removed with their documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bench.opensearch_plugins import KNN
from engine.client import Connection
from engine.opening import open_passage_reader, open_passage_writer
from engine.passages import Passage, PassageReader, PassageWriter
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import SettingsError
from tests.support import cluster

_DIMENSIONS = 3


@pytest.fixture(scope="module", params=["meilisearch", "opensearch"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineSettings]:
    if request.param == "meilisearch":
        yield EngineSettings(data_dir=tmp_path_factory.mktemp("engine"), max_indexing_memory="256MiB")
        return
    with cluster(plugin=KNN) as nodes:
        yield EngineSettings(data_dir=tmp_path_factory.mktemp("cluster"), opensearch_url=nodes[0].url)


@pytest.fixture(scope="module")
def connection(settings: EngineSettings) -> Iterator[Connection]:
    with running_engine(settings) as running:
        yield running


@pytest.fixture
def own(settings: EngineSettings, request: pytest.FixtureRequest) -> EngineSettings:
    """An index of the test's own."""
    return settings.model_copy(update={"index_name": f"wenhao{abs(hash(request.node.name)) % 10**6}"})


@pytest.fixture
async def store(connection: Connection, own: EngineSettings) -> AsyncIterator[PassageWriter]:
    made = open_passage_writer(connection, own, _DIMENSIONS)
    yield made
    await made.aclose()


@pytest.fixture
async def reader(connection: Connection, own: EngineSettings) -> AsyncIterator[PassageReader]:
    made = open_passage_reader(connection, own)
    yield made
    await made.aclose()


async def test_the_nearest_documents_come_first_each_by_its_nearest_passage(
    store: PassageWriter, reader: PassageReader
) -> None:
    await store.put(
        [
            Passage("far", 0, "x", (0.0, 1.0, 0.0)),
            Passage("two", 0, "x", (0.0, 0.0, 1.0)),
            Passage("two", 1, "x", (0.8, 0.6, 0.0)),
            Passage("same", 0, "x", (1.0, 0.0, 0.0)),
        ]
    )
    found = await reader.nearest((1.0, 0.0, 0.0), 10)
    assert list(found) == ["same", "two", "far"]
    assert found == pytest.approx({"same": 1.0, "two": 0.8, "far": 0.0}, abs=0.01)
    assert list(await reader.nearest((1.0, 0.0, 0.0), 2)) == ["same", "two"]


async def test_a_document_is_held_when_its_first_passage_is(store: PassageWriter, reader: PassageReader) -> None:
    assert not await reader.any()
    assert await reader.nearest((1.0, 0.0, 0.0), 10) == {}
    await store.put([Passage("late", 1, "x", (1.0, 0.0, 0.0)), Passage("all", 0, "y", (1.0, 0.0, 0.0))])
    assert await store.held() == {"all": "y"}
    assert await reader.any()


async def test_passages_are_replaced_and_go_with_their_document(store: PassageWriter, reader: PassageReader) -> None:
    await store.put([Passage("a", 0, "x", (1.0, 0.0, 0.0)), Passage("b", 0, "x", (0.0, 1.0, 0.0))])
    await store.put([Passage("a", 0, "y", (0.0, 0.0, 1.0))])
    assert await store.held() == {"a": "y", "b": "x"}
    assert list(await reader.nearest((0.0, 0.0, 1.0), 1)) == ["a"]
    await store.remove(["a"])
    assert list(await reader.nearest((0.0, 0.0, 1.0), 10)) == ["b"]


async def test_a_cluster_that_knows_no_vectors_says_what_it_lacks(tmp_path_factory: pytest.TempPathFactory) -> None:
    with cluster() as nodes:
        bare = EngineSettings(data_dir=tmp_path_factory.mktemp("bare"), opensearch_url=nodes[0].url)
        with running_engine(bare) as connection:
            store = open_passage_writer(connection, bare, _DIMENSIONS)
            try:
                with pytest.raises(SettingsError, match=r"k-NN plugin on every node"):
                    await store.put([Passage("a", 0, "x", (1.0, 0.0, 0.0))])
            finally:
                await store.aclose()
