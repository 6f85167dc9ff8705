"""Room on the disk of the private engine: one threshold for writing, warning and the gauge.

An engine whose disk is full does not fail: it tries the same task again for ever, and every later write waits behind it
(DESIGN section 7). So we stop before that.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.settings import EngineSettings
from gongwen.errors import DiskAlmostFull

LEAST_FREE = 200_000_000
"""Bytes that are always kept free: the engine's own growth while it merges, its log, and ours."""

FACTOR = 20
"""Bytes the engine may need for a byte of records under way. Measured on a file system of its own: laws, batches of 8 MB,
6.9 to 12.1 bytes at the most while they were written, 48 MB at once 5.7; text of random characters 15 to 30."""


def folder(settings: EngineSettings) -> Path | None:
    """Return the data folder of the private engine; None for an engine run elsewhere, whose disk we cannot see."""
    return settings.data_dir.absolute() if settings.private else None


def free_bytes(place: Path) -> int:
    """Return the free bytes where the folder is, or where it would be made."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def needed_bytes(under_way: int = 0) -> int:
    """Return the bytes that must be free while so many bytes of records are under way."""
    return max(LEAST_FREE, FACTOR * under_way)


def problem(place: Path, under_way: int = 0) -> str | None:
    """Return in one line why nothing should be written there, None when there is room."""
    free, needed = free_bytes(place), needed_bytes(under_way)
    if free >= needed:
        return None
    return f"only {free / 1e6:.0f} MB free for {place}, {needed / 1e6:.0f} MB are needed"


def check(settings: EngineSettings, under_way: int) -> None:
    """Raise :class:`DiskAlmostFull` when the private engine has too little room for the records under way (bytes)."""
    place = folder(settings)
    found = problem(place, under_way) if place else None
    if found:
        raise DiskAlmostFull(
            f"{found}; nothing more was written and nothing is lost: free space, then run `wenhao sync` again "
            "(searches go on meanwhile)"
        )
