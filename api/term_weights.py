"""How much a word says: its weight by the number of documents that hold it, as the indexer counted."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from api.vocabulary import Vocabulary
from engine.terms import Term, TermKind, TermState
from gongwen import pinyin
from gongwen.errors import WenhaoError

_log = logging.getLogger("wenhao.api")
CHECK_SECONDS = 30.0
"""How often the counts are looked at for a newer count."""
_RARE = 0.05  # below the share from which an engine counts facets in another way (engine.faceting)


@dataclass(frozen=True, slots=True)
class TermWeights:
    """Document frequencies of a collection of ``documents`` documents with ``mean_words`` words on the average."""

    frequencies: Mapping[str, int] = field(default_factory=dict)
    documents: int = 0
    mean_words: float = 800.0

    def __call__(self, word: str) -> float:
        """The weight of a word: ln(1 + (N - n + 0.5) / (n + 0.5)), Robertson's form, never below 0.

        A word that was never counted weighs as one that stands in a single document. Without counts all weigh the same.

        >>> weights = TermWeights({"通知": 900, "湿地": 3}, 1000)
        >>> round(weights("通知"), 2), round(weights("湿地"), 2)
        (0.11, 5.66)
        """
        if not self.documents:
            return 1.0
        n = min(self.frequencies.get(word, 1), self.documents)
        return math.log(1 + (self.documents - n + 0.5) / (n + 0.5))

    def few_with(self, words: Iterable[str]) -> int | None:
        """About how many documents have all the words, when one of the words is rare; None when they may be many.

        >>> weights = TermWeights({"通知": 900, "湿地": 3}, 1000)
        >>> weights.few_with(["湿地", "通知"]), weights.few_with(["通知"])
        (3, None)
        """
        least = min((self.frequencies.get(word.casefold(), 1) for word in words), default=self.documents)
        return least if self.documents and least < _RARE * self.documents else None


class Counts(Protocol):
    """Where the counts come from."""

    async def state(self) -> TermState | None:
        """Return what the counts are of."""

    async def terms(self) -> list[Term]:
        """Return the terms with the number of documents they stand in."""

    async def aclose(self) -> None:
        """Close the connection."""


class CurrentWeights:
    """The weights and the vocabulary in use, renewed in the background when the indexer has counted anew."""

    def __init__(self, source: Counts | None = None) -> None:
        self.weights = TermWeights()
        self._vocabulary = Vocabulary()
        self._source = source
        self._stamp: str | None = None
        self._checked = -math.inf
        self._renewing: asyncio.Task[None] | None = None
        self._weighed = asyncio.Event()

    async def current(self) -> TermWeights:
        """The weights; calls before the first ones are there wait for them, later ones never wait."""
        self.begin()
        if self._renewing is not None:
            await self._weighed.wait()
        return self.weights

    async def vocabulary(self) -> Vocabulary:
        """The vocabulary, which takes longer to be there the first time; else as :meth:`current`."""
        await self.current()
        if self._stamp is None and self._renewing is not None:
            await asyncio.shield(self._renewing)  # the caller may go away; the others wait for the same task
        return self._vocabulary

    def begin(self) -> None:
        """Begin to fetch the weights when they were not looked at for CHECK_SECONDS; returns at once.

        Called when the service starts, for 180,000 terms take two seconds that the first question would wait, and the
        vocabulary as long again.
        """
        if self._source is not None and time.monotonic() - self._checked > CHECK_SECONDS:
            self._checked = time.monotonic()
            if not self.weights.documents:
                self._weighed.clear()
            self._renewing = asyncio.create_task(self._renew(self._source))

    async def _renew(self, source: Counts) -> None:
        try:
            state = await source.state()
            if state is None or state.stamp == self._stamp:
                return
            terms = await source.terms()
            frequencies = {term.text: term.frequency for term in terms if term.kind is TermKind.WORD}
            weights = TermWeights(frequencies, state.documents, state.mean_words)
            if self._stamp is None:
                self.weights = weights
                self._weighed.set()
            # Aside, since 180,000 terms take two seconds, and the table of readings a second when first used.
            vocabulary = await asyncio.to_thread(Vocabulary, terms, state.documents)
            await asyncio.to_thread(pinyin.is_syllable, "pin")
            # Together, for an answer that is kept is known by its weights.
            self.weights, self._vocabulary, self._stamp = weights, vocabulary, state.stamp
        except WenhaoError as error:
            _log.warning("word weights were not renewed: %s", error)
        finally:
            self._weighed.set()

    async def aclose(self) -> None:
        """Stop renewing."""
        if self._renewing is not None:
            self._renewing.cancel()
        self._weighed.set()  # one that was cancelled before it began does not say so
        if self._source is not None:
            await self._source.aclose()
