"""Following folders: what changes in them is in the index a few seconds later."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Event

import watchfiles
from rich.console import Console
from rich.markup import escape

from engine.client import Connection
from gongwen.errors import EngineError, InputError
from wenhao.indexing import sync_folders
from wenhao.lock import AlreadyIndexing
from wenhao.reporting import report

_QUIET_MS = 1000
"""So long nothing must have changed before it is read: a file that is being copied is not read half."""
_LONGEST_MS = 15_000
_RETRY_SECONDS = 10.0
_WHOLE_SECONDS = 3600.0
"""After so long every file is looked at again: a system under load may not report every change."""
_MOST_TOUCHED = 10_000  # changes; with more, looking at every file costs no more


def watch(folders: Sequence[Path], connection: Connection, console: Console, stop: Event | None = None) -> None:
    """Brings the index in line with the folders now and after each change, until interrupted or ``stop`` is set.

    A change that cannot be brought in (another indexer is at work, the engine is away, a manifest is wrong) is tried again every ten seconds.
    Only what the system reports as written is looked at, and every file at the start and once an hour.
    Raises :class:`~gongwen.errors.InputError` for a folder that is not there at the start.
    """
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        raise InputError(f"{missing[0]}: there is no such folder; give the folder that holds the documents")
    touched: set[str] | None = None  # None: all may be
    looked = tried = -math.inf
    changes = watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_QUIET_MS,
        yield_on_timeout=True,
    )
    for found in changes:  # the system is asked to report before the first of these comes
        if touched is not None:
            touched.update(os.path.realpath(path) for _, path in found)
        now = time.monotonic()
        if touched is None or len(touched) > _MOST_TOUCHED or now - looked > _WHOLE_SECONDS:
            touched = None
        elif not touched:
            continue
        if not found and now - tried < _RETRY_SECONDS:
            continue
        tried = now
        if _brought(folders, connection, console, touched):
            looked = now if touched is None else looked
            touched = set()


def _brought(
    folders: Sequence[Path], connection: Connection, console: Console, touched: Collection[str] | None
) -> bool:
    try:
        done = sync_folders(folders, connection, touched=touched)
    except (AlreadyIndexing, EngineError, InputError) as error:
        console.print(f"[yellow]暂未编入[/]：{escape(str(error))}（十秒后再试）", markup=True, soft_wrap=True)
        return False
    report(done, console)
    return not done.missing  # else what was written there would be forgotten
