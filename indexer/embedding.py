"""Vectors of the passages of all documents, made after the documents are searchable, and renewed when a text changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from engine.passages import Passage, PassageWriter
from engine.protocol import Writer
from engine.schema import Field, plain
from gongwen import passages

_PAGE = 500  # documents whose texts are held at once
_STORED = 3000  # passages of one task of the engine, which takes a second for any; as Python floats they are 50 MB
_TOGETHER = 32  # passages encoded in one call: 64 were no faster

_Text = tuple[str, int, str, str]  # document, place, digest, text


class Encoder(Protocol):
    """Makes vectors of texts."""

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors of some texts."""


async def embed(
    writer: Writer, store: PassageWriter, encoder: Encoder, progress: Callable[[int, int], None]
) -> tuple[int, int]:
    """Brings the passages in line with the documents; returns how many documents got vectors, and how many lost them.

    ``progress`` is called with documents done and documents to do. Killed anywhere, the next run does what is left: a
    document counts as done when its passages hold the digest of its text. Raises engine errors.
    """
    held = await store.held()
    current: dict[str, str] = {}
    async for page in writer.scan((Field.ID, Field.CONTENT_HASH)):
        current.update((row[Field.ID], row.get(Field.CONTENT_HASH) or "") for row in page)
    gone = [document for document in held if document not in current]
    changed = [document for document, digest in held.items() if document in current and current[document] != digest]
    if gone or changed:
        await store.remove([*gone, *changed])
    wanted = {document for document, digest in current.items() if held.get(document) != digest}
    if not wanted:
        return 0, len(gone)
    done = 0
    texts: list[_Text] = []
    storing: asyncio.Task[None] | None = None

    async def store_all() -> None:
        nonlocal storing, texts
        made = await asyncio.to_thread(_encoded, texts, encoder)
        texts = []
        if storing is not None:
            await storing
        storing = asyncio.create_task(store.put(made))  # while the next ones are encoded

    fields = (Field.ID, Field.TITLE, Field.TEXT, Field.CONTENT_HASH)
    try:
        async for page in writer.scan(fields, page_size=_PAGE):
            for row in page:
                if row[Field.ID] in wanted:
                    texts += _texts(row)
                    done += 1
                if len(texts) >= _STORED:
                    await store_all()
                    progress(done, len(wanted))
        await store_all()
    finally:
        if storing is not None:
            await storing
    progress(done, len(wanted))
    return done, len(gone)


def _texts(row: dict[str, Any]) -> list[_Text]:
    """Document, place, digest and text of the passages of a record."""
    found = passages.cut(plain(row.get(Field.TITLE) or ""), plain(row.get(Field.TEXT) or ""))
    return [(row[Field.ID], place, row.get(Field.CONTENT_HASH) or "", text) for place, text in enumerate(found)]


def _encoded(texts: list[_Text], encoder: Encoder) -> list[Passage]:
    """Texts of like length together, for all of one call are worked on in the length of the longest."""
    by_length = sorted(texts, key=lambda one: len(one[3]))
    found = []
    for start in range(0, len(by_length), _TOGETHER):
        some = by_length[start : start + _TOGETHER]
        vectors = encoder([text for *_, text in some])
        found += [
            Passage(document, place, digest, vector)
            for (document, place, digest, _), vector in zip(some, vectors, strict=True)
        ]
    return found
