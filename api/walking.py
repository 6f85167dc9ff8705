"""All documents of a search, one after the other: for exports in one go, and by a cursor past the limit of pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from api.asking import request_of, reranked
from api.plan import Step
from api.schemas import SearchParams
from api.search import Searcher, ranked
from api.wanted import Wanted
from engine.protocol import Condition, SearchRequest
from engine.schema import MAX_TOTAL, Field
from gongwen.errors import InputError

_WALKED = 1000  # documents of a page of an export
_LOOK_BACK = 100
"""Documents of the cursor's own day that are read again, to find the place when some were added or taken away there."""

Records = AsyncIterator[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk stands: the day it has come to (None: documents without one), how many documents of that day were
    given, and the last one. ``search`` tells whose walk it is."""

    search: str
    day: int | None
    given: int
    last: str

    def __str__(self) -> str:
        packed = orjson.dumps([self.search, self.day, self.given, self.last])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, search: str) -> Cursor:
        """The cursor that :meth:`__str__` wrote. Raises :class:`~gongwen.errors.InputError` for any other text, and for
        the cursor of another search."""
        try:
            found, day, given, last = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            cursor = cls(str(found), None if day is None else int(day), int(given), str(last))
        except (binascii.Error, ValueError, TypeError) as error:
            raise InputError("cursor：不是本接口给出的", "cursor: not one that this interface gave") from error
        if cursor.search != search or not 0 <= cursor.given < MAX_TOTAL:
            raise InputError("cursor：属于另一次检索", "cursor: it belongs to another search")
        return cursor


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks through what a search finds."""

    searcher: Searcher

    async def walk(self, params: SearchParams, shown: tuple[Field, ...], most: int) -> Records:
        """The records of all that a search finds, a page at a time, at most so many; ranked ones first, then the engine's order."""
        found = await self.searcher.answered(params.model_copy(update={"page": 1, "per_page": 1}))
        wanted, step = Wanted.of(params.model_copy(update={"page": 1, "per_page": 1})), found.step or Step("all", ())
        first: list[str] = []
        if reranked(wanted, step):
            weights = await self.searcher.weights.current()
            first = [one.id for one in ranked(found, replace(wanted, limit=100), weights)[0]]
        offset, given = 0, 0
        request = replace(request_of(wanted, step, found.conditions), facets=(), fields=shown)
        while given < most:
            page = await self.searcher.reader.search(replace(request, offset=offset, limit=_WALKED))
            records = [hit.record for hit in page.hits]
            if offset == 0:
                place = {document: at for at, document in enumerate(first)}
                records.sort(key=lambda record: place.get(record[Field.ID], len(place)))
            if records:
                yield records[: most - given]
            given, offset = given + len(records), offset + _WALKED
            if len(page.hits) < _WALKED:
                return

    async def scroll(
        self, params: SearchParams, shown: tuple[Field, ...], limit: int, cursor: str | None
    ) -> tuple[list[dict[str, Any]], int, str | None]:
        """So many records from a cursor on (None: from the newest), the total, and the cursor of what follows (None: nothing).

        Newest day first, documents without a day last. What is added or taken away meanwhile on other days moves nothing;
        on the cursor's own day the place is found by its last document. Raises :class:`~gongwen.errors.InputError` for a
        cursor of another search.
        """
        name = _name(params)
        found = await self.searcher.answered(params)
        step = found.step or Step("all", ())
        request = SearchRequest(
            queries=step.queries,
            conditions=(*Wanted.of(params).hidden, *found.conditions),
            sort=(f"{Field.DAY}:desc",),
            limit=limit,
            fields=tuple(dict.fromkeys((*shown, Field.DAY))),
        )
        at = Cursor.read(cursor, name) if cursor else None
        records = await self._from(request, at, limit)
        if len(records) < limit:
            return records, found.page.total, None
        return records, found.page.total, str(_after(records, at, name))

    async def _from(self, request: SearchRequest, at: Cursor | None, limit: int) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        if at is None or at.day is not None:
            dated = Condition(Field.DAY, at_least=0) if at is None else Condition(Field.DAY, at_most=at.day)
            records = await self._page(replace(request, conditions=(*request.conditions, dated)), at, limit)
        if len(records) < limit:
            undated = replace(request, conditions=(*request.conditions, Condition(Field.DAY, absent=True)), sort=())
            rest = at if at is not None and at.day is None else None
            records += await self._page(undated, rest, limit - len(records))
        return records

    async def _page(self, request: SearchRequest, at: Cursor | None, limit: int) -> list[dict[str, Any]]:
        """The records behind the cursor's last document, or behind as many as were given if it is gone."""
        if at is None:
            page = await self.searcher.reader.search(replace(request, limit=limit))
            return [hit.record for hit in page.hits]
        start = max(0, at.given - _LOOK_BACK)
        page = await self.searcher.reader.search(replace(request, offset=start, limit=at.given - start + _LOOK_BACK + limit))  # fmt: skip
        ids = [hit.id for hit in page.hits]
        place = ids.index(at.last) + 1 if at.last in ids else at.given - start
        return [hit.record for hit in page.hits[place : place + limit]]


def _after(records: list[dict[str, Any]], before: Cursor | None, search: str) -> Cursor:
    day = records[-1].get(Field.DAY)
    given = sum(1 for record in records if record.get(Field.DAY) == day)
    if before is not None and before.day == day:
        given += before.given
    return Cursor(search, day, given, str(records[-1][Field.ID]))


def _name(params: SearchParams) -> str:
    """Ten digits of what is searched, whatever the page."""
    asked = params.model_dump(mode="json", exclude={"page", "per_page", "debug", "sort"})
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:10]
