"""The index of passages: vectors of ours beside the documents' index, so that documents never wait for them.

A document's record holds no vector: the engine would index its whole text again for each one renewed, and fail every
record that comes without (measured). Passages name their document and the digest of the text they were made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.client import Connection, EngineClient, RefusedError
from engine.protocol import Writer
from engine.settings import EngineSettings

_EMBEDDER = "passages"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document: its place in it, the digest of the document's text, its vector."""

    document: str
    place: int
    digest: str
    vector: Sequence[float]

    @property
    def id(self) -> str:
        """Identifier in the index of passages."""
        return f"{self.document}-{self.place}"


def passages_settings(dimensions: int) -> dict[str, Any]:
    """Return the engine settings of the index of passages: only vectors are searched in it."""
    return {
        "searchableAttributes": ["id"],
        "filterableAttributes": ["document"],
        "distinctAttribute": "document",
        "typoTolerance": {"enabled": False},
        "facetSearch": False,
        "prefixSearch": "disabled",
        "embedders": {_EMBEDDER: {"source": "userProvided", "dimensions": dimensions}},
    }


def passages_index(settings: EngineSettings) -> str:
    """Return the name of the index of passages."""
    return f"{settings.index_name}_passages"


def meili_vector(vector: Sequence[float]) -> dict[str, Any]:
    """Return what of a record is its vector on Meilisearch."""
    return {"_vectors": {_EMBEDDER: list(vector)}}


class PassageWriter:
    """Stores and removes passages; ``stored`` makes of a vector what of a record it is."""

    def __init__(self, writer: Writer, stored: Callable[[Sequence[float]], dict[str, Any]]) -> None:
        self._writer = writer
        self._stored = stored

    async def held(self) -> dict[str, str]:
        """Return document -> digest of the text its passages were made of, of documents that have all of them."""
        found: dict[str, str] = {}
        async for page in self._writer.scan(("document", "digest", "first")):
            found.update((row["document"], row["digest"]) for row in page if row["first"])
        return found

    async def put(self, passages: Iterable[Passage]) -> None:
        """Store passages, replacing those of the same document and place.

        Firsts are stored last: where the first one is, all are, wherever the run was killed.
        """
        await self._writer.ensure_index()
        records = [
            {"id": one.id, "document": one.document, "digest": one.digest, "first": not one.place}
            | self._stored(one.vector)
            for one in sorted(passages, key=lambda one: not one.place)
        ]
        if records:
            await self._writer.put(records)

    async def remove(self, documents: Sequence[str]) -> None:
        """Remove all passages of these documents."""
        wanted = set(documents)
        gone = [
            row["id"]
            async for page in self._writer.scan(("id", "document"))
            for row in page
            if row["document"] in wanted
        ]
        if gone:
            await self._writer.delete(gone)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._writer.aclose()


class PassageReader(Protocol):
    """Finds the documents with the nearest passages; raises ``EngineUnavailable`` when the engine is away."""

    async def any(self) -> bool:
        """Return True when some document has passages."""

    async def nearest(self, vector: Sequence[float], limit: int) -> dict[str, float]:
        """Return document -> cosine of its nearest passage, the nearest first; {} when there are no passages."""

    async def aclose(self) -> None:
        """Close the connection."""


class MeiliPassageReader:
    """The ``PassageReader`` on Meilisearch, with the search-only key."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._path = f"/indexes/{passages_index(settings)}/search"
        self._client = EngineClient(connection.url, connection.search_key, settings.search_timeout)

    async def any(self) -> bool:
        """Return True when some document has passages."""
        return bool(await self._ask({"q": "", "limit": 1, "attributesToRetrieve": ["document"]}))

    async def nearest(self, vector: Sequence[float], limit: int) -> dict[str, float]:
        """Return document -> cosine of its nearest passage, the nearest first; {} when there are no passages."""
        body = {
            "vector": list(vector),
            "hybrid": {"embedder": _EMBEDDER, "semanticRatio": 1.0},
            "limit": limit,
            "attributesToRetrieve": ["document"],
            "showRankingScore": True,
        }
        # The engine's score of a vector is (1 + cosine) / 2.
        return {hit["document"]: 2 * float(hit["_rankingScore"]) - 1 for hit in await self._ask(body)}

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _ask(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            answer = await self._client.call("POST", self._path, body)
        except RefusedError as error:
            if error.code in ("index_not_found", "invalid_api_key", "invalid_search_embedder"):
                return []
            raise
        return list(answer.get("hits", ())) if isinstance(answer, dict) else []
