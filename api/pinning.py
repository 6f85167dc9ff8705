"""Pinned documents in an answer: found by the engine like any other, so that totals, facets, filters and pages hold for
them too, and put first by weight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.pins import Pin
from api.plan import Plan
from engine.protocol import MAX_PARTS, Condition, Hit, Query, Reader, SearchRequest
from engine.schema import JOINER, Field
from gongwen.types import DocNumber

# Above a number's own document (9): relevance scores are at most 1.
_WEIGHT = 30.0
_WORD = re.compile(r"\w")
# Documents of one number; a joint issue may be stored by several sites.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Pinned:
    """The documents pinned for a question, in the editor's order, and queries that find them."""

    ids: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()

    def place(self, document_id: str) -> int:
        """The place of a document among the pinned; after them all when it is none."""
        return self.ids.index(document_id) if document_id in self.ids else len(self.ids)

    def onto(self, plan: Plan) -> Plan:
        """The plan that also finds the pinned documents, in each of its steps."""
        if not self.queries:
            return plan
        return replace(plan, steps=tuple(replace(step, queries=(*self.queries, *step.queries)) for step in plan.steps))


async def find(pins: Sequence[Pin], reader: Reader) -> Pinned:
    """What pins mean in the index as it is now; a document that is not there is left out.

    Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
    """
    ids: dict[str, None] = {}
    queries: dict[Query, None] = {}
    for pin in pins:
        named = Condition(Field.NUMBER_KEY, (str(pin.number),)) if pin.number else Condition(Field.ID, (pin.document,))
        request = SearchRequest(conditions=(named,), limit=_MOST, fields=(Field.TITLE, Field.DOC_NUMBER))
        for hit in (await reader.search(request)).hits:
            query = _query(hit, pin.number)
            if query and (pin.number or hit.id == pin.document):  # the engine compares without letter case
                ids[hit.id] = None
                queries[replace(query, weight=_WEIGHT - len(ids))] = None
    return Pinned(tuple(ids), tuple(queries))


def _query(hit: Hit, number: DocNumber | None) -> Query | None:
    """A query for one document: by its number, else by its whole title."""
    if number:
        return Query(phrases=(number.parts,), fields=(Field.DOC_NUMBER,))
    if stored := hit.record.get(Field.DOC_NUMBER):
        return Query(phrases=(tuple(stored.split(JOINER)),), fields=(Field.DOC_NUMBER,))
    phrases: list[list[str]] = [[]]
    for word in str(hit.record.get(Field.TITLE) or "").split(JOINER):
        if _WORD.search(word):
            phrases[-1].append(word)
        elif phrases[-1]:  # the engine does not index punctuation
            phrases.append([])
    found = tuple(tuple(words) for words in phrases if words)[:MAX_PARTS]
    return Query(phrases=found, fields=(Field.TITLE,)) if found else None
