"""A database made beside the one in use (from a snapshot, or upgraded from a copy) and put in its place when it is well.

The old database is not touched until the new one has been checked; whoever is killed before leaves it in use.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import databases, space
from engine.server import alone
from engine.settings import EngineSettings
from gongwen.errors import SettingsError


@contextmanager
def beside(settings: EngineSettings, needed: int) -> Iterator[EngineSettings]:
    """Hold the data folder alone and yield settings of an empty folder in it; what is in that at a fault is removed.

    ``needed``: bytes that the new database may take. Raises :class:`SettingsError` for an engine run elsewhere, a folder
    in use, or too little space.
    """
    if not settings.private:
        raise SettingsError(
            "MEILI_URL or OPENSEARCH_URL names an engine run elsewhere; do this where that engine runs (docs/operations.md)"
        )
    folder = settings.data_dir.absolute()
    with alone(folder):
        work = folder / "exchange"
        shutil.rmtree(work, ignore_errors=True)
        free = space.free_bytes(folder)
        if free < needed + space.LEAST_FREE:
            raise SettingsError(f"only {free / 1e6:.0f} MB free for {folder}, {(needed + space.LEAST_FREE) / 1e6:.0f} MB are needed beside the old data; free space")  # fmt: skip
        work.mkdir(mode=0o700)
        try:
            yield settings.model_copy(update={"data_dir": work})
        finally:
            shutil.rmtree(work, ignore_errors=True)


def settled(settings: EngineSettings) -> Path:
    """Return the data folder, with what a killed exchange left in it mended; raises :class:`SettingsError` when it is in use."""
    folder = settings.data_dir.absolute()
    with alone(folder):
        databases.mend(folder)
    return folder


def put_in_place(made: EngineSettings, settings: EngineSettings, keep_as: Path | None = None) -> None:
    """Put the checked database of ``made`` in the place of ``settings``'; the old one is removed, or kept as ``keep_as``."""
    target = databases.current(settings.data_dir.absolute())
    aside = target.with_name(target.name + databases.ASIDE)
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.rename(aside)
    try:
        databases.current(made.data_dir).rename(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise
    if aside.exists():
        if keep_as is not None:
            aside.rename(keep_as)
        else:
            shutil.rmtree(aside)


def is_empty(folder: Path) -> bool:
    """Return True when the data folder holds no database that may have documents."""
    return databases.version_of(databases.current(folder)) is None and databases.outdated(folder) is None


def bytes_of(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk (database files are sparse)."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
