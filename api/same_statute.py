"""How much the other articles of a statute answer a question. Pure.

Where the law is published article by article, what it says on a matter stands in a few articles of one statute: beside
three good answers from 劳动合同法, a fourth article of it is likelier than an equally worded one of another law.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

_BEST = 50
"""Candidates whose statutes count, the best by score. 20 and 100 were as good (statutes, even half)."""
_SHARP = 5.0
"""A candidate counts e times less for each 0.2 of score that the best has more; 3 to 12 were as good."""


def shares(statutes: Sequence[str | None], scores: Sequence[float]) -> list[float]:
    """For each candidate the share of what counts that the other articles of its statute have, 0 to 1; 0 for no article.

    ``statutes`` are the statutes of the candidates, None for what is no article; ``scores`` say how well each answers.

    >>> shares(["劳动合同法", "劳动合同法", "民法典", None], [1.0, 1.0, 1.0, 1.0])
    [0.25, 0.25, 0.0, 0.0]
    """
    if not any(statutes):
        return [0.0] * len(statutes)
    best = sorted(range(len(scores)), key=lambda place: -scores[place])[:_BEST]
    counts = {place: math.exp(_SHARP * (scores[place] - scores[best[0]])) for place in best}
    total = sum(counts.values())
    held: defaultdict[str | None, float] = defaultdict(float)
    for place, count in counts.items():
        held[statutes[place]] += count
    return [
        (held[statute] - counts.get(place, 0.0)) / total if statute and statute in held else 0.0
        for place, statute in enumerate(statutes)
    ]
