"""Reading an index from end to end, as it was at the beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from engine.opensearch.client import AnswerError, Cluster, incomplete
from engine.opensearch.mapping import source_filter
from gongwen.errors import EngineError

_KEPT = "10m"
"""How long the cluster keeps the place between two pages."""


async def scroll(
    cluster: Cluster,
    index: str,
    fields: Sequence[str],
    query: dict[str, Any],
    page_size: int,
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield all that a query finds, a page at a time, in no order; nothing when there is no index.

    Raises :class:`EngineError` when a shard has no copy that answers: what is missing must not be taken for gone.
    """
    body = {"query": query, "size": page_size, "sort": ["_doc"], "_source": source_filter(fields)}
    place = None
    try:
        try:
            with cluster.answering():
                answer = await cluster.api.search(body=body, index=index, params={"scroll": _KEPT})
        except AnswerError as error:
            if error.kind == "index_not_found_exception":
                return
            raise
        while True:
            place = answer.get("_scroll_id")
            if incomplete(answer):
                raise EngineError(f"cluster at {cluster.url} cannot read all of {index!r}: {answer['_shards']}")
            if not (rows := answer["hits"]["hits"]):
                return
            yield [row.get("_source") or {} for row in rows]
            if len(rows) < page_size:
                return
            with cluster.answering():
                answer = await cluster.api.scroll(body={"scroll_id": place, "scroll": _KEPT})
    finally:
        if place:
            with cluster.answering():
                await cluster.api.clear_scroll(body={"scroll_id": [place]}, params={"ignore": 404})
