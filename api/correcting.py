"""Whether a question is asked in other words than it was typed: typing errors, and pinyin where words were meant.

A question that finds is not changed. It is changed by itself when it finds nothing, or when a stretch of it is no word of the
collection and stands in no document of it; everything else is only offered.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from api import latin, spelling
from api.latin import Reading
from api.plan import Plan, Step
from api.spelling import Fix
from api.vocabulary import Vocabulary
from engine.protocol import MAX_PARTS, Query, Reader, SearchRequest
from gongwen.normalize import normalize
from gongwen.words import Segmenter

_READINGS = 24  # of pinyin, that the engine counts: 2 ms each, together
# Of 100 questions of three words in pinyin, 85 were read rightly with 0.25, 84 with 1.
_COMMON = 0.25  # of how common the words are, beside how many documents hold them together
_NOWHERE = 0.01  # documents, for none
_FIXES = 2  # in one question; with more it is better typed again
_FEW = 3  # documents: a question that finds fewer may have been meant otherwise
_COMMONER = 50  # times: so much commoner must be what is offered for words that some document has


@dataclass(frozen=True, slots=True)
class Change:
    """The question as it was probably meant; ``automatic`` when it is to be asked at once."""

    question: str
    automatic: bool


def may_change(plan: Plan, step: Step | None, total: int) -> bool:
    """False for a question that nobody would correct, since it found ``total`` documents by a step of its plan."""
    if step is None or plan.numbers:
        return False
    if total and step.name == "number":  # a code left unfinished is no word, and it finds its document
        return False
    return total < _FEW or step.name not in ("phrase", "number", "code")


@dataclass(frozen=True, slots=True)
class Corrector:
    """Finds changes with the collection's vocabulary; it asks the engine how many documents hold what was typed."""

    vocabulary: Vocabulary
    segmenter: Segmenter
    stop_words: frozenset[str]
    reader: Reader

    async def change(self, question: str, plan: Plan, step: Step | None, total: int) -> Change | None:
        """The change of a question that found ``total`` documents, without its filters, by a step of its plan; else None.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        if not self.vocabulary or not may_change(plan, step, total):
            return None
        text = normalize(question).text.strip()
        if readings := latin.readings(text, self.vocabulary, _READINGS):
            reading = await self._commonest(readings)
            return Change(reading.question, automatic=not total)
        return await self._respelled(text, total)

    async def _respelled(self, text: str, total: int) -> Change | None:
        folded = normalize(text).folded
        cut = [(offset, self.segmenter.words(run)) for offset, run in spelling.runs(folded)]
        found = spelling.fixes(cut, self.vocabulary, stop_words=self.stop_words, thorough=total < _FEW)[:_FIXES]
        if not found:
            return None
        if not total:
            return Change(spelling.replaced(text, found), automatic=not any(map(_is_another_word, found)))
        held = await asyncio.gather(*(self._count((fix.words,)) for fix in found))
        absent = [fix for fix, count in zip(found, held, strict=True) if fix.unknown and not count]
        if absent:
            return Change(spelling.replaced(text, absent), automatic=True)
        rare = [fix for fix, count in zip(found, held, strict=True) if self._much_commoner(fix, count)]
        return Change(spelling.replaced(text, rare), automatic=False) if rare and total < _FEW else None

    def _much_commoner(self, fix: Fix, count: int) -> bool:
        return self.vocabulary.frequency.get(fix.meant, 0) >= _COMMONER * max(1, count)

    async def _commonest(self, readings: Sequence[Reading]) -> Reading:
        """The reading whose words stand together in most documents, all in one and each token's side by side, weighed with
        how common they are; the likeliest one when none do."""
        counts = await asyncio.gather(*(self._count(self._phrases(reading)) for reading in readings))
        return max(
            zip(readings, counts, strict=True), key=lambda one: math.log(one[1] + _NOWHERE) + _COMMON * one[0].score
        )[0]

    def _phrases(self, reading: Reading) -> tuple[tuple[str, ...], ...]:
        found = [tuple(self.segmenter.words("".join(words))) for words in reading.tokens]
        return tuple([words for words in found if not set(words) <= self.stop_words] or found)[:MAX_PARTS]

    async def _count(self, phrases: tuple[tuple[str, ...], ...]) -> int:
        return (await self.reader.search(SearchRequest(queries=(Query(phrases=phrases),), limit=0))).total


def _is_another_word(fix: Fix) -> bool:
    """True when no character of what was typed stays (市监 -> 时间): that is a guess at what was meant, to be offered only."""
    typed = "".join(fix.words)
    return len(typed) == len(fix.meant) and all(one != other for one, other in zip(typed, fix.meant, strict=True))
