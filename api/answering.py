"""A search for a visitor: answered, counted, and, where that is wanted, written down for those who mend the word lists."""

from __future__ import annotations

from fastapi import Request

from api.answer_cache import AnswerCache, Given
from api.guard.addresses import address_of
from api.guard.metrics import Metrics
from api.guard.query_log import QueryLog
from api.schemas import SearchAnswer, SearchParams


async def give(request: Request, params: SearchParams) -> Given:
    """The answer to a search as JSON. Raises what the search raises."""
    state = request.app.state
    answers: AnswerCache = state.answers
    metrics: Metrics = state.metrics
    given = await answers.give(params)
    metrics.searches.labels(given.told.relaxed or "no", "found" if given.told.total else "nothing").inc()
    metrics.kept.labels("yes" if given.kept else "no").inc()
    log: QueryLog | None = state.query_log
    if log is not None:
        log.write(params, given.told, address_of(request.scope, state.trusted))
    return given


async def answer(request: Request, params: SearchParams) -> SearchAnswer:
    """The same as an object, for the pages."""
    return SearchAnswer.model_validate_json((await give(request, params)).body)
