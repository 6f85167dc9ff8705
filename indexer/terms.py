"""Counts in how many documents each word, pair of words and issuing body stands (:mod:`engine.terms`).

A full count reads every stored text once. It is done when more than a twentieth of the documents changed since the last
one: a word's weight is the logarithm of its share, which so few documents hardly move.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, Protocol

from engine.protocol import Writer
from engine.schema import JOINER, Field
from engine.terms import MOST, Term, TermKind, TermState
from gongwen import pinyin
from gongwen.data import rows

STALE = 0.05  # of the documents changed since the last count: then all are counted anew
_PAGE = 100  # documents of one page: their texts are a few megabytes together
_LONGEST = 24  # characters of a word that is kept; longer ones are addresses and slips
# Terms of one kind that are held while counting, in multiples of those kept: about 170 bytes each, so 240 MB for all. Beyond
# it the rarest are dropped, as lossy counting does (Manku and Motwani, VLDB 2002): a count may then be too small by the counts
# dropped before, ones and twos, where the rarest kept has more.
_HELD = 3


_HAN = re.compile("[\u4e00-\u9fff]+")
_LONGEST_PAIR = 8  # characters; longer neighbours are names that stand in the issuers or titles
_LEAST_PAIR = 2  # documents; a pair that stands in one says nothing of the language


class _Terms(Protocol):
    async def state(self) -> TermState | None: ...

    async def put_state(self, state: TermState) -> None: ...

    async def replace(self, terms: Iterable[Term], state: TermState) -> None: ...


async def update(documents: Writer, terms: _Terms, changed: int) -> bool:
    """Counts anew when that is due after ``changed`` documents were written or deleted; True when it was."""
    before = await terms.state()
    if before is not None and not changed:
        return False
    total = await documents.count()
    if before is not None and before.changed + changed <= STALE * total:
        state = TermState(before.documents, before.mean_words, before.changed + changed, before.stamp)
        await terms.put_state(state)
        return False
    counts: dict[TermKind, Counter[str]] = {kind: Counter() for kind in TermKind}
    counted = length = 0
    async for page in documents.scan([Field.TITLE, Field.TEXT, Field.ISSUERS], page_size=_PAGE):
        for record in page:
            pieces = _pieces(record)
            words = _words(pieces)
            counts[TermKind.WORD].update(set(words))
            counts[TermKind.PAIR].update(pairs_of(pieces))
            counts[TermKind.ISSUER].update(set(record.get(Field.ISSUERS) or ()))
            counted, length = counted + 1, length + len(words)
        for kind, found in counts.items():
            counts[kind] = _commonest(found, _HELD * MOST[kind])
    state = TermState(counted, length / max(1, counted), 0, secrets.token_hex(6))
    await terms.replace(_kept(counts), state)
    return True


def _commonest(found: Counter[str], most: int) -> Counter[str]:
    """Those counted more than once when there are more than ``most``; more than twice when half of ``most`` would stay."""
    rarest = 1
    while len(found) > (most if rarest == 1 else most // 2):
        found = Counter({term: n for term, n in found.items() if n > rarest})
        rarest += 1
    return found


def _kept(counts: dict[TermKind, Counter[str]]) -> Iterator[Term]:
    """The commonest terms of each kind, with their pinyin. Empties ``counts`` on the way, for all of it is large."""
    for kind in list(counts):
        least = _LEAST_PAIR if kind is TermKind.PAIR else 1
        found = counts.pop(kind)
        # Two sorts of the texts alone, for tuples of a million terms would take 150 MB: the second keeps the order of equals.
        for text in sorted(sorted(found), key=found.__getitem__, reverse=True)[: MOST[kind]]:
            frequency = found[text]
            if frequency < least:
                break
            # A pair is read by its words: a quarter of the time.
            sounds = [_sound(word) for word in text.split(JOINER)]
            read = all(sound for sound, _ in sounds)
            yield Term(text, kind, frequency, *(map("".join, zip(*sounds, strict=True)) if read else ("", "")))


@lru_cache(50_000)
def _sound(word: str) -> tuple[str, str]:
    """The pinyin and the initials of a Chinese word, empty for any other."""
    if not _HAN.fullmatch(word):
        return "", ""
    syllables = pinyin.syllables(word)
    return "".join(syllables), "".join(one[0] for one in syllables)


def pairs_of(pieces: Sequence[str]) -> set[str]:
    """The pairs of Chinese words that stand side by side, joined: two words of two characters or more, or one with the
    category that segmentation cut off it.

    >>> [pair.replace("\u200c", "|") for pair in sorted(pairs_of(["政务", "公开", ",", "衢州", "市", "的", "通知"]))]
    ['政务|公开', '衢州|市']
    """
    found: set[str] = set()
    before = ""
    for word in pieces:
        first, second = _sides(word)
        if before and second and len(before) + len(word) <= _LONGEST_PAIR:
            found.add(f"{before}{JOINER}{word}")
        before = word if first else ""
    return found


@lru_cache(200_000)
def _sides(word: str) -> tuple[bool, bool]:
    """Whether a word may be the first of a pair, and the second."""
    han = _HAN.fullmatch(word) is not None
    return han and len(word) > 1, han and (len(word) > 1 or word in _suffixes())


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(row["text"] for row in rows("word_affixes.tsv") if row["kind"] == "suffix")


def words_of(record: dict[str, Any]) -> list[str]:
    """The words of a stored record's title and text, in small letters, without punctuation and overlong ones.

    >>> words_of({"title": "在建\\u200c工程", "text": "在建\\u200c工程\\u200c,\\n2016\\u200c年"})
    ['在建', '工程', '在建', '工程', '2016', '年']
    """
    return _words(_pieces(record))


def _words(pieces: Iterable[str]) -> list[str]:
    return [piece for piece in pieces if piece[:1].isalnum() and len(piece) <= _LONGEST]


def _pieces(record: dict[str, Any]) -> list[str]:
    """Words, punctuation, and a space where one word does not stand next to the other: at spaces and line ends."""
    texts = (str(record.get(field) or "") for field in (Field.TITLE, Field.TEXT))
    apart = f"{JOINER} {JOINER}"
    return apart.join(texts).casefold().replace("\n", " ").replace(" ", apart).split(JOINER)
