"""The ``Reader`` on OpenSearch: one search is one request to one node, which asks one copy of each shard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.client import Connection
from engine.opensearch.client import AnswerError, Cluster, incomplete, refusal
from engine.opensearch.queries import nearest_body, probes, search_body, without_words
from engine.parts import check_request, with_nearest
from engine.protocol import Hit, Query, SearchPage, SearchRequest
from engine.settings import EngineSettings
from gongwen.errors import EngineError, EngineUnavailable

_HALF = 10.0
"""BM25 of a document that scores one half; it only makes scores lie between 0 and 1, the order is BM25's."""


_QUICK = 1.0
"""Seconds one node has to say what has changed, which takes it a few milliseconds: every node is asked, a frozen one too."""


class OpenSearchReader:
    """Searches our index as the user that may only search; safe for any number of concurrent calls in one event loop."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._index = settings.index_name
        # Half of the time for the first node asked, so that another can still answer within it.
        self._cluster = Cluster(connection, settings, connection.search_key, settings.search_timeout / 2)
        self._cutoff = f"{int(settings.search_timeout * 1000 * 0.4)}ms"

    async def search(self, request: SearchRequest) -> SearchPage:
        """Return one page of what the request finds; ``partial`` when a shard had no copy that answered in time.

        Raises :class:`InputError` for an impossible request, :class:`EngineUnavailable` for a partial answer that will not do.
        """
        check_request(request)
        near = [query for query in request.queries if query.nearest]
        found = await self._ask([nearest_body(query) | {"timeout": self._cutoff} for query in near]) if near else []
        named = with_nearest(request, [[hit["_id"] for hit in one["hits"]["hits"]] for one in found])
        page = SearchPage.empty(request) if named is None else await self._page(named)
        page = replace(page, partial=page.partial or any(map(incomplete, found)))
        if page.partial and not request.partial_ok:
            raise EngineUnavailable(
                f"part of the cluster at {self._cluster.url} does not answer; see `/_cluster/health`"
            )
        return page

    async def _page(self, request: SearchRequest) -> SearchPage:
        asked = probes(request)
        answer, *probed = await self._ask([search_body(request) | {"timeout": self._cutoff}, *asked.values()])
        nowhere = frozenset(word for word, one in zip(asked, probed, strict=True) if not one["hits"]["total"]["value"])
        if nowhere:
            other = without_words(request, nowhere)
            (answer,) = await self._ask([search_body(other) | {"timeout": self._cutoff}])
        return _page(answer, request)

    async def _ask(self, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the answers to several searches in one request."""
        lines = [line for body in bodies for line in ({}, body)]
        with self._cluster.answering():
            answers = (await self._cluster.api.msearch(body=lines, index=self._index))["responses"]
        for one in answers:
            if "error" in one:
                raise self._refusal(one)
        return list(answers)

    def _refusal(self, answer: dict[str, Any]) -> EngineError:
        if answer["error"]["type"] == "index_not_found_exception":
            return EngineError(f"there is no index {self._index!r} yet; run `wenhao sync` first")
        return refusal(self._cluster.url, answer["status"], answer["error"]["type"], answer)

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """Return the stored record with that id, None when there is none."""
        with self._cluster.answering():
            answer = await self._cluster.api.mget(body={"ids": [document_id]}, index=self._index)
        found = answer["docs"][0]
        if "error" in found:
            raise self._refusal({"status": 404, **found})
        return dict(found["_source"]) if found.get("found") else None

    async def alive(self) -> None:
        """Return when the cluster answers; raises :class:`EngineUnavailable`, also when shards of ours have no copy."""
        with self._cluster.answering():
            health = await self._cluster.api.cluster.health(index=f"{self._index}*", params={"level": "cluster"})
        if health["status"] == "red":
            raise EngineUnavailable(f"cluster at {self._cluster.url} is red: some documents have no copy that runs")

    async def version(self) -> str | None:
        """Return what changes with every change of our indexes that searches can see; None when the user may not know.

        None too while a node does not say, which a search need not wait for: what is not known to hold is not kept. That is the last operation of every shard and how often each copy was made visible: between the two, an answer is
        still the old one.
        """
        try:
            with self._cluster.answering():
                stats = await self._cluster.api.indices.stats(
                    index=f"{self._index}*", metric="refresh", params={"level": "shards", "request_timeout": _QUICK}
                )
        except EngineUnavailable:
            return None
        except AnswerError as error:
            if error.reply in (401, 403):
                return None
            raise
        return " ".join(sorted(_seen(name, one) for name, one in stats["indices"].items()))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._cluster.aclose()


def _seen(name: str, index: dict[str, Any]) -> str:
    copies = [copy for shard in index["shards"].values() for copy in shard]
    # A copy that is being made has no operations yet.
    done = sum(copy.get("seq_no", {}).get("max_seq_no", 0) for copy in copies)
    return f"{name}/{index['uuid']}@{done}.{sum(copy['refresh']['external_total'] for copy in copies)}"


def _page(answer: dict[str, Any], request: SearchRequest) -> SearchPage:
    facets = answer.get("aggregations") or {}
    return SearchPage(
        hits=tuple(_hit(raw, request.queries) for raw in answer["hits"]["hits"]),
        total=int(answer["hits"]["total"]["value"]),
        facets={
            name: {str(one["key"]): one["doc_count"] for one in (facets.get(name) or {}).get("buckets", ())}
            for name in request.facets
        },
        engine_ms=int(answer["took"]),
        partial=incomplete(answer),
    )


def _hit(raw: dict[str, Any], queries: tuple[Query, ...]) -> Hit:
    score = float(raw.get("_score") or 0.0)
    # The query that found it best: of those that found it, the one that weighs most.
    found = [int(name) for name in raw.get("matched_queries", ())]
    best = max(found, key=lambda at: (queries[at].weight, -at), default=0)
    weight = queries[best].weight if queries else 1.0
    own = score / weight if weight else 0.0
    return Hit(raw["_id"], weight * own / (own + _HALF), best, raw["_source"])
