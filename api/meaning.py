"""Candidates by meaning: documents near to a question in words that it does not use (optional extra ``wenhao[semantic]``).

Only questions in words have them: a number, a title or keywords say exactly what is wanted. The nearest are sought in the
whole index, whatever the filters, so that a filter never adds a document; they join the keyword candidates as one more
query, so that totals, facets and pages count them.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from api import queries
from api.plan import Step
from api.term_weights import CHECK_SECONDS
from engine.protocol import Query

NEAREST = 400
"""Candidates by meaning. Lay questions on articles of law, even half, beside the 200 nearest by words, MRR@10 / R@10 / R@100:
.463 / .534 / .732 without, .472 / .553 / .750 with 200, .476 / .563 / .778 with 400, which take the engine 15 ms more."""
# Of longer documents as many as make so many words: what they cost is reading their texts. Citizens' questions on notices among
# whole laws (876, 2,000 words in the middle), MRR@10 / R@10 / R@100: .912 / .986 / .995 by words alone, p50 / p95 38 / 54 ms;
# .912 / .989 / .997 with 50, 73 / 94 ms; .911 / .986 / .997 with 100; .909 / .987 / .997 with 400, which take three times as long.
_WORDS, _FEWEST = 60_000, 50
# As the best of the chain by words: all of them are then among those that we rank, and none takes a keyword candidate's place.
_WEIGHT = queries.APART**2
# One in so many of the candidates by words must be there beside those by meaning: as good as always, once they are sought at
# all. With one in 4, some questions were still asked for twice (p95 153 instead of 132 ms).
_FEW_BY_WORDS = 20


class Passages(Protocol):
    """Where the nearest passages are found."""

    async def any(self) -> bool:
        """Return True when some document has passages."""

    async def nearest(self, vector: Sequence[float], limit: int) -> dict[str, float]:
        """Return document -> cosine, the nearest first."""

    async def aclose(self) -> None:
        """Close the connection."""


Encoder = Callable[[Sequence[str]], list[list[float]]]
"""Makes vectors of texts."""


class Meaning:
    """Finds what means much like a question; loads its model at the first one, if any document has passages."""

    def __init__(self, load: Callable[[], Encoder], passages: Passages) -> None:
        self._load = load
        self._passages = passages
        self._encoder: Encoder | None = None
        self._loading = asyncio.Lock()
        self._looked = -math.inf

    async def near(self, question: str, words: Sequence[str] = (), *, mean_words: float = 0.0) -> dict[str, float]:
        """Document -> how much nearer it is than the farthest of those sought, 0 to about 0.5; {} without passages.

        At most NEAREST are sought, fewer in a collection whose documents have many words (``mean_words``).
        ``words`` are those of the question that say something (not 请问, 怎么办); what lies between it and them is sought. Lay
        questions on articles of law, MRR@10 / R@10 / R@100: .470 / .558 / .779 with the question alone, .475 / .557 / .781 so.

        Raises ``EngineUnavailable`` when the engine is away.
        """
        encoder = await self._ready()
        if encoder is None:
            return {}
        said = "".join(words)
        vectors = await asyncio.to_thread(encoder, [question, said] if said else [question])
        found = await self._passages.nearest(_between(vectors), _candidates(mean_words))
        least = min(found.values(), default=0.0)
        return {document: cosine - least for document, cosine in found.items()}

    async def _ready(self) -> Encoder | None:
        if self._encoder is not None:
            return self._encoder
        async with self._loading:
            if time.monotonic() - self._looked > CHECK_SECONDS:
                self._looked = time.monotonic()
                if await self._passages.any():
                    self._encoder = await asyncio.to_thread(self._load)
            return self._encoder

    async def aclose(self) -> None:
        """Close the connection."""
        await self._passages.aclose()


def _candidates(mean_words: float) -> int:
    return min(NEAREST, max(_FEWEST, int(_WORDS / max(1.0, mean_words))))


def _between(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The vector of length 1 that lies between some others."""
    added = [sum(values) for values in zip(*vectors, strict=True)]
    length = math.hypot(*added) or 1.0
    return [value / length for value in added]


def joined(step: Step, near: Mapping[str, float]) -> Step:
    """A step with these documents as further candidates, ranked with the others; only loose steps have them."""
    if not step.loose or not near:
        return step
    without = step.queries[0].without if step.queries else ()
    return replace(
        step,
        queries=(*step.queries, Query(ids=tuple(near), without=without, weight=_WEIGHT)),
        window=step.window + len(near),
        # Some are near by words and by meaning: to make good for them all were asked for twice, 30 ms of 130. Few beside
        # those of meaning are there where nothing tells the nearest by words.
        least=len(near) + step.window // _FEW_BY_WORDS,
    )
