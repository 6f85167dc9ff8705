"""Counts in how many documents each word, pair of words and issuing body stands (:mod:`engine.terms`).

A full count reads every stored text once. It is done when more than a twentieth of the documents changed since the last
one: a word's weight is the logarithm of its share, which so few documents hardly move.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any, Protocol

from engine.protocol import Writer
from engine.schema import JOINER, Field
from engine.terms import MOST, Term, TermKind, TermState
from gongwen import pinyin
from indexer import counting
from indexer.counting import HAN, Counts

FEW = 1_000
"""Documents that are counted as soon as other processes have started."""
STALE = 0.05  # of the documents changed since the last count: then all are counted anew
_PAGE = 100  # documents of one page: their texts are a few megabytes together
_TOGETHER = 250  # documents whose counts are added at once, most of whose words are the same; 500 were no faster and take 50 MB more
# Terms of one kind that are held while counting, in multiples of those kept: about 170 bytes each, so 240 MB for all. Beyond
# it the rarest are dropped, as lossy counting does (Manku and Motwani, VLDB 2002): a count may then be too small by the counts
# dropped before, ones and twos, where the rarest kept has more.
_HELD = 3
_LEAST_PAIR = 2  # documents; a pair that stands in one says nothing of the language


class _Terms(Protocol):
    async def state(self) -> TermState | None: ...

    async def put_state(self, state: TermState) -> None: ...

    async def replace(self, terms: Iterable[Term], state: TermState) -> None: ...


class _Counting(Protocol):
    """Processes that count (:class:`indexer.workers.Workers`)."""

    count: int

    async def counted(self, records: Sequence[Mapping[str, Any]]) -> Counts: ...

    def rest(self) -> None: ...


async def update(documents: Writer, terms: _Terms, changed: int, workers: _Counting | None = None) -> bool:
    """Counts anew when that is due after ``changed`` documents were written or deleted; True when it was.

    With ``workers``, many documents are counted in other processes.
    """
    before = await terms.state()
    if before is not None and not changed:
        return False
    total = await documents.count()
    if before is not None and before.changed + changed <= STALE * total:
        state = TermState(before.documents, before.mean_words, before.changed + changed, before.stamp)
        await terms.put_state(state)
        return False
    whole = Counts()
    async with aclosing(_counted(documents, workers if total > FEW else None)) as parts:
        async for part in parts:
            whole.add(part)
            for kind, found in whole.terms.items():
                whole.terms[kind] = _commonest(found, _HELD * MOST[kind])
    if workers is not None:
        workers.rest()  # to choose the terms and read them out takes as much memory here as they have
    state = TermState(whole.documents, whole.words / max(1, whole.documents), 0, secrets.token_hex(6))
    await terms.replace(_kept(whole.terms), state)
    return True


async def _counted(documents: Writer, workers: _Counting | None) -> AsyncGenerator[Counts, None]:
    """Yield the counts of a few hundred documents after another, in their order, so that every run drops the same."""
    waiting: deque[asyncio.Task[Counts]] = deque()
    try:
        async for records in _parts(documents):
            if workers is None:
                yield counting.count(records)
                continue
            waiting.append(asyncio.create_task(workers.counted(records)))
            if len(waiting) > workers.count:  # one more than they are; the counts of each that waits are some 15 MB
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()


async def _parts(documents: Writer) -> AsyncIterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    async for page in documents.scan([Field.TITLE, Field.TEXT, Field.ISSUERS], page_size=_PAGE):
        part += page
        if len(part) >= _TOGETHER:
            yield part
            part = []
    if part:
        yield part


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
    if not HAN.fullmatch(word):
        return "", ""
    syllables = pinyin.syllables(word)
    return "".join(syllables), "".join(one[0] for one in syllables)
