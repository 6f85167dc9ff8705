"""From parameters to an answer: plan, ask the engine step by step, make snippets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from api import answer, fields, pinning, titled
from api.asking import Page, page_of, request_of, reranked
from api.correcting import Change, Corrector, may_change
from api.explain import explain
from api.fields import Asked
from api.meaning import Meaning, joined
from api.pinning import Pinned
from api.plan import Plan, Planner, Step
from api.rank import Ranked, rank
from api.schemas import (
    Corrected,
    Hit,
    SearchAnswer,
    SearchParams,
    Suggestion,
    region_codes,
)
from api.snippets import Marker
from api.suggest import Suggester
from api.term_weights import CurrentWeights, TermWeights
from api.wanted import Wanted
from api.word_lists import Lists, WordLists
from engine.protocol import Clause, Condition, Reader, SearchPage, SearchRequest
from engine.protocol import Hit as Found
from engine.schema import MAX_TOTAL, Field
from gongwen import dates


def china_today() -> date:
    """The day it is in China."""
    return datetime.now(dates.CHINA).date()


@dataclass(frozen=True, slots=True)
class Answered:
    """A plan and what the engine found by it, before our ranking; ``facets`` as in :class:`Findings`."""

    plan: Plan
    pinned: Pinned
    conditions: tuple[Clause, ...]
    step: Step | None
    page: SearchPage
    facets: asyncio.Task[SearchPage] | None = None
    near: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a question finds: the stretch that was wanted, in order, and how it came about.

    ``page`` has total and facets, ``parts`` what made the order, by document, of those that we ranked. ``facets`` is the
    page with the facets that are counted aside, still on its way; None when none are.
    """

    asked: Asked
    plan: Plan
    pinned: Pinned
    step: Step | None
    page: SearchPage
    hits: tuple[Found, ...]
    parts: Mapping[str, Ranked]
    change: Change | None
    facets: asyncio.Task[SearchPage] | None = None


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
    meaning: Meaning | None = None

    async def search(self, params: SearchParams) -> SearchAnswer:
        """The answer to a search.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        started = time.perf_counter()
        found = await self.find(params, replace(Wanted.of(params), late=True, partial_ok=True))
        plan, step, page, change = found.plan, found.step, found.page, found.change
        marker = Marker(plan.marks(step))
        hits = [self._hit(one, found, marker, debug=params.debug) for one in found.hits]
        counted = await found.facets if found.facets else page
        total = max(page.total, counted.total)  # who counts facets counts beyond MAX_TOTAL
        return SearchAnswer(
            query=params.q,
            understood=answer.understood(plan, found.asked),
            relaxed=step.name if step and plan.steps and step is not plan.steps[0] else None,
            dropped=list(plan.dropped) if step and step.name != "phrase" else [],
            corrected=Corrected(original=params.q, to=change.question) if change and change.automatic else None,
            did_you_mean=change.question if change and not change.automatic else None,
            partial=page.partial or counted.partial,
            total=total,
            page=params.page,
            per_page=params.per_page,
            pages=-(-min(total, MAX_TOTAL) // params.per_page),
            hits=hits,
            facets=answer.facets(counted),
            took_ms=round(1000 * (time.perf_counter() - started)),
        )

    async def answered(self, params: SearchParams) -> Answered:
        """What a search finds as the engine has it, before our ranking: for totals and facets, and to walk through it. What
        is corrected is what the page of results shows.
        """
        _, _, found = await self._found(params, Wanted.of(fields.read(params).params), await self.weights.current())
        return found

    async def find(self, params: SearchParams, wanted: Wanted) -> Findings:
        """What a question finds: ``params`` say what is asked, ``wanted`` which stretch of the answer, in what order.

        Facets that are counted aside are still on their way: of 100,000 documents they take the engine 7 ms, and us as long
        ranking and snippets.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        weights = await self.weights.current()
        asked, change, found = await self._found(params, wanted, weights)
        hits, parts = ranked(found, wanted, weights)
        return Findings(asked, found.plan, found.pinned, found.step, found.page, hits, parts, change, found.facets)

    async def _found(
        self, params: SearchParams, wanted: Wanted, weights: TermWeights
    ) -> tuple[Asked, Change | None, Answered]:
        """What was asked, how it was changed, and what it then finds."""
        lists = self.lists.current()
        planner = replace(self.planner, synonyms=lists.synonyms, stop_words=lists.stop_words)
        asked = fields.read(params)
        ask = partial(self._ask, wanted=wanted, planner=planner, lists=lists, weights=weights, today=self.today())
        found = await ask(asked)
        # That what was typed finds nothing is not known where some documents could not be looked at.
        sure = params.correct and not found.page.partial
        change, found = await self._changed(lists, asked, found, ask) if sure else (None, found)
        return asked, change, found

    def _hit(self, one: Found, found: Findings, marker: Marker, *, debug: bool) -> Hit:
        ranked = found.parts.get(one.id)
        shown = answer.hit(one, found.plan, marker, self.today(), ranked, pinned=one.id in found.pinned.ids)
        if debug:
            step = found.step.name if found.step else None
            shown.explain = explain(ranked, step=step, reason=shown.reason, pinned=shown.pinned)
        return shown

    async def _changed(
        self, lists: Lists, asked: Asked, found: Answered, ask: Callable[[Asked], Awaitable[Answered]]
    ) -> tuple[Change | None, Answered]:
        """The change of a question and what it then finds; a change that finds nothing is none."""
        total = await self._unfiltered(found)
        if not may_change(found.plan, found.step, total):
            return None, found
        vocabulary = await self.weights.vocabulary()
        corrector = Corrector(vocabulary, self.planner.segmenter, lists.stop_words, self.reader)
        change = await corrector.change(asked.params.q, found.plan, found.step, total)
        if change is None or not change.automatic:
            return change, found
        other = await ask(replace(asked, params=asked.params.model_copy(update={"q": change.question})))
        return (change, other) if await self._unfiltered(other) else (None, found)

    async def _unfiltered(self, found: Answered) -> int:
        """The documents found but for the filters."""
        if found.page.total or not found.conditions or found.step is None:
            return found.page.total
        return (await self.reader.search(SearchRequest(queries=found.step.queries, limit=0))).total

    async def _ask(
        self, asked: Asked, *, wanted: Wanted, planner: Planner, lists: Lists, weights: TermWeights, today: date
    ) -> Answered:
        """Plans a question and asks the engine."""
        question = asked.params.q
        plan = planner.plan(question, expand=asked.params.synonyms, weights=weights, today=today)
        pinned = await pinning.find(lists.pins.of(question, today), self.reader)
        conditions: tuple[Clause, ...] = (*_conditions(asked.params), *wanted.conditions)
        if asked.titles:
            plan, more = await titled.narrowed(plan, asked, planner.segmenter, self.reader)
            conditions += more
        plan = pinned.onto(wanted.narrowed(plan))
        few = 1 if plan.numbers or plan.partial else weights.few_with(plan.words)
        return Answered(plan, pinned, conditions, *await self._first_enough(plan, wanted, conditions, few=few))

    async def _near(self, plan: Plan) -> dict[str, float]:
        """What means much like a question in words; nothing for numbers and keywords."""
        if self.meaning is None or not plan.question.asks or plan.numbers:
            return {}
        mean_words = (await self.weights.current()).mean_words
        typed = [word for word, _ in plan.question.typed]
        return await self.meaning.near(plan.question.folded, typed, mean_words=mean_words)

    async def _first_enough(
        self, plan: Plan, wanted: Wanted, conditions: tuple[Clause, ...], *, few: int | None
    ) -> tuple[Step | None, SearchPage, asyncio.Task[SearchPage] | None, dict[str, float]]:
        """The first step that finds enough, and its page; the last one that finds anything, if none does.

        Whether a step finds enough is judged without the filters: otherwise a filter could turn a strict step into a
        relaxed one, and the total would rise when a filter is added.
        """
        if not plan.steps:
            page = await page_of(self.reader, wanted, Step("all", ()), conditions, many=True)
            return None, page.found, page.facets, {}
        best: tuple[Step, Page] | None = None
        near: dict[str, float] = {}
        for planned in plan.steps:
            if best is None and planned.loose:  # what was found as typed needs no other words
                near = near or await self._near(plan)
            step = joined(planned, near)
            # A number, or a title as it was typed, is in few documents, whose facets cost less than a call of their own.
            many = not plan.numbers and (step.enough > 1 or step.loose)
            page = await page_of(self.reader, wanted, step, conditions, many=many, known=None if step.loose else few)
            if page.candidates is not None:
                step = replace(step, candidates=page.candidates)
            total = page.found.total
            if total < step.enough and conditions:
                unfiltered = replace(request_of(wanted, step, ()), facets=(), offset=0, limit=0)
                total = (await self.reader.search(unfiltered)).total
            finds_more = best is None or page.found.total > best[1].found.total  # as a wider step must
            dropped: tuple[Step, Page] | None = (step, page)
            if page.found.total and finds_more:
                dropped, best = best, (step, page)
            if dropped is not None:
                dropped[1].drop()
            if total >= step.enough:
                break
        step, page = best or (plan.steps[0], page)
        return step, page.found, page.facets if best else None, near

    async def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        """Suggestions for a question that is being typed."""
        vocabulary = await self.weights.vocabulary()
        return await Suggester(vocabulary, self.planner.segmenter, self.reader).suggest(typed, limit)


