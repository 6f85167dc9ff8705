"""What state a cluster is in, for ``wenhao engine status`` and ``wenhao doctor``; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.client import Connection
from engine.opensearch.client import AnswerError, Cluster
from engine.settings import EngineSettings

TESTED = "2.19."
"""How the versions begin that the contract tests run on."""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a cluster says of itself: version, documents of the index and bytes of all of ours, None before there is one."""

    version: str
    documents: int | None
    database_bytes: int | None
    problem: str | None


async def state(connection: Connection, settings: EngineSettings) -> ClusterState:
    """Return the state of a cluster; raises engine errors when it does not answer."""
    cluster = Cluster(connection, settings, connection.admin_key or connection.search_key, 5.0)
    try:
        with cluster.answering():
            version = (await cluster.api.info())["version"]["number"]
            health = await cluster.api.cluster.health(index=f"{settings.index_name}*")
            stats = await cluster.api.indices.stats(index=f"{settings.index_name}*", metric="docs,store")
            documents = await _documents(cluster, settings.index_name)
        size = stats["_all"]["total"].get("store", {}).get("size_in_bytes")
        return ClusterState(version, documents, size, _problem(health["status"], health["unassigned_shards"]))
    finally:
        await cluster.aclose()


async def _documents(cluster: Cluster, index: str) -> int | None:
    try:
        with cluster.answering():
            return int((await cluster.api.count(index=index))["count"])
    except AnswerError as error:
        if error.kind == "index_not_found_exception":
            return None
        raise


def _problem(status: str, without_machine: int) -> str | None:
    if status == "red":
        return f"cluster is red: {without_machine} shards have no copy that runs; see /_cluster/allocation/explain"
    if status == "yellow":
        return f"cluster is yellow: {without_machine} copies have no machine; all is found, but one more fault may lose some"
    return None
