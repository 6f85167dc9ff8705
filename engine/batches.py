"""Records as the engine takes them: checked, encoded, and cut into tasks by their size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from engine.protocol import Encoded
from gongwen.errors import InputError

BATCH_BYTES = 8 * 1024 * 1024
"""Size of one task: small enough to lose little when killed, and far below the engine's limit of 100 MB."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")


def check_id(value: object) -> str:
    """Return the id; raises :class:`InputError` when the engine would refuse it (and with it its whole batch)."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InputError(f"document id {value!r} must be 1 to 511 characters out of A-Z a-z 0-9 _ -")
    return value


def batches(encoded: Iterable[bytes], limit: int = BATCH_BYTES) -> Iterator[bytes]:
    """Yield JSON arrays of at most ``limit`` bytes; a single record above it goes alone."""
    rows: list[bytes] = []
    size = 2
    for row in encoded:
        if rows and size + len(row) + 1 > limit:
            yield b"[" + b",".join(rows) + b"]"
            rows, size = [], 2
        rows.append(row)
        size += len(row) + 1
    if rows:
        yield b"[" + b",".join(rows) + b"]"


def encode(record: Mapping[str, Any] | Encoded) -> bytes:
    """Return a record as JSON; raises :class:`InputError` with its id when it holds what JSON cannot."""
    if isinstance(record, Encoded):
        return record.body
    try:
        # NON_STR_KEYS: records may be built with schema.Field as keys.
        return orjson.dumps(dict(record), option=orjson.OPT_NON_STR_KEYS)
    except TypeError as error:
        raise InputError(f"document {record.get('id')!r} cannot be stored: {error}") from error


def id_of(record: Mapping[str, Any] | Encoded) -> object:
    """Return the id of a record, as it stands there."""
    return record.id if isinstance(record, Encoded) else record.get("id")
