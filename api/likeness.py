"""How much two documents speak of the same: the words they share, weighed by how rare they are. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from api.term_weights import TermWeights
from engine.schema import JOINER, Field

_READ = 20_000
"""Characters of a joined text that are looked at: the beginning of a document says what it is about."""
_TITLE = 3
"""A word of the title counts as often."""
_COMMON = 1.5
"""Words that weigh less stand in one document of five or more and say nothing about the subject."""


def profile(record: Mapping[str, Any], weights: TermWeights) -> dict[str, float]:
    """The weighed words of a stored document, scaled so that the product of two profiles is at most 1.

    Words of one character and numbers are left out: they stand everywhere. {} for a document without words.
    """
    title = str(record.get(Field.TITLE) or "").split(JOINER)
    text = str(record.get(Field.TEXT) or "")[:_READ].split(JOINER)
    counts = Counter(word for word in title * _TITLE + text if len(word) > 1 and not word.isascii() and word.isalnum())
    weighed = {word: weight * (1 + math.log(n)) for word, n in counts.items() if (weight := weights(word)) > _COMMON}
    length = math.sqrt(sum(value * value for value in weighed.values()))
    return {word: value / length for word, value in weighed.items()} if length else {}


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two profiles, 0 to 1.

    >>> likeness({"湿地": 1.0}, {"湿地": 0.6, "保护": 0.8})
    0.6
    """
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[word] for word, value in one.items() if word in other)
