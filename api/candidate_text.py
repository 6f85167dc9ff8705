"""A candidate as the ranking reads it: its stored title and text, and where the question's words stand in them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from engine.schema import JOINER, Field, plain

_PASSAGE = 240  # characters of joined text, about 150 as read; half and twice that were no better
WINDOW = 6000  # characters of joined text of a long document, round its best passage, whose bigrams are counted
_MOST_POSITIONS = 400  # of the question's words in one text that the passage is sought among


def pattern_of(words: Mapping[str, float]) -> re.Pattern[str] | None:
    """All words at once: one pass over a text took 7 ms where ten counts took 45 (200 texts, 2.3 M characters)."""
    longest_first = sorted((word for word in words if word), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


class CandidateText:
    """A candidate's stored texts, and where the question's words stand in them.

    Line breaks and spaces are words of their own in the stored form, so each word stands between joiners.
    """

    __slots__ = ("_best", "_joined", "counts", "length", "passage", "title")

    def __init__(
        self, record: dict[str, Any], pattern: re.Pattern[str] | None, words: Mapping[str, float], *, small: bool
    ) -> None:
        title, text = str(record.get(Field.TITLE) or ""), str(record.get(Field.TEXT) or "")
        joined = f"{JOINER}{title}{JOINER}\n{JOINER}{text}{JOINER}"
        self._joined = joined.lower() if small else joined
        self.length = len(joined)
        self.title = squeezed(plain(title).lower() if small else plain(title))
        positions = self._positions(pattern) if pattern else []
        self.counts = Counter(word for _, word in positions)
        best, self._best = _best_passage(positions, words)
        self.passage = best / (sum(words.values()) or 1.0)

    def _positions(self, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
        joined = self._joined
        return [
            (match.start(), match[0])
            for match in islice(pattern.finditer(joined), _MOST_POSITIONS)
            if joined[match.start() - 1] == JOINER and joined[match.end()] == JOINER
        ]

    def window(self) -> str:
        """The plain text, of a long one the part round the best passage."""
        if self.length <= WINDOW:
            return plain(self._joined)
        start = min(max(0, self._best - WINDOW // 2), self.length - WINDOW)
        return plain(self._joined[start : start + WINDOW])


def _best_passage(positions: Sequence[tuple[int, str]], weights: Mapping[str, float]) -> tuple[float, int]:
    """The most weight of different words within _PASSAGE characters, and where that passage begins."""
    best = current = 0.0
    begin = left = 0
    held: dict[str, int] = {}
    for at, word in positions:
        times = held.get(word, 0)
        if not times:
            current += weights[word]
        held[word] = times + 1
        while at - positions[left][0] > _PASSAGE:
            gone = positions[left][1]
            held[gone] -= 1
            if not held[gone]:
                current -= weights[gone]
            left += 1
        if current > best:
            best, begin = current, positions[left][0]
    return best, begin


def squeezed(text: str) -> str:
    """A text without spaces and punctuation."""
    return re.sub(r"[\W_]+", "", text)
