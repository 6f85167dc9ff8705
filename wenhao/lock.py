"""One indexer a data folder: ``index.lock`` is held by the process that writes the index, as long as it lives.

Making vectors has a lock of its own: it takes minutes, and documents come and go meanwhile.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from gongwen import dates
from gongwen.errors import SettingsError, WenhaoError

FILE = "index.lock"
EMBEDDING_FILE = "embedding.lock"
Lock = AbstractContextManager[None]


class AlreadyIndexing(WenhaoError):
    """Another process writes this index; the message says which and since when."""


@contextmanager
def indexing(data_dir: Path, file: str = FILE) -> Iterator[None]:
    """Holds the lock for the block; the kernel lets go of it when the process ends, however it ends.

    Raises :class:`AlreadyIndexing`, and :class:`~gongwen.errors.SettingsError` when the folder cannot be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data_dir / file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"cannot write to the data folder {data_dir}: {error.strerror or error}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyIndexing(f"{_holder(lock)}；一个数据文件夹同时只由一个进程编入，请等它结束") from None
        since = datetime.now(dates.CHINA).isoformat(" ", "seconds")
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps({"pid": os.getpid(), "since": since}).encode(), 0)
        yield
    finally:
        os.close(lock)


def _holder(lock: int) -> str:
    try:
        held = json.loads(os.pread(lock, 1000, 0))
        return f"进程 {held['pid']} 正在编入索引（始于 {held['since']}）"
    except (ValueError, KeyError, TypeError):
        return "另一个进程正在编入索引"  # it has the lock and has not written who it is yet
