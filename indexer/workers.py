"""Reading processes: several files are read at once, and a file that crashes, hangs or swells its process costs one file."""

from __future__ import annotations

import asyncio
import queue
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import orjson

from engine.protocol import Encoded
from gongwen.errors import UnreadableDocument
from indexer import counting
from indexer.counting import Counts
from indexer.parent import Parent
from indexer.pipeline import Pipeline
from indexer.sources import SourceFile

_WAIT = 4  # a busy machine may need so many seconds for one second of computing
# Share of the memory it may take by which a process may have grown before it is replaced, so that what libraries leak leaves
# room for the next file. By memory, not by files: after every 2,000 short notices a fifth of all computing was for starting.
_GROWN = 0.25


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: its stamp (fingerprint and number of records), the records, and what of it is no document."""

    stamp: str
    records: tuple[Encoded, ...]
    fragments: tuple[str, ...]


class Workers:
    """Reading processes, started when the first file comes; call :meth:`close` at the end."""

    def __init__(self, pipeline: Pipeline) -> None:
        settings = pipeline.settings
        self.count = settings.workers
        # Threads of our own: the kernel ends a reading process with the thread that started it.
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="wenhao-reading")
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        # The version is ours, so that a file read by us and a file compared by us have one fingerprint, even when the
        # program's files change while we run; the next run then sees another version and reads again.
        self._parent = Parent([settings.model_dump_json(), pipeline.today.isoformat(), pipeline.version])
        self._all = [_Worker(pipeline, self._parent) for _ in range(settings.workers)]
        for worker in self._all:
            self._free.put(worker)

    async def read(self, file: SourceFile) -> Reading:
        """The records of a file.

        Raises :class:`~gongwen.errors.UnreadableDocument` with the stage that failed, also when reading took too long,
        too much memory, or crashed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, file)

    async def counted(self, records: Sequence[Mapping[str, Any]]) -> Counts:
        """The counts of some stored records, counted in one of the processes."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._counted, records)

    def rest(self) -> None:
        """Ends the processes, which must be idle; the next task starts new ones, without what reading has loaded."""
        for worker in self._all:
            worker.rest()
        self._parent.close()

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        for worker in self._all:
            worker.close()
        self._parent.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._parent.close()  # one of the threads may have wanted a process just before

    def _read(self, file: SourceFile) -> Reading:
        with self._one() as worker:
            return worker.read(file)

    def _counted(self, records: Sequence[Mapping[str, Any]]) -> Counts:
        with self._one() as worker:
            return worker.counted(records)

    @contextmanager
    def _one(self) -> Iterator[_Worker]:
        worker = self._free.get()
        try:
            yield worker
        finally:
            self._free.put(worker)


class _Worker:
    def __init__(self, pipeline: Pipeline, parent: Parent) -> None:
        self._settings = pipeline.settings
        self._parent = parent
        self._pid = 0
        self._connection: Connection | None = None
        self._memory = 0  # the least it had after a file
        self._closed = False

    def read(self, file: SourceFile) -> Reading:
        attached = [str(path) for path in file.attached]
        header, bodies = self._ask(
            {
                "location": file.location,
                "collection": file.collection,
                "source": file.source,
                "about": dict(file.about),
                "attached": attached,
            }
        )
        records = tuple(Encoded(*pair) for pair in zip(header["ids"], bodies, strict=True))
        return Reading(header["stamp"], records, tuple(header["fragments"]))

    def counted(self, records: Sequence[Mapping[str, Any]]) -> Counts:
        try:
            _, (body,) = self._ask({"count": records})
        except UnreadableDocument:  # what a process here may take is meant for one file
            return counting.count(records)
        return Counts.decoded(body)

    def _ask(self, task: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        connection = self._started()
        try:
            connection.send_bytes(orjson.dumps(task))
            if not connection.poll(_WAIT * self._settings.read_seconds):
                self._end(0)
                raise self._given_up()
            header = orjson.loads(connection.recv_bytes())
            bodies = [connection.recv_bytes() for _ in range(header["bodies"])]
        except (EOFError, OSError) as error:
            raise self._died() from error
        self._memory = min(self._memory or header["memory"], header["memory"])
        if header["memory"] - self._memory > _GROWN * self._settings.read_memory_bytes:
            self._end(5)
        if header["stage"]:
            raise UnreadableDocument(header["reason"], stage=header["stage"], lasting=header["lasting"])
        return header, bodies

    def rest(self) -> None:
        self._end(5)

    def close(self) -> None:
        self._closed = True

    def _started(self) -> Connection:
        if self._connection is not None and self._connection.poll():
            self._end(
                0
            )  # it waits and has nothing to say, so it was killed: the file that comes next has no part in it
        if self._connection is not None:
            return self._connection
        if self._closed:
            raise UnreadableDocument("reading was stopped", stage="read")
        self._pid, self._connection = self._parent.child()
        self._memory = 0
        return self._connection

    def _end(self, patience: float) -> int:
        """Ends the process, after so many seconds by force, and says how it ended: one that crashed has its own status."""
        connection, self._connection = self._connection, None
        if connection is None:
            return 0
        connection.close()  # at which an idle one ends by itself
        return self._parent.end(self._pid, patience)

    def _died(self) -> UnreadableDocument:
        status = self._end(5)
        if status == -signal.SIGXCPU:
            return self._given_up()
        how = f"signal {-status}" if status < 0 else f"status {status}"
        return UnreadableDocument(f"reading the file crashed its process ({how})", stage="extract", lasting=False)

    def _given_up(self) -> UnreadableDocument:
        seconds = self._settings.read_seconds
        reason = f"reading takes more than {seconds} seconds (WENHAO_READ_SECONDS)"
        return UnreadableDocument(reason, stage="extract", lasting=False)
