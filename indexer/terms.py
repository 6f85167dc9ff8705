"""Counts in how many documents each word stands, for the weights of the search (:mod:`engine.terms`).

A full count reads every stored text once. It is done when more than a twentieth of the documents changed since the last
one: a word's weight is the logarithm of its share, which so few documents hardly move.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from engine.protocol import Writer
from engine.schema import JOINER, Field
from engine.terms import TermState

STALE = 0.05  # of the documents changed since the last count: then all are counted anew
_PAGE = 500  # documents of one page: their texts are a few megabytes together
_LONGEST = 24  # characters of a word that is kept; longer ones are addresses and slips
_LOW_WATER, _TOO_MANY = 1, 2_000_000  # words counted once are dropped when there are too many to hold


class _Terms(Protocol):
    async def state(self) -> TermState | None: ...

    async def put_state(self, state: TermState) -> None: ...

    async def replace(self, counts: dict[str, int], state: TermState) -> None: ...


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
    counts: Counter[str] = Counter()
    counted = length = 0
    async for page in documents.scan([Field.TITLE, Field.TEXT], page_size=_PAGE):
        for record in page:
            words = words_of(record)
            counts.update(set(words))
            counted, length = counted + 1, length + len(words)
        if len(counts) > _TOO_MANY:
            counts = Counter({term: n for term, n in counts.items() if n > _LOW_WATER})
    await terms.replace(dict(counts), TermState(counted, length / max(1, counted), 0, secrets.token_hex(6)))
    return True


def words_of(record: dict[str, Any]) -> list[str]:
    """The words of a stored record's title and text, in small letters, without punctuation and overlong ones.

    >>> words_of({"title": "在建\\u200c工程", "text": "在建\\u200c工程\\u200c,\\n2016\\u200c年"})
    ['在建', '工程', '在建', '工程', '2016', '年']
    """
    texts: Iterable[str] = (record.get(Field.TITLE) or "", record.get(Field.TEXT) or "")
    pieces = JOINER.join(texts).casefold().replace("\n", JOINER).replace(" ", JOINER).split(JOINER)
    return [word for word in pieces if word[:1].isalnum() and len(word) <= _LONGEST]
