"""A cluster of three nodes for the tests of this folder, and an index on it of three shards with one further copy each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.opensearch import Node
from engine.settings import EngineSettings
from tests.support import cluster


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[Node]]:
    with cluster(3, "256m") as running:
        yield running


@pytest.fixture
def settings(nodes: list[Node], tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        data_dir=tmp_path,
        opensearch_url=",".join(node.url for node in nodes),
        shards=3,
        replicas=1,
        index_name="wenhao",
    )
