"""The narrow interface of the engine: what a search is, what comes back, and who reads and writes.

A second implementation (another engine, a fake in a test) needs only this file and ``schema``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

Strategy = Literal["all", "frequency", "last"]

MAX_PARTS = 10
"""Phrases, words and prefix of one query together; the engine ignores the eleventh without saying so."""


@dataclass(frozen=True, slots=True)
class Query:
    """One small query: all its phrases and words must occur, e.g. ``Query(phrases=(("政务", "公开"),))``.

    ``phrases``: words that stand next to each other; cut them at punctuation, which the engine does not index.
    ``words``: exact words. ``prefix``: a last word that may go on (工 finds 工程). ``without``: phrases that must not
    occur; a query with nothing else means all other documents. ``fields``: search only there (None: everywhere).
    ``ids``: the documents with these identifiers, whatever their words (but for ``without``); nothing else is asked then.
    ``nearest``: the ``most`` documents that say most of these words in title and text (BM25), sought among all documents that
    are no copies, whatever the conditions, so that a condition never adds one (but for ``without``); nothing else is asked then. An engine without a
    word index finds none.
    ``strategy``: ``all``, or what may be left out when nothing has them all: the commonest words (``frequency``) or the
    last ones (``last``). Only ``words`` and ``prefix`` are ever left out, never ``phrases`` (measured), and one word always
    stays: the first with ``last``, the rarest with ``frequency``, which is to be given first, for not every engine knows. ``weight``: of
    this query among several. At most MAX_PARTS phrases, words and prefix together.
    """

    phrases: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    prefix: str | None = None
    without: tuple[tuple[str, ...], ...] = ()
    fields: tuple[str, ...] | None = None
    strategy: Strategy = "all"
    weight: float = 1.0
    ids: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    most: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: ``Condition("genre", ("通知", "公告"))``, ``Condition("signed", at_least=20160101)``.

    A document passes when the field has one of ``values``, or lies in the range (both ends included), or, with
    ``absent``, has no value. Equality ignores letter case. ``values``, a range and ``begins`` (how a value begins) in one
    condition are all required.
    """

    field: str
    values: tuple[str | int, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    absent: bool = False
    begins: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Filters that must all hold; none at all always holds."""

    parts: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Filters of which one must hold: ``AnyOf((Condition("year", (2016,)), Condition("genre", ("通知",))))``.

    None at all never holds.
    """

    parts: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """A filter that must not hold; a document without a value in the field passes ``Not(Condition("year", (2016,)))``."""

    part: Clause


Clause: TypeAlias = Condition | AllOf | AnyOf | Not
"""What a filter can be. At most MAX_DEPTH of them inside one another."""

MAX_DEPTH = 40
"""The engine's grammar allows 200 brackets inside one another; its work grows with each."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search: documents found by any of ``queries`` (none: all documents) that pass every condition.

    ``sort`` like ``("signed:desc",)`` replaces relevance. ``fields`` to retrieve; ``id`` always comes.
    ``offset`` and ``limit`` in documents. ``partial_ok``: an answer from part of a cluster is better than none, since the
    asker will be told; otherwise it is ``EngineUnavailable``. ``known``: about how many documents it finds, if an earlier
    answer said so; it may make the counting of facets quicker and never changes the answer.
    """

    queries: tuple[Query, ...] = ()
    conditions: tuple[Clause, ...] = ()
    facets: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    offset: int = 0
    limit: int = 20
    fields: tuple[str, ...] = ("*",)
    partial_ok: bool = False
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found: ``score`` 0 to 1 times the query's weight, ``query`` the index of the query that found it best."""

    id: str
    score: float
    query: int
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page: ``total`` and ``facets`` describe all that was found (see ``schema.MAX_TOTAL``).

    ``partial``: some documents could not be looked at, because part of a cluster did not answer in time.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    engine_ms: int = 0
    partial: bool = False

    @classmethod
    def empty(cls, request: SearchRequest) -> SearchPage:
        """The answer of nothing found."""
        return cls((), 0, {name: {} for name in request.facets})


class Encoded(NamedTuple):
    """A record that is JSON already: encoded where it was made, in another process."""

    id: str
    body: bytes


class Reader(Protocol):
    """Finds documents. Every method raises ``EngineUnavailable`` when the engine is away, ``EngineError`` when it refuses."""

    async def search(self, request: SearchRequest) -> SearchPage:
        """Return one page of what the request finds; raises ``InputError`` for an impossible request."""

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """Return the stored record with that id, None when there is none."""

    async def alive(self) -> None:
        """Return when the engine answers."""

    async def version(self) -> str | None:
        """Return what changes with every change of the index or of those beside it; None when it cannot be known."""

    async def aclose(self) -> None:
        """Close the connection."""


class Writer(Protocol):
    """Changes the index. A call that returns has been carried out; raises ``EngineTaskFailed`` when it could not be."""

    index_name: str

    async def ensure_index(self) -> None:
        """Make the index exist with our settings."""

    def at_once(self, documents: int) -> int:
        """Return the bytes of records that are best stored together in an index of so many documents."""

    async def put(self, records: Iterable[Mapping[str, Any] | Encoded]) -> None:
        """Store records, replacing those with the same id; raises ``InputError`` before sending when an id is bad."""

    async def update(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Replace only the fields given, of documents that are stored; ``None`` empties a field."""

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are no error."""

    def scan(
        self, fields: Sequence[str], *, only: Sequence[str] | None = None, page_size: int = 10_000
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield all documents (or those with the ids ``only``), a page at a time, with these fields only."""

    async def count(self) -> int:
        """Return the number of documents stored."""

    async def version(self) -> str:
        """Return what changes with every change of the index, and of no other."""

    async def schema_version(self) -> int | None:
        """Return the SCHEMA_VERSION the index was built with; None when there is no index of ours."""

    async def settle(self) -> None:
        """Return when the engine has done all it was asked before."""

    async def siblings(self, beginning: str) -> list[str]:
        """Return the names of the other indexes that begin so."""

    async def drop(self, index_name: str) -> None:
        """Remove an index with its documents; one that is not there is no error."""

    async def swap(self, staged: str) -> None:
        """Put the index named ``staged`` in place of this one, and remove the old documents."""

    async def aclose(self) -> None:
        """Close the connection."""
