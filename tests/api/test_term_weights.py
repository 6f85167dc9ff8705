"""The counts of words in use: who waits for them, and what happens when they cannot be had."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from api import term_weights
from api.term_weights import CurrentWeights
from api.vocabulary import Vocabulary
from engine.terms import Term, TermKind, TermState
from gongwen.errors import EngineUnavailable

TERMS = [Term("公开", TermKind.WORD, 3, "gongkai", "gk"), Term("政务公开", TermKind.PAIR, 2, "zhengwugongkai", "zwgk")]


class Counted:
    """Counts as an engine has them; ``stamp`` changes when the indexer counts anew."""

    def __init__(self, terms: Sequence[Term] = TERMS, stamp: str = "1") -> None:
        self.stored, self.stamp = list(terms), stamp

    async def state(self) -> TermState | None:
        return TermState(9, 100.0, 0, self.stamp)

    async def terms(self) -> list[Term]:
        return self.stored

    async def aclose(self) -> None:
        pass


class Away(Counted):
    """Answers from the second time on."""

    asked = 0

    async def state(self) -> TermState | None:
        self.asked += 1
        if self.asked == 1:
            raise EngineUnavailable("away")
        return await super().state()


async def test_a_question_waits_for_the_weights_and_not_for_the_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slow(terms: Sequence[Term], documents: int) -> Vocabulary:
        assert go_on.wait(10)
        return Vocabulary(terms, documents)

    used = CurrentWeights(Counted())
    monkeypatch.setattr(term_weights, "Vocabulary", slow)
    assert (await asyncio.wait_for(used.current(), 5)).frequencies == {"公开": 3}
    waiting = asyncio.create_task(used.vocabulary())
    await asyncio.sleep(0.05)
    assert not waiting.done(), "who corrects waits for the words to correct by"
    go_on.set()
    assert (await waiting).homophones("gongkai") == ["公开"]
    await used.aclose()


async def test_new_counts_come_with_their_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_weights, "CHECK_SECONDS", -1.0)
    source = Counted()
    used = CurrentWeights(source)
    first = await used.vocabulary()
    source.stored, source.stamp = [*TERMS, Term("公示", TermKind.WORD, 1, "gongshi", "gs")], "2"
    seen = set()
    for _ in range(200):
        weights, vocabulary = await used.current(), await used.vocabulary()
        seen.add((len(weights.frequencies), vocabulary is first))
        if vocabulary is not first:
            break
        await asyncio.sleep(0.01)
    assert seen == {(1, True), (2, False)}, "an answer that is kept is known by its weights"
    await used.aclose()


async def test_without_counts_nobody_waits() -> None:
    for source in (None, Away()):
        used = CurrentWeights(source)
        assert not (await asyncio.wait_for(used.current(), 5)).documents
        assert not await asyncio.wait_for(used.vocabulary(), 5)
        await used.aclose()


async def test_who_asks_when_the_engine_is_back_waits_for_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_weights, "CHECK_SECONDS", -1.0)
    used = CurrentWeights(Away())
    assert not (await used.current()).documents
    assert (await asyncio.wait_for(used.current(), 5)).documents == 9
    await used.aclose()


async def test_nobody_waits_for_weights_that_are_fetched_no_more() -> None:
    used = CurrentWeights(Counted())
    waiting = asyncio.create_task(used.current())
    used.begin()
    await used.aclose()
    await asyncio.wait_for(waiting, 5)
