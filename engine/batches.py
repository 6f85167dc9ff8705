"""Records as the engine takes them: checked, encoded, and cut into tasks by their size."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from engine.protocol import Encoded
from gongwen.errors import DiskAlmostFull, InputError

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


def checked(record: Mapping[str, Any] | Encoded) -> Mapping[str, Any] | Encoded:
    """Return the record; raises as :func:`check_id` does."""
    check_id(id_of(record))
    return record


class Spool:
    """Batches that wait, on the disk of the data folder (or where temporary files are kept) instead of in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder if folder and folder.exists() else None)  # noqa: SIM115
        self._places: list[tuple[int, int]] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def count(self) -> int:
        return len(self._places)

    @property
    def size(self) -> int:
        """Bytes of all batches."""
        return sum(size for _, size in self._places)

    def add(self, body: bytes) -> int:
        """Return the number under which a batch is kept; raises :class:`DiskAlmostFull` when there is no room for it."""
        try:
            start = self._file.seek(0, 2)
            self._file.write(body)
            self._file.flush()
        except OSError as error:
            raise DiskAlmostFull(
                f"{len(body)} bytes that wait for the engine cannot be kept: {error.strerror or error}; nothing more was "
                "written and nothing is lost: free space, then run `wenhao sync` again"
            ) from error
        self._places.append((start, len(body)))
        return len(self._places) - 1

    def read(self, number: int) -> bytes:
        """Return the batch of that number."""
        start, size = self._places[number]
        self._file.seek(start)
        return self._file.read(size)


def id_of(record: Mapping[str, Any] | Encoded) -> object:
    """Return the id of a record, as it stands there."""
    return record.id if isinstance(record, Encoded) else record.get("id")
