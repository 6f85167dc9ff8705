"""Answers in Meilisearch's shapes, from what the searcher finds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.compat import public
from api.compat.formatted import formatted, positions, selected
from api.compat.requests import Asked, FacetAsked
from api.schemas import SearchParams
from api.search import Findings, Searcher
from api.snippets import Marker
from api.wanted import Wanted
from engine.protocol import Hit
from gongwen.normalize import fold

MAX_FACET_VALUES = 100
"""Values of a facet in an answer, the commonest first: Meilisearch's usual `maxValuesPerFacet`."""


async def search(searcher: Searcher, asked: Asked) -> dict[str, Any]:
    """The answer to one query."""
    started = time.perf_counter()
    found = await _find(searcher, asked)
    marker = Marker(found.plan.marks(found.step))
    scores = _scores(found) if asked.score else {}
    answer: dict[str, Any] = {
        "hits": [_hit(searcher, one, asked, marker, scores.get(one.id)) for one in found.hits],
        "query": asked.q,
        "processingTimeMs": round(1000 * (time.perf_counter() - started)),
        **_paging(asked, found.page.total),
    }
    if asked.facets is not None:
        counts = {name: found.page.facets.get(public.FILTERABLE[name], {}) for name in asked.facets}
        answer["facetDistribution"] = {name: _commonest(values) for name, values in counts.items()}
        answer["facetStats"] = {
            name: _stats(values)
            for name, values in counts.items()
            if values and public.FILTERABLE[name] in public.NUMERIC
        }
    return answer


async def facet_search(searcher: Searcher, asked: FacetAsked) -> dict[str, Any]:
    """The values of a facet that have, or whose names have, what was typed, by how many documents have them."""
    started = time.perf_counter()
    field = public.FILTERABLE[asked.facet]
    found = await _find(searcher, replace(asked.query, facets=(asked.facet,)))
    typed = fold(asked.text).casefold().strip()
    counts = found.page.facets.get(field, {})
    values = {value: count for value, count in counts.items() if typed in _folded(value) or typed in _folded(public.label(field, value))}  # fmt: skip
    return {
        "facetHits": [{"value": value, "count": count} for value, count in _commonest(values).items()],
        "facetQuery": asked.text or None,
        "processingTimeMs": round(1000 * (time.perf_counter() - started)),
    }


def _folded(value: str) -> str:
    return fold(value).casefold()


async def _find(searcher: Searcher, asked: Asked) -> Findings:
    params = SearchParams.model_validate({"q": asked.q, "correct": not asked.strict})
    wanted = Wanted(
        conditions=asked.filter,
        facets=tuple(public.FILTERABLE[name] for name in asked.facets or ()),
        sort=asked.sort,
        offset=asked.offset,
        limit=asked.limit,
        fields=public.STORED,
        only_in=asked.search_on,
        strict=asked.strict,
    )
    return await searcher.find(params, wanted)


def _paging(asked: Asked, total: int) -> dict[str, int]:
    if asked.page is None:
        return {"limit": asked.asked_limit, "offset": asked.asked_offset, "estimatedTotalHits": total}
    size = asked.asked_limit
    return {"hitsPerPage": size, "page": asked.page, "totalPages": -(-total // size) if size else 0, "totalHits": total}


def _hit(searcher: Searcher, hit: Hit, asked: Asked, marker: Marker, score: float | None) -> dict[str, Any]:
    shown = public.document(hit.record, searcher.today())
    answer = selected(shown, asked.retrieve)
    marked = formatted(hit.record, shown, asked, marker)
    if marked is not None:
        answer["_formatted"] = marked
    if asked.positions:
        answer["_matchesPosition"] = positions(hit.record, shown, marker)
    if score is not None:
        answer["_rankingScore"] = score
    return answer


def _scores(found: Findings) -> dict[str, float]:
    """``_rankingScore``, 0 to 1: our score s as s/(1+s), never above that of a hit before it (a document may stand first
    for its number, or because the editor put it there); behind those that we rank, the engine's score below theirs."""
    scores: dict[str, float] = {}
    lowest = 1.0
    for hit in found.hits:
        part = found.parts.get(hit.id)
        raw = max(0.0, part.score if part else hit.score)
        lowest = min(lowest, raw / (1 + raw))
        scores[hit.id] = round(lowest, 6)
    return scores


def _commonest(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_FACET_VALUES])


def _stats(counts: Mapping[str, int]) -> dict[str, float]:
    numbers = [float(value) for value in counts]
    return {"min": min(numbers), "max": max(numbers)}
