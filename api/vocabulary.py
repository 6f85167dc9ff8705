"""The collection's own words in memory: how often they stand, how they sound, how they go on. Pure, read-only.

Built from the terms that the indexer counted (:mod:`engine.terms`); what is not among them is never suggested.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.schema import plain
from engine.terms import Term, TermKind

# A word of one document of many may be a slip of that document; small collections have nothing else.
_SMALL = 1000
_END = "\U0010ffff"
_KEPT = 50  # completions of one beginning
_MANY = 1000  # completions of one beginning from which on the best are remembered: finding them takes a millisecond


@dataclass(frozen=True, slots=True)
class Body:
    """An issuing body of the collection."""

    name: str
    pinyin: str
    initials: str
    frequency: int


class _Beginnings:
    """Keys in order, each with its texts, the commonest first, and the rank of the commonest of them."""

    def __init__(self, texts: dict[str, list[str]], rank: Mapping[str, int]) -> None:
        self.texts = texts
        self._keys = sorted(texts)
        self._ranks = [min(rank[text] for text in texts[key]) for key in self._keys]
        self._best: dict[str, list[str]] = {}

    def best(self, prefix: str, rank: Mapping[str, int]) -> list[str]:
        """The commonest texts of keys that begin so, at most _KEPT."""
        kept = self._best.get(prefix)
        if kept is None:
            low, high = bisect_left(self._keys, prefix), bisect_left(self._keys, prefix + _END)
            # No more than _KEPT keys can hold the _KEPT commonest texts.
            places = heapq.nsmallest(_KEPT, range(low, high), key=self._ranks.__getitem__)
            found = [text for place in places for text in self.texts[self._keys[place]]]
            kept = sorted(found, key=rank.__getitem__)[:_KEPT]
            if high - low > _MANY:
                self._best[prefix] = kept
        return kept


class Vocabulary:
    """The Chinese words of a collection and the pairs of words that often stand side by side.

    ``frequency`` has the documents of every word (政务), pair (政务公开, as it is read) and the words of other scripts;
    ``documents`` are those counted.
    """

    def __init__(self, terms: Iterable[Term] = (), documents: int = 0) -> None:
        self.documents = documents
        self.frequency: dict[str, int] = {}
        self.words: dict[str, int] = {}
        bodies: list[Body] = []
        sounds: dict[str, list[str]] = {}
        letters: dict[str, list[str]] = {}
        least = 1 if documents < _SMALL else 2
        # The commonest first, so that every list below is in that order.
        for one in sorted(terms, key=lambda one: -one.frequency):
            text = plain(one.text)
            if one.kind is TermKind.ISSUER:
                bodies.append(Body(text, one.pinyin, one.initials, one.frequency))
                continue
            if one.kind is TermKind.WORD:
                self.words[text] = one.frequency
            known = text in self.frequency
            self.frequency[text] = max(one.frequency, self.frequency.get(text, 0))
            if one.pinyin and one.frequency >= least and not known:
                sounds.setdefault(one.pinyin, []).append(text)
                letters.setdefault(one.initials, []).append(text)
        self.bodies: tuple[Body, ...] = tuple(bodies)
        several = [text for texts in sounds.values() for text in texts if len(text) > 1]
        several.sort(key=lambda text: (-self.frequency[text], text))
        self._rank = {text: place for place, text in enumerate(several)}
        self._sounds, self._letters = sounds, letters
        self._by_sound = _Beginnings(_long(sounds), self._rank)
        self._by_letters = _Beginnings(_long(letters), self._rank)
        self._by_text = _Beginnings({text: [text] for text in several}, self._rank)
        self.longest_sound = max(map(len, sounds), default=0)
        # What characters stand behind each one inside words and pairs.
        self.followers: dict[str, set[str]] = {}
        for text in several:
            for left, right in pairwise(text):
                self.followers.setdefault(left, set()).add(right)

    def __bool__(self) -> bool:
        return bool(self.frequency)

    def homophones(self, pinyin: str) -> Sequence[str]:
        """The words and pairs with that pinyin, the commonest first.

        >>> terms = [Term("公开", TermKind.WORD, 9, "gongkai", "gk"), Term("攻开", TermKind.WORD, 1, "gongkai", "gk")]
        >>> Vocabulary(terms).homophones("gongkai")
        ['公开', '攻开']
        """
        return self._sounds.get(pinyin, ())

    def of_initials(self, letters: str) -> Sequence[str]:
        """The words and pairs with these initials, the commonest first."""
        return self._letters.get(letters, ())

    def beginning_with(self, text: str, limit: int) -> list[str]:
        """The commonest words and pairs of two characters or more that begin with a text."""
        return self._by_text.best(text, self._rank)[:limit]

    def sounding_like(self, letters: str, limit: int) -> list[str]:
        """The commonest words and pairs whose pinyin begins with the letters; then those whose initials do."""
        whole = self._by_sound.best(letters, self._rank)[:limit]
        return list(dict.fromkeys([*whole, *self._by_letters.best(letters, self._rank)[:limit]]))


def _long(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without single characters, which are no suggestions."""
    return {key: found for key, every in texts.items() if (found := [text for text in every if len(text) > 1])}
