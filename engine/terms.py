"""The index of terms beside the index of documents: each word of the collection and in how many documents it stands.

The engine weighs no words (DESIGN section 2), so the API does, and needs document frequencies for it. They are
statistics: counted anew when enough documents have changed (:mod:`indexer.terms`), never kept exact in between.

The index is named ``<index>_terms``. Its record ``state`` says of how many documents the counts are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.client import Connection, EngineClient, RefusedError
from engine.settings import EngineSettings
from engine.writer import MeiliWriter

MOST_TERMS = 300_000
"""Terms kept, the commonest first; a rarer word weighs as much as the rarest kept."""

_PAGE = 50_000
_STATE = "state"


@dataclass(frozen=True, slots=True)
class TermState:
    """What the counts are of: documents counted, their mean length in words, documents changed since, and a stamp that
    changes with every count."""

    documents: int
    mean_words: float
    changed: int
    stamp: str


def terms_settings() -> dict[str, Any]:
    """Return the engine settings of the index of terms: nothing is searched in it, all is fetched."""
    return {
        "searchableAttributes": ["term"],
        "filterableAttributes": ["id", "stamp"],
        "rankingRules": [],
        "typoTolerance": {"enabled": False},
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["eng"]}],
        "pagination": {"maxTotalHits": MOST_TERMS + 1},
        "facetSearch": False,
        "prefixSearch": "disabled",
        "proximityPrecision": "byAttribute",
    }


def terms_index(settings: EngineSettings) -> str:
    """Return the name of the index of terms."""
    return f"{settings.index_name}_terms"


class TermWriter:
    """Replaces the counts."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._writer = MeiliWriter(connection, settings, terms_index(settings), terms_settings())

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when nothing was counted yet."""
        async for page in self._writer.scan(("id", "documents", "mean_words", "changed", "stamp"), only=_STATE):
            for row in page:
                return TermState(row["documents"], row["mean_words"], row["changed"], row["stamp"])
        return None

    async def put_state(self, state: TermState) -> None:
        """Keep what the counts are of."""
        await self._writer.ensure_index()
        record = {"id": _STATE, "documents": state.documents, "mean_words": state.mean_words}
        await self._writer.put([record | {"changed": state.changed, "stamp": state.stamp}])

    async def replace(self, counts: Mapping[str, int], state: TermState) -> None:
        """Put these counts in place of the old ones: the new first, then the removal of terms that are gone.

        ``counts`` beyond MOST_TERMS are left out, the rarest first.
        """
        await self._writer.ensure_index()
        kept = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_TERMS]
        records = [{"id": _id(term), "term": term, "frequency": frequency} for term, frequency in kept]
        if records:
            await self._writer.put(records)
        wanted = {record["id"] for record in records} | {_STATE}
        gone = [row["id"] async for page in self._writer.scan(("id",)) for row in page if row["id"] not in wanted]
        if gone:
            await self._writer.delete(gone)
        await self.put_state(state)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._writer.aclose()


class TermReader:
    """Fetches the counts with the search-only key."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._path = f"/indexes/{terms_index(settings)}/search"
        self._client = EngineClient(connection.url, connection.search_key, settings.write_timeout)

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when there are none, or the key may not read them."""
        answer = await self._ask({"filter": f"id = {_STATE}", "limit": 1})
        for row in answer.get("hits", ()):
            return TermState(row["documents"], row["mean_words"], row["changed"], row["stamp"])
        return None

    async def counts(self) -> dict[str, int]:
        """Return term -> number of documents that hold it."""
        found: dict[str, int] = {}
        offset = 0
        while True:
            body = {"offset": offset, "limit": _PAGE, "attributesToRetrieve": ["term", "frequency"]}
            hits = (await self._ask(body)).get("hits", ())
            found |= {row["term"]: row["frequency"] for row in hits if "term" in row}
            offset += _PAGE
            if len(hits) < _PAGE:
                return found

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.call("POST", self._path, {"q": "", **body})
        except RefusedError as error:
            if error.code in ("index_not_found", "invalid_api_key"):
                return {}
            raise
        return answer if isinstance(answer, dict) else {}


def _id(term: str) -> str:
    """The id of a term: its UTF-8 in hexadecimal (an id may hold no Chinese), cut where the engine's limit is."""
    return f"t{term.encode('utf-8', 'surrogatepass').hex()[:500]}"
