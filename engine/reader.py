"""The ``Reader`` on Meilisearch: one search is one request, however many small queries it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.client import Connection, EngineClient, RefusedError
from engine.faceting import Faceting
from engine.parts import check_request, with_nearest
from engine.protocol import Condition, Hit, Query, SearchPage, SearchRequest
from engine.query import filters, query_text
from engine.schema import EVERY_WORD, MAX_TOTAL, SEARCHABLE, Field
from engine.settings import EngineSettings
from engine.word_index import WordIndexReader
from gongwen.errors import EngineError, EngineUnavailable

_Answer = tuple[dict[str, Any], dict[str, dict[str, int]]]  # the engine's answer, and its facets by field


class MeiliReader:
    """Searches our index with the search-only key; safe for any number of concurrent calls in one event loop."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._index = settings.index_name
        self._words = WordIndexReader(settings.words)
        self._client = EngineClient(connection.url, connection.search_key, settings.search_timeout)
        self._faceting = Faceting(self._documents, self._total)

    async def search(self, request: SearchRequest) -> SearchPage:
        """Return one page of what the request finds.

        No query: all documents. One: a plain search. Several: one federated search, whose total and facets are those
        of the union and whose hits are merged by weighted score. (Federation of a single query gives the same answer
        in 8-12 ms instead of 3-7, so it is not used there.) Raises :class:`InputError` for an impossible request.
        """
        check_request(request)
        found = [await self._words.nearest(one.nearest, one.most) for one in request.queries if one.nearest]
        named = with_nearest(request, found)
        if named is None:
            return SearchPage.empty(request)
        bodies = [_body(query, named) for query in named.queries or (None,)]
        counted = await self._faceting.fields(named)
        ask = self._plain if len(bodies) == 1 else self._federated
        answer, facets = await ask(bodies, named, list(counted.values()))
        return _page(answer, {name: facets.get(field, {}) for name, field in counted.items()}, named)

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """Return the stored record with that id, None when there is none."""
        # By filter, because the search key may not fetch documents. The engine compares without letter case, so ids
        # that differ only in case all come, and the right one is chosen here.
        request = SearchRequest(conditions=(Condition(Field.ID, (document_id,)),), limit=100)
        for hit in (await self.search(request)).hits:
            if hit.id == document_id:
                return hit.record
        return None

    async def alive(self) -> None:
        """Return when the engine answers; raises :class:`EngineUnavailable`."""
        answer = await self._client.call("GET", "/health")
        if not isinstance(answer, dict) or answer.get("status") != "available":
            raise EngineUnavailable(
                f"engine at {self._client.url} says {answer!r} to /health, not that it is available"
            )

    async def version(self) -> str | None:
        """Return when the indexes of this name last changed: documents, terms, passages, one being built.

        None when the key may only search: a key of the reader's own making may, one given by settings perhaps not.
        """
        try:
            answer = await self._client.call("GET", "/indexes?limit=100")
        except RefusedError as error:
            if error.code in ("invalid_api_key", "missing_authorization_header"):
                return None
            raise
        rows = [row for row in answer["results"] if str(row["uid"]).startswith(self._index)]
        return " ".join(sorted(f"{row['uid']}@{row['updatedAt']}" for row in rows))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _plain(self, bodies: list[dict[str, Any]], request: SearchRequest, facets: list[str]) -> _Answer:
        body = bodies[0] | {"offset": request.offset, "limit": request.limit}
        if facets:
            body["facets"] = facets
        answer = await self._ask(f"/indexes/{self._index}/search", body)
        return answer, answer.get("facetDistribution") or {}

    async def _federated(self, bodies: list[dict[str, Any]], request: SearchRequest, facets: list[str]) -> _Answer:
        for body, query in zip(bodies, request.queries, strict=True):
            body |= {"indexUid": self._index, "federationOptions": {"weight": query.weight * _fairness(query)}}
        federation: dict[str, Any] = {"offset": request.offset, "limit": request.limit}
        if facets:
            federation["facetsByIndex"] = {self._index: facets}
        answer = await self._ask("/multi-search", {"federation": federation, "queries": bodies})
        return answer, ((answer.get("facetsByIndex") or {}).get(self._index) or {}).get("distribution") or {}

    async def _documents(self) -> int:
        """The number of documents in the index, by a search: a search key may ask for no statistics."""
        return (await self.search(SearchRequest(facets=(Field.GENRE,), limit=0))).total

    async def _total(self, request: SearchRequest) -> int:
        alone = replace(request, facets=(), sort=(), offset=0, limit=0, fields=(Field.ID,))
        return (await self.search(alone)).total

    async def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.call("POST", path, body)
        except RefusedError as error:
            if error.code == "index_not_found":
                raise EngineError(f"there is no index {self._index!r} yet; run `wenhao sync` first") from error
            raise
        if not isinstance(answer, dict) or "hits" not in answer:
            raise EngineError(
                f"engine at {self._client.url} gave no search answer; is this address a Meilisearch 1.21?"
            )
        return answer


def _body(query: Query | None, request: SearchRequest) -> dict[str, Any]:
    conditions = request.conditions
    if query and query.ids:
        conditions = (*conditions, Condition(Field.ID, query.ids))
        query = replace(query, words=(EVERY_WORD,))
    body: dict[str, Any] = {
        "q": query_text(query) if query else "",
        "locales": ["eng"],
        "matchingStrategy": query.strategy if query else "all",
        "attributesToRetrieve": list(dict.fromkeys((*request.fields, str(Field.ID)))),
        "showRankingScore": True,
    }
    if conditions:
        body["filter"] = filters(conditions)
    if request.sort:
        body["sort"] = list(request.sort)
    if query and query.fields is not None:
        body["attributesToSearchOn"] = list(query.fields)
    return body


def _fairness(query: Query) -> int:
    """Documents by name have their word in the last field, for which the engine gives one of as many parts as there are
    fields (0.1667 of 1)."""
    return len(SEARCHABLE) if query.ids else 1


def _page(answer: dict[str, Any], facets: dict[Field | str, dict[str, int]], request: SearchRequest) -> SearchPage:
    # `estimatedTotalHits` is exact here: 5,000 of 5,000 and, federated, 4,714 of 4,714 against a count by hand. It ends at
    # MAX_TOTAL, which the counts of a facet do not.
    total = int(answer["estimatedTotalHits"])
    if total >= MAX_TOTAL and Field.GENRE in facets:
        total = sum(facets[Field.GENRE].values())
    return SearchPage(
        hits=tuple(_hit(raw, request.queries) for raw in answer["hits"]),
        total=total,
        facets={str(name): counts for name, counts in facets.items()},
        engine_ms=int(answer.get("processingTimeMs", 0)),
    )


def _hit(raw: dict[str, Any], queries: tuple[Query, ...]) -> Hit:
    federation = raw.pop("_federation", None)
    score = float(raw.pop("_rankingScore"))
    if federation is not None:
        return Hit(raw["id"], float(federation["weightedRankingScore"]), int(federation["queriesPosition"]), raw)
    return Hit(raw["id"], score * (queries[0].weight if queries else 1.0), 0, raw)
