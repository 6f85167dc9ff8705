"""Bulk requests: what is to be done with each document, a line or two each, cut by size. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from engine.batches import BATCH_BYTES


@dataclass(frozen=True, slots=True)
class Action:
    """What is done with the document ``id``: ``index``, ``update`` or ``delete`` (without ``body``)."""

    id: str
    kind: str
    body: bytes | None

    def lines(self) -> bytes:
        """The lines, each with its end."""
        head = orjson.dumps({self.kind: {"_id": self.id}}) + b"\n"
        return head if self.body is None else head + self.body + b"\n"


def requests(actions: Sequence[Action], limit: int = BATCH_BYTES) -> Iterator[list[Action]]:
    """Yield the actions in requests of at most ``limit`` bytes; a single one above it goes alone."""
    rows: list[Action] = []
    size = 0
    for action in actions:
        length = len(action.body or b"") + 64
        if rows and size + length > limit:
            yield rows
            rows, size = [], 0
        rows.append(action)
        size += length
    if rows:
        yield rows
