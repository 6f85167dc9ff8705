"""A step of a plan as the engine is asked for it: what is wanted of it, in as few and as small requests as give it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from api.plan import Step
from api.wanted import NEEDED, Wanted
from engine.protocol import Clause, Reader, SearchPage, SearchRequest
from engine.schema import Field

_TURNS = 8
"""Turns of the event loop in which a request gets onto its connection; four were enough when measured."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a step finds: ``found`` are the hits and the total, and the facets but for those that are counted aside: they
    come with the page ``facets``, still on its way. ``candidates`` as in the step."""

    found: SearchPage
    facets: asyncio.Task[SearchPage] | None = None
    candidates: int | None = None

    def drop(self) -> None:
        """Nobody waits for the facets."""
        if self.facets is not None:
            self.facets.cancel()


async def page_of(
    reader: Reader,
    wanted: Wanted,
    step: Step,
    conditions: tuple[Clause, ...],
    *,
    many: bool,
    known: int | None = None,
) -> Page:
    """What a step finds: the stretch that is wanted or all candidates that we rank, the total, the facets.

    The documents of a step's trailing queries come after all others. As long as those fill what is looked at, the trailing
    ones are only counted: of a million documents 15 ms instead of 40. Facets of what is ``many`` are counted aside, if that
    is wanted; ``known`` as in the request. Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
    """
    request = replace(request_of(wanted, step, conditions), known=known)
    aside = wanted.late and many and bool(wanted.facets)
    hits = replace(request, facets=()) if aside else request
    leading = tuple(query for query in step.queries if query not in step.trailing)
    last = wanted.offset + wanted.limit
    looked_at = last <= step.window or step.least is not None
    # What a filter leaves of the leading is mostly too little.
    if not leading or leading == step.queries or conditions or not looked_at or not reranked(wanted, step):
        found = await reader.search(hits)
        return Page(found, await _begun(reader, request, found.total) if aside else None)

    async def count() -> Page:
        found = await reader.search(replace(hits, limit=0, fields=(Field.ID,)))
        return Page(found, await _begun(reader, request, found.total) if aside else None)

    first, counted = await asyncio.gather(reader.search(replace(hits, queries=leading, facets=())), count())
    number = len(first.hits)
    candidates = min(number, step.window) if step.least is not None and number >= step.least else None
    if number < min(counted.found.total, last if candidates else max(step.window, last)):
        first = await reader.search(replace(hits, facets=()))
    partial = first.partial or counted.found.partial
    found = replace(first, total=counted.found.total, facets=counted.found.facets, partial=partial)
    return replace(counted, found=found, candidates=candidates)


async def _begun(reader: Reader, request: SearchRequest, total: int) -> asyncio.Task[SearchPage] | None:
    """The counting of facets, begun: what follows does not wait for the network, so the request must be out before."""
    if not total:
        return None
    counting = replace(request, offset=0, limit=0, sort=(), fields=(Field.ID,), known=total)
    task = asyncio.create_task(reader.search(counting))
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    return task


def request_of(wanted: Wanted, step: Step, conditions: tuple[Clause, ...]) -> SearchRequest:
    """What the engine is asked for a step: the stretch that is wanted, or all candidates that we rank."""
    ranked = reranked(wanted, step)
    return SearchRequest(
        queries=step.queries,
        conditions=(*wanted.hidden, *conditions),
        facets=wanted.facets,
        sort=wanted.sort,
        offset=0 if ranked else wanted.offset,
        limit=max(step.window, wanted.offset + wanted.limit) if ranked else wanted.limit,
        fields=tuple(dict.fromkeys((*NEEDED, *wanted.fields))),
        partial_ok=wanted.partial_ok,
    )


def reranked(wanted: Wanted, step: Step) -> bool:
    """True when some of the stretch lies among the candidates that we rank; those behind keep the engine's order."""
    return wanted.by_relevance and bool(step.queries) and wanted.offset < step.window
