"""Asking a ranker all questions of a set: first for the ranking, then again for the time a page takes."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from bench.quality.documents import Question
from bench.quality.metrics import Judged, ranks_of

DEPTH = 100
PAGE = 10
TIMED = 100
"""Questions whose time is taken, a seeded sample: p95 of 100 has five questions above it."""


class Ranker(Protocol):
    """Anything that ranks documents for a question."""

    @property
    def name(self) -> str:
        """The row of the table."""

    def rank(self, question: str, limit: int) -> list[str]:
        """Names of at most ``limit`` documents, best first."""


def ask(
    ranker: Ranker,
    questions: Sequence[Question],
    *,
    workers: int = 1,
    depth: int = DEPTH,
    timed: int = TIMED,
    same: Mapping[str, str] | None = None,
) -> list[Judged]:
    """Every question judged, in order. Times are taken one question after the other, when all has been asked once.

    ``same``: copies of one document by the name of one of them. They count as that one, for every ranker alike: which of
    three printings of a notice a set takes for the right one is chance.

    Raises what the ranker raises.
    """
    with ThreadPoolExecutor(workers) as pool:
        rankings = list(pool.map(lambda one: tuple(ranker.rank(one.text, depth)), questions))
    pages = _pages(ranker, questions, timed)
    same = same or {}
    judged = []
    for one, ranking in zip(questions, rankings, strict=True):
        ms, page = pages.get(one.qid, (None, ranking[:PAGE]))
        gold = {same.get(name, name) for name in one.gold}
        ranks = ranks_of(gold, [same.get(name, name) for name in ranking])
        judged.append(Judged(one.qid, one.kind, len(gold), ranks, ranking, ms, page == ranking[: len(page)]))
    return judged


def _pages(ranker: Ranker, questions: Sequence[Question], timed: int) -> dict[str, tuple[float, tuple[str, ...]]]:
    """The time in milliseconds and the first page of each question of a seeded sample."""
    pages = {}
    for one in random.Random(1).sample(list(questions), min(timed, len(questions))):
        started = time.perf_counter()
        page = tuple(ranker.rank(one.text, PAGE))
        pages[one.qid] = (1000 * (time.perf_counter() - started), page)
    return pages
