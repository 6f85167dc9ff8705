"""What of the documents that a question finds is wanted: which pass, in what order, which stretch of them, which fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api import standing
from api.plan import Plan
from api.schemas import SearchParams
from engine.protocol import Clause, Condition
from engine.schema import Field

FACETS = (Field.PLACE, Field.YEAR, Field.ISSUERS, Field.GENRE, Field.CATEGORY, Field.VALIDITY)
"""The facets of a page of results; :func:`api.answer.facets` makes of them what the interface names."""

NEEDED = (Field.TITLE, Field.TEXT, Field.NUMBER_KEY, Field.CITE_KEYS, Field.ISSUER, Field.REGION, Field.YEAR, Field.SIGNED, Field.PUBLISHED, Field.GENRE, Field.REGION_CODES, Field.DAY, Field.VALIDITY, Field.COPIES, *standing.NEEDED)  # fmt: skip
"""The fields that ranking and validity read; they always come."""

NO_COPIES = Condition(Field.COPY_OF, absent=True)
"""Of the copies of one document only the one that stands for them is found."""

_SORTS = {"relevance": (), "newest": (f"{Field.DAY}:desc",), "oldest": (f"{Field.DAY}:asc",)}
# Steps that find only documents with all words of the question, or with its number.
_STRICT = ("phrase", "all", "number")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stretch of what is found: ``limit`` documents from ``offset`` on, of those that pass ``conditions``.

    ``sort`` in the engine's words (none: by relevance), ``facets`` to count, ``fields`` beside :data:`NEEDED`.
    ``hidden``: what is never among the found, whatever is asked: copies, unless they are wanted. ``only_in``: the question's words are searched in these fields alone. ``strict``: all of them must occur.
    ``late``: facets of what is likely much are counted aside, while the found are ranked. ``partial_ok``: who asked is told
    when part of a cluster did not answer.
    """

    conditions: tuple[Clause, ...] = ()
    hidden: tuple[Clause, ...] = (NO_COPIES,)
    facets: tuple[Field, ...] = ()
    sort: tuple[str, ...] = ()
    offset: int = 0
    limit: int = 10
    fields: tuple[str, ...] = ()
    only_in: tuple[Field, ...] | None = None
    strict: bool = False
    late: bool = False
    partial_ok: bool = False

    @classmethod
    def of(cls, params: SearchParams) -> Wanted:
        """What the parameters of a search want: a page of hits and the facets of the result page."""
        return cls(
            hidden=() if params.copies else (NO_COPIES,),
            facets=FACETS,
            sort=_SORTS[params.sort],
            offset=(params.page - 1) * params.per_page,
            limit=params.per_page,
        )

    @property
    def by_relevance(self) -> bool:
        """True when our ranking decides the order, and there is something to put in order."""
        return not self.sort and self.limit > 0

    def narrowed(self, plan: Plan) -> Plan:
        """The plan that asks only in the wanted fields, and strictly where that is wanted.

        A plan of a question with words keeps at least one step: a plan without any means all documents.
        """
        steps = plan.steps
        if self.strict and steps:
            steps = tuple(step for step in steps if step.name in _STRICT) or steps[:1]
        if self.only_in is not None:
            fields = tuple(str(field) for field in self.only_in)
            steps = tuple(
                replace(step, queries=tuple(dict.fromkeys(replace(query, fields=fields) for query in step.queries)))
                for step in steps
            )
        return replace(plan, steps=steps)
