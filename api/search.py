"""From parameters to an answer: plan, ask the engine step by step, make snippets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

from api.plan import Plan, Planner, Step
from api.schemas import (
    GENRE_NAMES,
    VALIDITY_NAMES,
    DocumentAnswer,
    FacetValue,
    Hit,
    SearchAnswer,
    SearchParams,
    Understood,
    region_codes,
)
from api.snippets import Marker, to_html
from engine.protocol import Condition, Reader, SearchPage, SearchRequest
from engine.protocol import Hit as Found
from engine.schema import Field, plain

_SHOWN = (Field.TITLE, Field.TEXT, Field.NUMBER_KEY, Field.CITE_KEYS, Field.ISSUER, Field.REGION, Field.YEAR, Field.SIGNED, Field.PUBLISHED, Field.GENRE, Field.VALIDITY)  # fmt: skip
_FACETS = {Field.REGION_LVL0: "region.lvl0", Field.REGION_LVL1: "region.lvl1", Field.REGION_LVL2: "region.lvl2", Field.YEAR: "year", Field.ISSUER: "issuer", Field.GENRE: "genre", Field.VALIDITY: "validity"}  # fmt: skip
_SORTS = {"relevance": (), "newest": (f"{Field.DAY}:desc",), "oldest": (f"{Field.DAY}:asc",)}
_MOST_FACET_VALUES = 200


@dataclass(frozen=True, slots=True)
class Searcher:
    """Answers searches through a reader of the engine."""

    planner: Planner
    reader: Reader

    async def search(self, params: SearchParams) -> SearchAnswer:
        """The answer to a search.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        started = time.perf_counter()
        plan = self.planner.plan(params.q, expand=params.synonyms)
        step, page = await self._first_enough(plan, params)
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
            hits=[_hit(found, plan, marker) for found in page.hits],
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
        texts = {
            "title": plain(record.get(Field.TITLE, "")),
            "text": plain(record.get(Field.TEXT, "")),
            "doc_number": record.get(Field.NUMBER_KEY),
            "signed": day(record.get(Field.SIGNED)),
            "published": day(record.get(Field.PUBLISHED)),
            "region": region_names(record.get(Field.REGION)),
        }
        return DocumentAnswer(**{**record, **record.get(Field.FACTS, {}), **texts})


def _request(params: SearchParams, step: Step, conditions: tuple[Condition, ...]) -> SearchRequest:
    return SearchRequest(
        queries=step.queries,
        conditions=conditions,
        facets=tuple(_FACETS),
        sort=_SORTS[params.sort],
        offset=(params.page - 1) * params.per_page,
        limit=params.per_page,
        fields=_SHOWN,
    )


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


def day(value: int | None) -> date | None:
    """The date stored as yyyymmdd."""
    return None if value is None else date(value // 10000, value // 100 % 100, value % 100)


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


def _hit(found: Found, plan: Plan, marker: Marker) -> Hit:
    record = found.record
    keys = {str(number) for number in plan.numbers}
    reason = (
        "number"
        if record.get(Field.NUMBER_KEY) in keys
        else "cites"
        if keys & set(record.get(Field.CITE_KEYS, ()))
        else "words"
    )
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
        validity=record.get(Field.VALIDITY, "unknown"),
        reason=reason,
        score=found.score,
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
