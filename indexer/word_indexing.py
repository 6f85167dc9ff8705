"""The word index brought in line with the documents' index, from which it is derived."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from engine.protocol import Writer
from engine.word_index import FIELDS, WordIndexWriter

_ASKED = 1_000  # documents of one question to the engine: of the longest laws 100 MB


async def update(
    writer: Writer, words: WordIndexWriter, changed: Collection[str] | None, before: str, version: str
) -> None:
    """Makes the word index hold what the documents' index holds, which is of ``version`` now.

    ``changed`` are the ids of all documents that were written, removed, or became or ceased to be copies since that index was
    of the version ``before``; None: that is not known. A word index of another version is made anew, of a million documents in
    two minutes. Raises engine errors.
    """
    if words.is_of(version):
        return
    known = changed is not None and words.is_of(before)
    words.begin(anew=not known)
    if known and changed is not None:
        ids = sorted(changed)
        words.remove(ids)
        for start in range(0, len(ids), _ASKED):
            async for page in writer.scan(FIELDS, only=ids[start : start + _ASKED]):
                words.put(page)
    else:
        async for page in writer.scan(FIELDS, page_size=_ASKED):
            words.put(page)
    await asyncio.to_thread(words.finish, version)
