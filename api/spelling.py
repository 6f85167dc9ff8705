"""Typing errors in Chinese: what in a question the collection does not have, and what was probably meant.

A stretch of a question is doubtful when it is neither a word nor a pair of words of the collection. What may have been meant
are the collection's own words and pairs that differ by one slip: another character of the same or nearly the same sound, or
of the same look; a character typed twice, left out, or changed with its neighbour. Nothing is asked of the engine
here, and nothing is changed: :mod:`api.correcting` decides what to do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from api.vocabulary import Vocabulary
from gongwen import docnumber, pinyin
from gongwen.data import rows

_RUN = re.compile("[\u4e00-\u9fff]{2,}")
# Quoted words are meant as they are; exclusions and titles likewise.
_EXACT = re.compile(r'"[^"]*"|《[^》]*》?|(?<!\S)-\S+')
_WORDS, _SHORTEST, _LONGEST = 3, 2, 6  # words and characters of a doubtful stretch
_MOST_READINGS = 64  # near-homophones of one stretch that are looked up
_MOST_CHARACTERS = 300  # of a question that are looked at
# Of the documents: single characters of more of them (部, 到, 从) stand beside each other in any sentence.
_UNREMARKABLE = 0.1
# Of the score of a fix to a question that finds. With it and the line above, 2 of 438 sentences without errors were
# changed, 11 of 292 before.
_CLEAR = 6.0
_RARE = 2  # documents: a word of so few may be a slip that these documents share with the question
# Prices in nats: how much commoner than another a word must be to be meant by the rarer kind of slip. Homophones are the
# slip of pinyin input, by which nearly all Chinese is typed; the order is judged, not fitted.
_SAME_SOUND, _TWICE, _NEAR_SOUND, _SAME_LOOK, _SWAPPED, _MISSING = 1.0, 1.0, 2.5, 2.0, 2.5, 4.0
_EACH_CHARACTER = 2.0  # a longer stretch explained is worth that for each character more


@dataclass(frozen=True, slots=True)
class Fix:
    """A doubtful stretch of a folded question, ``folded[start:end]``, the words it was cut into, and what was meant.

    ``unknown``: no word of the dictionary, nor a word or pair of the collection; else it is a rare word beside ``meant``.
    """

    start: int
    end: int
    words: tuple[str, ...]
    meant: str
    score: float
    unknown: bool = True


def fixes(words_of_runs: Sequence[tuple[int, Sequence[str]]], vocabulary: Vocabulary, *, stop_words: frozenset[str] = frozenset(), thorough: bool = False) -> list[Fix]:  # fmt: skip
    """The likeliest fixes of a question's runs, best first, none overlapping another.

    ``words_of_runs`` are (offset, words) of :func:`runs`. ``thorough``, for a question that finds nothing, also doubts
    known words that stand side by side nowhere, rare words, and looks for characters left out.
    """
    found = [
        fix
        for offset, words in words_of_runs
        for fix in _of_run(offset, words, vocabulary, stop_words, thorough=thorough)
    ]
    chosen: list[Fix] = []
    for fix in sorted(found, key=lambda one: (-one.score, one.start)):
        if all(fix.end <= other.start or fix.start >= other.end for other in chosen):
            chosen.append(fix)
    return chosen


def runs(folded: str) -> list[tuple[int, str]]:
    """The unbroken runs of Chinese in a folded question with their offsets, without what is to be taken as it is typed.

    >>> runs('政务工开 "在建工程" 国办发〔2017〕47号')
    [(0, '政务工开')]
    """
    text = folded[:_MOST_CHARACTERS]
    for start, end in [match.span() for match in _EXACT.finditer(text)] + [one.span for one in docnumber.find(text)]:
        text = text[:start] + " " * (end - start) + text[end:]
    return [(match.start(), match[0]) for match in _RUN.finditer(text)]


def replaced(text: str, chosen: Sequence[Fix]) -> str:
    """The question with the fixes made."""
    for fix in sorted(chosen, key=lambda one: -one.start):
        text = text[: fix.start] + fix.meant + text[fix.end :]
    return text


def _of_run(
    offset: int, words: Sequence[str], vocabulary: Vocabulary, stop_words: frozenset[str], *, thorough: bool
) -> Iterator[Fix]:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    for first in range(len(words)):
        for last in range(first + 1, min(first + _WORDS, len(words)) + 1):
            stretch = tuple(words[first:last])
            text = "".join(stretch)
            if not _SHORTEST <= len(text) <= _LONGEST or stop_words & set(stretch):
                continue
            frequency = vocabulary.frequency.get(text, 0)
            common = _UNREMARKABLE * vocabulary.documents
            odd = any(vocabulary.frequency.get(word, 0) <= (common if len(word) == 1 else 0) for word in stretch)
            if (frequency or not odd) and not (thorough and frequency <= _RARE):
                continue
            dearest = _dearest(stretch, thorough=thorough)
            if best := _meant(text, frequency, vocabulary, dearest):
                meant, score = best
                if not thorough and score < _CLEAR:
                    continue
                # Without guessing, the segmenter leaves no word of two characters that the dictionary does not have.
                unknown = not frequency and len(stretch) > 1
                yield Fix(offset + ends[first], offset + ends[last], stretch, meant, score, unknown)


def _dearest(stretch: Sequence[str], *, thorough: bool) -> float:
    """The dearest slip that is thought of: what is made of words of the dictionary needs a likelier one."""
    if all(len(word) > 1 for word in stretch):
        return _NEAR_SOUND if thorough and len(stretch) > 1 else _SAME_LOOK
    return _MISSING if thorough else _NEAR_SOUND


def _meant(text: str, frequency: int, vocabulary: Vocabulary, dearest: float) -> tuple[str, float] | None:
    """The likeliest word or pair behind a stretch by slips of at most that price, and how likely it is."""
    best: tuple[str, float] | None = None
    least = max(2 if vocabulary.documents > 1000 else 1, 50 * frequency)
    for candidate, price in _candidates(text, vocabulary, missing=dearest >= _MISSING):
        known = vocabulary.frequency.get(candidate, 0)
        if known < least or candidate == text or price > dearest:
            continue
        score = math.log(known) - price + _EACH_CHARACTER * len(text)
        if best is None or score > best[1]:
            best = (candidate, score)
    return best


def _candidates(text: str, vocabulary: Vocabulary, *, missing: bool) -> Iterator[tuple[str, float]]:
    yield from _by_sound(text, vocabulary)
    alike = _alike()
    for place, char in enumerate(text):
        before, after = text[:place], text[place + 1 :]
        for other in alike.get(char, ()):
            yield before + other + after, _SAME_LOOK
        if after[:1] == char:
            yield before + after, _TWICE
        if after:
            yield before + after[0] + char + after[1:], _SWAPPED
    if missing and 3 <= len(text) < _LONGEST:
        for place in range(1, len(text)):
            before, after = text[:place], text[place:]
            for char in vocabulary.followers.get(text[place - 1], ()):
                yield before + char + after, _MISSING


def _by_sound(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, float]]:
    syllables = pinyin.syllables(text)
    for candidate in vocabulary.homophones("".join(syllables)):
        if len(candidate) == len(text):
            yield candidate, _SAME_SOUND * _different(text, candidate)
    for reading in islice(product(*(sorted(pinyin.near(one)) for one in syllables)), _MOST_READINGS):
        for candidate in vocabulary.homophones("".join(reading)):
            if len(candidate) == len(text):
                yield candidate, _NEAR_SOUND * _different(text, candidate)


def _different(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


@cache
def _alike() -> dict[str, str]:
    """Character -> characters that look like it; groups of the table hold in both directions."""
    table: dict[str, str] = {}
    for row in rows("lookalikes.tsv"):
        for char in row["characters"]:
            table[char] = table.get(char, "") + row["characters"].replace(char, "")
    return table
