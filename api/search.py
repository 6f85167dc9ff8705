"""From parameters to an answer: plan, ask the engine step by step, make snippets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from api import pinning, standing
from api.pinning import Pinned
from api.plan import Plan, Planner, Step
from api.rank import Ranked, rank
from api.schemas import (
    GENRE_NAMES,
    VALIDITY_NAMES,
    CitationItem,
    DocumentAnswer,
    EvidenceItem,
    FacetValue,
    Hit,
    SearchAnswer,
    SearchParams,
    Understood,
    region_codes,
)
from api.snippets import Marker, to_html
from api.standing import day
from api.term_weights import CurrentWeights, TermWeights
from api.word_lists import WordLists
from engine.protocol import Condition, Reader, SearchPage, SearchRequest
from engine.protocol import Hit as Found
from engine.schema import Field, plain
from gongwen import dates

_SHOWN = (Field.TITLE, Field.TEXT, Field.NUMBER_KEY, Field.CITE_KEYS, Field.ISSUER, Field.REGION, Field.YEAR, Field.SIGNED, Field.PUBLISHED, Field.GENRE, Field.REGION_CODES, Field.DAY, *standing.NEEDED)  # fmt: skip
_FACETS = {Field.REGION_LVL0: "region.lvl0", Field.REGION_LVL1: "region.lvl1", Field.REGION_LVL2: "region.lvl2", Field.YEAR: "year", Field.ISSUER: "issuer", Field.GENRE: "genre", Field.VALIDITY: "validity"}  # fmt: skip
_SORTS = {"relevance": (), "newest": (f"{Field.DAY}:desc",), "oldest": (f"{Field.DAY}:asc",)}
_MOST_FACET_VALUES = 200
_MOST_CITING = 100  # of the documents that cite one, as many are listed
_CITING = (Field.TITLE, Field.NUMBER_KEY, Field.LINKS)


def china_today() -> date:
    """The day it is in China."""
    return datetime.now(dates.CHINA).date()


@dataclass(frozen=True, slots=True)
class Searcher:
    """Answers searches through a reader of the engine; ``today`` is asked for the day by which validity is told.

    ``lists`` are the editor's, as they are at each question; the planner lends its segmenter.
    """

    planner: Planner
    reader: Reader
    lists: WordLists
    today: Callable[[], date] = china_today
    weights: CurrentWeights = field(default_factory=CurrentWeights)

    async def search(self, params: SearchParams) -> SearchAnswer:
        """The answer to a search.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        started = time.perf_counter()
        today = self.today()
        weights = await self.weights.current()
        lists = self.lists.current()
        planner = replace(self.planner, synonyms=lists.synonyms, stop_words=lists.stop_words)
        plan = planner.plan(params.q, expand=params.synonyms, weights=weights, today=today)
        pinned = await pinning.find(lists.pins.of(params.q, today), self.reader)
        plan = pinned.onto(plan)
        step, page = await self._first_enough(plan, params)
        hits, parts = _ranked(plan, page, step, params, weights, pinned=pinned)
        marker = Marker(plan.marks(step))
        return SearchAnswer(
            query=params.q,
            understood=_understood(plan),
            relaxed=step.name if step and plan.steps and step is not plan.steps[0] else None,
            dropped=list(plan.dropped) if step and step.name != "phrase" else [],
            total=page.total,
            page=params.page,
            per_page=params.per_page,
            pages=-(-page.total // params.per_page),
            hits=[
                _hit(found, plan, marker, today, parts.get(found.id), pinned=found.id in pinned.ids) for found in hits
            ],
            facets={name: _facet(page, field) for field, name in _FACETS.items()},
            took_ms=round(1000 * (time.perf_counter() - started)),
        )

    async def _first_enough(self, plan: Plan, params: SearchParams) -> tuple[Step | None, SearchPage]:
        """The first step that finds enough, and its page; the last one that finds anything, if none does.

        Whether a step finds enough is judged without the filters: otherwise a filter could turn a strict step into a
        relaxed one, and the total would rise when a filter is added.
        """
        conditions = _conditions(params)
        if not plan.steps:
            return None, await self.reader.search(_request(params, Step("all", ()), conditions))
        best: tuple[Step, SearchPage] | None = None
        for step in plan.steps:
            page = await self.reader.search(_request(params, step, conditions))
            total = page.total
            if total < step.enough and conditions:
                total = (await self.reader.search(SearchRequest(queries=step.queries, limit=0))).total
            if total and (best is None or page.total > best[1].total):  # a wider step must find more
                best = (step, page)
            if total >= step.enough:
                break
        return best or (plan.steps[0], page)

    async def document(self, document_id: str) -> DocumentAnswer | None:
        """A document, its texts as people read them; None when there is none with that id."""
        record = await self.reader.get(document_id)
        if record is None:
            return None
        today = self.today()
        facts = record.get(Field.FACTS, {})
        cited_by = await self._citing(document_id)
        shown = {
            "title": plain(record.get(Field.TITLE, "")),
            "text": plain(record.get(Field.TEXT, "")),
            "doc_number": record.get(Field.NUMBER_KEY),
            "signed": day(record.get(Field.SIGNED)),
            "published": day(record.get(Field.PUBLISHED)),
            "region": region_names(record.get(Field.REGION)),
            "validity": standing.today_is(record, today).value,
            "in_force_from": day(record.get(Field.IN_FORCE_FROM)),
            "expires": day(record.get(Field.EXPIRES)),
            "evidence": standing.proven(record, [EvidenceItem(**item) for item in facts.get("evidence", ())], today),
            "cites": standing.linked(record, [CitationItem(**item) for item in facts.get("cites", ())]),
            "effects": [{**item, "day": day(item.get("day"))} for item in record.get(Field.EFFECTS) or ()],
            "cited_by": [standing.citing(hit.record, document_id) for hit in cited_by.hits],
            "cited_by_total": cited_by.total,
        }
        return DocumentAnswer(**{**record, **shown})

    async def _citing(self, document_id: str) -> SearchPage:
        """The documents that cite one, newest first."""
        return await self.reader.search(
            SearchRequest(
                conditions=(Condition(Field.CITED_IDS, (document_id,)),),
                sort=(f"{Field.DAY}:desc",),
                limit=_MOST_CITING,
                fields=_CITING,
            )
        )


def _request(params: SearchParams, step: Step, conditions: tuple[Condition, ...]) -> SearchRequest:
    return SearchRequest(
        queries=step.queries,
        conditions=conditions,
        facets=tuple(_FACETS),
        sort=_SORTS[params.sort],
        offset=0 if _reranked(params, step) else _offset(params),
        limit=max(step.window, _offset(params) + params.per_page) if _reranked(params, step) else params.per_page,
        fields=_SHOWN,
    )


def _offset(params: SearchParams) -> int:
    return (params.page - 1) * params.per_page


def _reranked(params: SearchParams, step: Step) -> bool:
    """True when some of the page lies among the candidates that we rank; those behind keep the engine's order."""
    return params.sort == "relevance" and bool(step.queries) and _offset(params) < step.window


def _ranked(
    plan: Plan, page: SearchPage, step: Step | None, params: SearchParams, weights: TermWeights, *, pinned: Pinned
) -> tuple[tuple[Found, ...], dict[str, Ranked]]:
    """The hits of the page in our order, and what made it: by document. Pinned go first, then asked numbers, then who cites them."""
    if step is None or not _reranked(params, step):
        return page.hits, {}
    window = page.hits[: step.window]
    ranked = rank(plan.question, [found.record for found in window], weights)
    keys = {str(number) for number in plan.numbers}
    groups = {"number": 0, "cites": 1, "words": 2}
    ranked.sort(key=lambda one: (pinned.place(window[one.place].id), groups[_reason(window[one.place].record, keys)]))
    ordered = [window[one.place] for one in ranked] + list(page.hits[len(window) :])
    parts = {window[one.place].id: one for one in ranked}
    return tuple(ordered[_offset(params) : _offset(params) + params.per_page]), parts


def _conditions(params: SearchParams) -> tuple[Condition, ...]:
    codes = tuple(code for name in params.region for code in region_codes(name))
    found = [
        Condition(Field.REGION_CODES, codes) if codes else None,
        Condition(Field.YEAR, tuple(params.year)) if params.year else None,
        Condition(Field.ISSUERS, tuple(params.issuer)) if params.issuer else None,
        Condition(Field.GENRE, tuple(params.genre)) if params.genre else None,
        Condition(Field.NUMBER_KEY, (params.doc_number,)) if params.doc_number else None,
    ]
    if params.published_from or params.published_to:
        found.append(
            Condition(Field.PUBLISHED, at_least=_number(params.published_from), at_most=_number(params.published_to))
        )
    return tuple(condition for condition in found if condition)


def _number(value: date | None) -> int | None:
    return None if value is None else value.year * 10000 + value.month * 100 + value.day


def region_names(region: dict[str, str] | None) -> list[str]:
    """``['浙江省', '衢州市']`` of a stored region."""
    return region[max(region)].split(" > ") if region else []


def _understood(plan: Plan) -> Understood:
    return Understood(
        numbers=[str(number) for number in plan.numbers],
        words=list(plan.words),
        excluded=list(plan.excluded),
        synonyms=[{"term": e.term, "also": e.other, "kind": e.kind} for e in plan.expansions],
    )


def _reason(record: dict[str, Any], keys: set[str]) -> str:
    if record.get(Field.NUMBER_KEY) in keys:
        return "number"
    return "cites" if keys & set(record.get(Field.CITE_KEYS, ())) else "words"


def _hit(found: Found, plan: Plan, marker: Marker, today: date, ranked: Ranked | None, *, pinned: bool) -> Hit:
    record = found.record
    reason = _reason(record, {str(number) for number in plan.numbers})
    return Hit(
        id=found.id,
        title=plain(record.get(Field.TITLE, "")),
        title_html=to_html(marker.mark(record.get(Field.TITLE, ""))),
        snippet_html=to_html(marker.snippet(record.get(Field.TEXT, ""), record.get(Field.TITLE, ""))),
        url=f"/documents/{found.id}",
        doc_number=record.get(Field.NUMBER_KEY),
        issuer=record.get(Field.ISSUER),
        region=region_names(record.get(Field.REGION)),
        year=record.get(Field.YEAR),
        signed=day(record.get(Field.SIGNED)),
        published=day(record.get(Field.PUBLISHED)),
        genre=record.get(Field.GENRE, "other"),
        validity=standing.today_is(record, today).value,
        reason=reason,
        pinned=pinned,
        score=round(ranked.score, 4) if ranked else found.score,
    )


def _facet(page: SearchPage, field: Field) -> list[FacetValue]:
    counts = page.facets.get(field, {})
    if field is Field.YEAR:
        ordered = sorted(counts.items(), key=lambda item: -int(item[0]))
    else:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        FacetValue(value=value, label=_label(field, value), count=count)
        for value, count in ordered[:_MOST_FACET_VALUES]
    ]


def _label(field: Field, value: str) -> str:
    if field is Field.GENRE:
        return GENRE_NAMES.get(value, value)
    if field is Field.VALIDITY:
        return VALIDITY_NAMES.get(value, value)
    return value.rsplit(" > ", 1)[-1]
