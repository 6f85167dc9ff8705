"""The counts of words on OpenSearch, read by the user that may only search."""

from __future__ import annotations

from typing import Any

from engine.client import Connection
from engine.opensearch.client import AnswerError, Cluster
from engine.opensearch.scrolling import scroll
from engine.settings import EngineSettings
from engine.terms import FETCHED, STATE, Term, TermState, state_of, term_of, terms_index

_PAGE = 50_000


class OpenSearchTermReader:
    """Fetches the counts."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._index = terms_index(settings)
        self._cluster = Cluster(connection, settings, connection.search_key, settings.write_timeout)

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when there are none, or the user may not read them."""
        asked = {"ids": {"values": [STATE]}}
        try:
            async for page in scroll(self._cluster, self._index, ("*",), asked, 1):
                return state_of(page[0])
        except AnswerError as error:
            if error.reply not in (401, 403):
                raise
        return None

    async def terms(self) -> list[Term]:
        """Return all terms, in no order."""
        asked: dict[str, Any] = {"match_all": {}}
        pages = scroll(self._cluster, self._index, FETCHED, asked, _PAGE)
        return [term_of(row) async for page in pages for row in page if "term" in row]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._cluster.aclose()
