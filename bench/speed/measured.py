"""What a way of indexing took, and how it is watched."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Measured:
    """One way: seconds of wall and of computing (ours and the engine's), bytes read and on disk, most memory in bytes."""

    name: str
    documents: int
    megabytes: float
    seconds: float
    computing: float
    disk: int
    indexer_memory: int
    engine_memory: int

    @property
    def row(self) -> str:
        """One line of the table."""
        rate, speed = self.documents / self.seconds, self.megabytes / self.seconds
        return f"{self.name:8}{self.seconds:9.1f}{self.computing:9.1f}{rate:9.1f}{speed:8.2f}{self.disk / 1e6:9.0f}{self.indexer_memory / 1e6:9.0f}{self.engine_memory / 1e6:9.0f}"  # fmt: skip


@contextmanager
def watched(engine: Callable[[], int]) -> Iterator[dict[str, int]]:
    """The most memory of this process with its children, what they share counted once, and of the engine, whose process
    ``engine`` names (0: none yet)."""
    most = {"indexer": 0, "engine": 0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            found, indexer = engine(), 0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    if process.pid == found:
                        most["engine"] = max(most["engine"], process.memory_info().rss)
                    else:
                        indexer += process.memory_full_info().pss
                except psutil.Error:
                    continue
            most["indexer"] = max(most["indexer"], indexer)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def titled(files: Path) -> Iterator[tuple[str, str, str]]:
    """Name, title and text of each Markdown file of a folder."""
    for path in sorted(files.rglob("*.md")):
        title, _, text = path.read_text("utf-8").partition("\n\n")
        yield path.stem, title.lstrip("# "), text
