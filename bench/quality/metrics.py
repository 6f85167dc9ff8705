"""The measures of a ranking. All are means over questions; a question whose right answer is not found counts 0.

``ranks`` are the places of the right documents that were found, counted from 1; ``wanted`` is how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judged:
    """What one ranker did with one question: where the right documents stand, what it ranked, how long it took.

    ``ms`` is None when the time of this question was not taken; ``steady`` tells whether the page of ten that was asked
    for then is the beginning of the hundred that were judged.
    """

    qid: str
    kind: str
    wanted: int
    ranks: tuple[int, ...]
    ranking: tuple[str, ...] = ()
    ms: float | None = None
    steady: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table. Shares lie between 0 and 1, times are milliseconds (None: not taken)."""

    questions: int
    mrr10: float
    r1: float
    r10: float
    r100: float
    ndcg10: float
    s1: float
    s10: float
    p50: float | None = None
    p95: float | None = None


def ranks_of(gold: Collection[str], ranking: Sequence[str]) -> tuple[int, ...]:
    """The ranks of the right documents; one that occurs twice counts where it occurs first.

    >>> ranks_of({"a", "b", "z"}, ["x", "a", "a", "b"])
    (2, 3)
    """
    distinct = list(dict.fromkeys(ranking))
    return tuple(rank for rank, name in enumerate(distinct, 1) if name in gold)


def reciprocal_rank(ranks: Sequence[int], depth: int = 10) -> float:
    """One over the rank of the first right document, 0 below ``depth`` (MRR is the mean of these)."""
    return 1 / ranks[0] if ranks and ranks[0] <= depth else 0.0


def recall(ranks: Sequence[int], wanted: int, depth: int) -> float:
    """The share of the right documents that stand in the first ``depth``."""
    return sum(rank <= depth for rank in ranks) / wanted if wanted else 0.0


def success(ranks: Sequence[int], depth: int = 10) -> float:
    """1 when any right document stands in the first ``depth``."""
    return float(bool(ranks) and ranks[0] <= depth)


def ndcg(ranks: Sequence[int], wanted: int, depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002, logarithm of base 2)."""
    best = sum(1 / math.log2(place + 1) for place in range(1, min(wanted, depth) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks if rank <= depth) / best if best else 0.0


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of the values do not exceed (nearest rank); None of none.

    >>> percentile([5, 1, 3], 0.5)
    3
    """
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)] if values else None


def figures(judged: Sequence[Judged]) -> Figures:
    """The means over questions; zeros when there is none."""
    count = len(judged)
    times = [one.ms for one in judged if one.ms is not None]

    def mean(values: Sequence[float]) -> float:
        return sum(values) / count if count else 0.0

    return Figures(
        questions=count,
        mrr10=mean([reciprocal_rank(one.ranks) for one in judged]),
        r1=mean([recall(one.ranks, one.wanted, 1) for one in judged]),
        r10=mean([recall(one.ranks, one.wanted, 10) for one in judged]),
        r100=mean([recall(one.ranks, one.wanted, 100) for one in judged]),
        ndcg10=mean([ndcg(one.ranks, one.wanted) for one in judged]),
        s1=mean([success(one.ranks, 1) for one in judged]),
        s10=mean([success(one.ranks) for one in judged]),
        p50=percentile(times, 0.50),
        p95=percentile(times, 0.95),
    )
