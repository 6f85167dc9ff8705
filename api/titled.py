"""Words wanted in the title (标题:养老): searched there alone, or, beside other words, as a condition on the documents."""

from __future__ import annotations

import re
from dataclasses import replace

from api.fields import Asked
from api.plan import Plan
from engine.protocol import MAX_PARTS, Condition, Query, Reader, SearchRequest
from engine.schema import Field
from gongwen.normalize import fold
from gongwen.words import Segmenter

_RUN = re.compile(r"\w+")
# The engine cannot join two queries by "and", so the documents with such a title are a list in the filter. 5,000 ids take it
# 10 ms; with more, the newest are meant.
_MOST = 5000


async def narrowed(
    plan: Plan, asked: Asked, segmenter: Segmenter, reader: Reader
) -> tuple[Plan, tuple[Condition, ...]]:
    """The plan and the conditions by which all that is found has the words of ``asked.titles`` in its title.

    Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
    """
    runs = [run for title in asked.titles for run in _RUN.findall(fold(title))]
    phrases = [tuple(words) for run in runs if (words := segmenter.words(run))][:MAX_PARTS]
    if not phrases:
        return plan, ()
    query = Query(phrases=tuple(phrases), fields=(Field.TITLE,))
    if asked.only_titles:
        first = replace(plan.steps[0], name="phrase", queries=(query,), enough=1) if plan.steps else None
        return replace(plan, steps=(first,) if first else ()), ()
    request = SearchRequest(queries=(query,), limit=_MOST, sort=(f"{Field.DAY}:desc",), fields=(Field.ID,))
    ids = tuple(hit.id for hit in (await reader.search(request)).hits)
    return plan, (Condition(Field.ID, ids or ("-",)),)
