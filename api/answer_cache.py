"""Answers kept as the bytes they were sent as, as long as nothing has changed that they were made from.

A question that was answered is answered again from memory when the indexes, the word lists, the word weights and the day
are the same; whether they are is asked each time, which takes the engine half a millisecond. Nothing is ever answered
from an older state.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date

import orjson

from api.schemas import SearchAnswer, SearchParams
from api.search import Searcher
from api.term_weights import TermWeights
from api.word_lists import Lists


@dataclass(frozen=True, slots=True)
class _State:
    """What an answer was made from. The lists and weights are compared as objects: they are replaced, never changed."""

    version: str
    lists: Lists
    weights: TermWeights
    today: date

    def same(self, other: _State) -> bool:
        return (
            self.version == other.version
            and self.lists is other.lists
            and self.weights is other.weights
            and self.today == other.today
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of an answer without reading it: total, how far the question was relaxed, what it was changed to."""

    total: int
    relaxed: str | None
    corrected: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as JSON, what can be said of it, and whether it came from memory."""

    body: bytes
    told: Told
    kept: bool = False
    partial: bool = False


@dataclass(slots=True)
class AnswerCache:
    """Answers searches, from memory where it can; ``size`` answers are kept (some 20 kB each), none with 0."""

    searcher: Searcher
    size: int
    _kept: OrderedDict[bytes, Given] = field(default_factory=OrderedDict)
    _state: _State | None = None

    def __len__(self) -> int:
        return len(self._kept)

    async def give(self, params: SearchParams) -> Given:
        """The answer to a search. Raises what :meth:`api.search.Searcher.search` raises."""
        state = await self._now() if self.size and not params.debug else None
        if state is None:
            return _given(await self.searcher.search(params))
        key = orjson.dumps(params.model_dump(mode="json"))
        if self._state is None or not state.same(self._state):
            self._kept.clear()
            self._state = state
        elif (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return kept
        given = _given(await self.searcher.search(params))
        if state.same(self._state) and not given.partial:  # nothing was found changed while this was answered
            self._kept[key] = replace(given, kept=True)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return given

    async def _now(self) -> _State | None:
        version = await self.searcher.reader.version()
        if version is None:
            return None
        searcher = self.searcher
        return _State(version, searcher.lists.current(), await searcher.weights.current(), searcher.today())


def _given(answer: SearchAnswer) -> Given:
    told = Told(answer.total, answer.relaxed, answer.corrected.to if answer.corrected else None)
    return Given(answer.model_dump_json().encode(), told, partial=answer.partial)
