"""Following folders: what changes in them is in the index a few seconds later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event

import watchfiles
from rich.console import Console

from engine.client import Connection
from gongwen.errors import EngineError, InputError
from wenhao.indexing import sync_folders
from wenhao.lock import AlreadyIndexing
from wenhao.reporting import report

_QUIET_MS = 1500
"""So long nothing must have changed before it is read: a file that is being copied is not read half."""
_LONGEST_MS = 15_000
_RETRY_MS = 10_000


def watch(folders: Sequence[Path], connection: Connection, console: Console, stop: Event | None = None) -> None:
    """Brings the index in line with the folders now and after each change, until interrupted or ``stop`` is set.

    A change that cannot be brought in (another indexer is at work, the engine is away) is tried again every ten seconds.
    Raises :class:`~gongwen.errors.InputError` for a folder that is not there at the start.
    """
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        raise InputError(f"{missing[0]}: there is no such folder; give the folder that holds the documents")
    waiting = not _brought(folders, connection, console)
    changes = watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_RETRY_MS,
        yield_on_timeout=True,
    )
    for found in changes:
        if found or waiting:
            waiting = not _brought(folders, connection, console)


def _brought(folders: Sequence[Path], connection: Connection, console: Console) -> bool:
    try:
        report(sync_folders(folders, connection), console)
    except (AlreadyIndexing, EngineError, InputError) as error:
        console.print(f"[yellow]暂未编入[/]：{error}（十秒后再试）", markup=True, soft_wrap=True)
        return False
    return True
