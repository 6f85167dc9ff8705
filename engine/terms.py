"""The index of terms beside the index of documents: the words of the collection, frequent pairs of neighbours among them,
and its issuing bodies, each with the number of documents it stands in and, when it is Chinese, its pinyin.

The engine weighs no words (DESIGN section 2), so the API does, and needs document frequencies for it; suggestions,
corrections and pinyin are read from the same list. It is statistics: counted anew when enough documents have changed
(:mod:`indexer.terms`), never kept exact in between.

The index is named ``<index>_terms``. Its record ``state`` says of how many documents the counts are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple, Protocol

from engine.client import Connection, EngineClient, RefusedError
from engine.protocol import Writer
from engine.settings import EngineSettings


class TermKind(StrEnum):
    """What a term is: a word of the texts, two words that stand side by side, an issuing body."""

    WORD = "word"
    PAIR = "pair"
    ISSUER = "issuer"


MOST = {TermKind.WORD: 300_000, TermKind.PAIR: 150_000, TermKind.ISSUER: 10_000}
"""Terms kept of each kind, the commonest first; a rarer word weighs as much as the rarest kept."""

_PAGE = 50_000
_PUT = 20_000  # terms of one call: 50,000 took 40 MB more
STATE = "state"
# Counts of another form are taken for none, so that the next sync counts anew. 2: pairs, issuers, pinyin.
_FORM = 2
FETCHED = ["term", "kind", "frequency", "pinyin", "initials"]


class Term(NamedTuple):
    """A term: its text (a pair's two words with JOINER between them), kind, number of documents, pinyin and initials."""

    text: str
    kind: TermKind
    frequency: int
    pinyin: str = ""
    initials: str = ""


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
        "pagination": {"maxTotalHits": sum(MOST.values()) + 1},
        "facetSearch": False,
        "prefixSearch": "disabled",
        "proximityPrecision": "byAttribute",
    }


def terms_index(settings: EngineSettings) -> str:
    """Return the name of the index of terms."""
    return f"{settings.index_name}_terms"


class TermWriter:
    """Replaces the counts; ``writer`` is of the index of terms."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when nothing was counted yet."""
        await (
            self._writer.ensure_index()
        )  # a run that was cut off may have left it without the settings that this needs
        async for page in self._writer.scan(
            ("id", "documents", "mean_words", "changed", "stamp", "form"), only=[STATE]
        ):
            for row in page:
                if row.get("form") == _FORM:
                    return state_of(row)
        return None

    async def put_state(self, state: TermState) -> None:
        """Keep what the counts are of."""
        await self._writer.ensure_index()
        record = {"id": STATE, "documents": state.documents, "mean_words": state.mean_words}
        await self._writer.put([record | {"changed": state.changed, "stamp": state.stamp, "form": _FORM}])

    async def replace(self, terms: Iterable[Term], state: TermState) -> None:
        """Put these terms in place of the old ones: the new first, then the removal of those that are gone."""
        await self._writer.ensure_index()
        wanted = {STATE}
        rest = iter(terms)
        while records := [_stored(one) for one in islice(rest, _PUT)]:
            await self._writer.put(records)
            wanted.update(record["id"] for record in records)
        gone = [row["id"] async for page in self._writer.scan(("id",)) for row in page if row["id"] not in wanted]
        if gone:
            await self._writer.delete(gone)
        await self.put_state(state)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._writer.aclose()


class TermReader(Protocol):
    """Fetches the counts; raises ``EngineUnavailable`` when the engine is away."""

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when there are none, or the key may not read them."""

    async def terms(self) -> list[Term]:
        """Return all terms, in no order."""

    async def aclose(self) -> None:
        """Close the connection."""


class MeiliTermReader:
    """The ``TermReader`` on Meilisearch, with the search-only key."""

    def __init__(self, connection: Connection, settings: EngineSettings) -> None:
        self._path = f"/indexes/{terms_index(settings)}/search"
        self._client = EngineClient(connection.url, connection.search_key, settings.write_timeout)

    async def state(self) -> TermState | None:
        """Return what the counts are of, None when there are none, or the key may not read them."""
        answer = await self._ask({"filter": f"id = {STATE}", "limit": 1})
        for row in answer.get("hits", ()):
            return state_of(row)
        return None

    async def terms(self) -> list[Term]:
        """Return all terms, in no order."""
        found: list[Term] = []
        offset = 0
        while True:
            body = {"offset": offset, "limit": _PAGE, "attributesToRetrieve": FETCHED}
            hits = (await self._ask(body)).get("hits", ())
            found += [term_of(row) for row in hits if "term" in row]
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


def state_of(row: dict[str, Any]) -> TermState:
    """Return what the counts are of, from the record that says so."""
    return TermState(row["documents"], row["mean_words"], row["changed"], row["stamp"])


def term_of(row: dict[str, Any]) -> Term:
    """Return a term from its record."""
    kind = TermKind(row.get("kind", TermKind.WORD))
    return Term(row["term"], kind, row["frequency"], row.get("pinyin", ""), row.get("initials", ""))


def _stored(term: Term) -> dict[str, Any]:
    record = {"id": _id(term), "term": term.text, "kind": term.kind, "frequency": term.frequency}
    return record | ({"pinyin": term.pinyin, "initials": term.initials} if term.pinyin else {})


def _id(term: Term) -> str:
    """The id of a term: its kind and its UTF-8 in hexadecimal (an id may hold no Chinese), cut where the engine's limit is."""
    first = "t" if term.kind is TermKind.WORD else term.kind[0]
    return f"{first}{term.text.encode('utf-8', 'surrogatepass').hex()[:500]}"