def ranked(found: Answered, wanted: Wanted, weights: TermWeights) -> tuple[tuple[Found, ...], dict[str, Ranked]]:
    """The hits of the page in our order, and what made it: by document. Pinned go first, then asked numbers, then who cites them."""
    plan, page, step, pinned = found.plan, found.page, found.step, found.pinned
    if step is None or not reranked(wanted, step):
        return page.hits, {}
    window = page.hits[: step.window if step.candidates is None else step.candidates]
    ranked = rank(plan.question, [one.record for one in window], weights, found.near)
    reasons = [answer.reason(one.record, plan) for one in window]
    # A number with an unfinished code is what was meant, unless the number is there as it was typed.
    groups = {"number": 0, "part": 3 if "number" in reasons else 1, "cites": 2, "words": 4}
    ranked.sort(key=lambda one: (pinned.place(window[one.place].id), groups[reasons[one.place]]))
    ordered = [window[one.place] for one in ranked] + list(page.hits[len(window) :])
    parts = {window[one.place].id: one for one in ranked}
    return tuple(ordered[wanted.offset : wanted.offset + wanted.limit]), parts


def _conditions(params: SearchParams) -> tuple[Condition, ...]:
    codes = tuple(code for name in params.region for code in region_codes(name))
    found = [
        Condition(Field.REGION_CODES, codes) if codes else None,
        Condition(Field.YEAR, tuple(params.year)) if params.year else None,
        Condition(Field.ISSUERS, tuple(params.issuer)) if params.issuer else None,
        Condition(Field.GENRE, tuple(params.genre)) if params.genre else None,
        Condition(Field.CATEGORY, tuple(params.category)) if params.category else None,
        Condition(Field.VALIDITY, tuple(params.validity)) if params.validity else None,
        Condition(Field.NUMBER_KEY, (params.doc_number,)) if params.doc_number else None,
    ]
    if params.published_from or params.published_to:
        found.append(
            Condition(Field.PUBLISHED, at_least=_number(params.published_from), at_most=_number(params.published_to))
        )
    return tuple(condition for condition in found if condition)


def _number(value: date | None) -> int | None:
    return None if value is None else value.year * 10000 + value.month * 100 + value.day
