"""A question typed in Latin letters, read as pinyin or as its initials, in words of the collection.

zhengwugongkai, zheng wu gong kai and zwgk are all 政务公开. Which words were meant is decided by how often the collection has
them; whether they stand together in a document, :mod:`api.correcting` asks the engine.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from api.vocabulary import Vocabulary
from gongwen import pinyin

_KEPT = 5  # readings of each beginning of a token
_WORDS_OF_SOUND = 8  # words of one sound that are tried
_WORDS_OF_INITIALS = 12
_SINGLE = 3.0  # in nats: a single character is a word of its own in few questions (省, 县)
_STRANGE = 3.0  # two words that stand side by side in at most one document
_MOST_LETTERS = 60  # of one token
_TRIED = 200  # combinations of the tokens' readings that are ordered


@dataclass(frozen=True, slots=True)
class Reading:
    """What letters can mean: the words of each token, and how likely they are (natural logarithm)."""

    tokens: tuple[tuple[str, ...], ...]
    score: float

    @property
    def question(self) -> str:
        """As it would be typed: 政务公开 年度报告."""
        return " ".join("".join(words) for words in self.tokens)


def readings(question: str, vocabulary: Vocabulary, limit: int) -> list[Reading]:
    """The likeliest readings of a question, best first; none when it is not all pinyin or initials.

    >>> from engine.terms import Term, TermKind
    >>> terms = [Term("政务", TermKind.WORD, 9, "zhengwu", "zw"), Term("公开", TermKind.WORD, 8, "gongkai", "gk")]
    >>> [one.question for one in readings("zhengwugongkai", Vocabulary(terms, 10), 1)]
    ['政务公开']
    >>> readings("covid", Vocabulary(terms, 10), 1)
    []
    """
    letters = pinyin.typed(question)
    if not letters:
        return []
    tokens = letters.split(" ")
    if len(tokens) > 1 and all(len(token) == 1 or pinyin.is_syllable(token) for token in tokens):
        tokens = ["".join(tokens)]  # zheng wu gong kai
    found = []
    for token in tokens:
        of_token = _of_token(token, vocabulary)
        if not of_token:
            return []
        found.append(of_token)
    return _combined(found, limit)


def _of_token(token: str, vocabulary: Vocabulary) -> list[tuple[float, tuple[str, ...]]]:
    if len(token) > _MOST_LETTERS:
        return []
    return _by_sound(token, vocabulary) or _by_initials(token, vocabulary)


def _by_sound(token: str, vocabulary: Vocabulary) -> list[tuple[float, tuple[str, ...]]]:
    """The best ways to read a token as words one after another, best first."""
    best: list[list[tuple[float, tuple[str, ...]]]] = [[] for _ in range(len(token) + 1)]
    best[0] = [(0.0, ())]
    for end in range(1, len(token) + 1):
        ways = (
            (score + _likelihood(word, vocabulary) - _apart(words, word, vocabulary), (*words, word))
            for start in range(max(0, end - vocabulary.longest_sound), end)
            if best[start]
            for word in vocabulary.homophones(token[start:end])[:_WORDS_OF_SOUND]
            for score, words in best[start]
        )
        kept = _WORDS_OF_SOUND if end == len(token) else _KEPT
        best[end] = heapq.nlargest(kept, ways)
    return best[-1]


def _by_initials(token: str, vocabulary: Vocabulary) -> list[tuple[float, tuple[str, ...]]]:
    """Words and pairs with these initials; a longer token may be two of them."""
    if len(token) < 2:
        return []
    found: list[tuple[float, tuple[str, ...]]] = [
        (_likelihood(word, vocabulary), (word,))
        for word in vocabulary.of_initials(token)[:_WORDS_OF_INITIALS]
        if len(word) > 1
    ]
    for cut in range(2, len(token) - 1):
        found += [
            (_likelihood(one, vocabulary) + _likelihood(other, vocabulary) - _STRANGE, (one, other))
            for one in vocabulary.of_initials(token[:cut])[:_KEPT]
            for other in vocabulary.of_initials(token[cut:])[:_KEPT]
        ]
    return heapq.nlargest(_WORDS_OF_INITIALS, found)


def _apart(words: Sequence[str], word: str, vocabulary: Vocabulary) -> float:
    """The price of a word behind others that it is never seen behind; a pair of known neighbours is a word itself."""
    return _STRANGE if words and words[-1][-2:] + word[:2] not in vocabulary.frequency else 0.0


def _likelihood(word: str, vocabulary: Vocabulary) -> float:
    share = (vocabulary.frequency[word] + 0.5) / (vocabulary.documents + 1.0)
    return math.log(share) - (_SINGLE if len(word) == 1 else 0.0)


def _combined(found: Sequence[list[tuple[float, tuple[str, ...]]]], limit: int) -> list[Reading]:
    """The best choices of one reading for each token; so many of each that there are about _TRIED choices."""
    each = max(2, int(_TRIED ** (1 / len(found))))

    def choices() -> Iterator[Reading]:
        for chosen in product(*(of_token[:each] for of_token in found[:6]), *(of_token[:1] for of_token in found[6:])):
            yield Reading(tuple(words for _, words in chosen), sum(score for score, _ in chosen))

    best: dict[str, Reading] = {}
    for one in sorted(choices(), key=lambda one: -one.score):  # 政务|公开 and the pair 政务公开 are one question
        best.setdefault(one.question, one)
    return list(best.values())[:limit]
