"""How a file looks from outside: what changes whenever its bytes do, but for one who sets the clock back."""

from __future__ import annotations

import os
import time
from pathlib import Path

_SETTLED_NS = 2 * 10**9  # the coarsest clock of a file system in use (FAT) has steps of two seconds


def look(file: str | Path) -> str:
    """Size, both times and the number on disk; "" when they tell nothing: the file is not there, or was written less than
    two seconds ago, and could be again without another time on it.
    """
    newest = time.time_ns() - _SETTLED_NS  # before: what is written after this is new, however long looking takes
    try:
        found = os.stat(file)  # noqa: PTH116 - a Path for each of a million files takes seconds
    except OSError:
        return ""
    if found.st_mtime_ns > newest or found.st_ctime_ns > newest:
        return ""
    return f"{found.st_size:x}.{found.st_mtime_ns:x}.{found.st_ctime_ns:x}.{found.st_ino:x}"
