"""A reading process: ``python -m indexer.worker FD SETTINGS DAY VERSION``; started by :mod:`indexer.workers`, not by people.

Files come from anywhere, and the libraries that read them are large. What a file can do here is use up this process: it
may take so much memory, so many seconds, and crash; it has no key of the engine.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

from gongwen.errors import UnreadableDocument
from indexer import counting
from indexer.pipeline import Pipeline
from indexer.privacy import masked_text
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile

_QUOTED = 40  # characters of a fragment in the reject list
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The answer for one file; behind it come so many ``bodies``, each a record in JSON, with the ``ids`` they have.
    ``memory`` is what the process takes now, in bytes. For records to be counted the one body are their counts.
    """

    stamp: str = ""
    ids: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    stage: str | None = None
    reason: str = ""
    bodies: int = 0
    memory: int = 0


def serve(connection: Connection, pipeline: Pipeline) -> None:
    """Reads file after file until the other end is closed."""
    settings = pipeline.settings
    resource.setrlimit(resource.RLIMIT_AS, (_memory()[0] + settings.read_memory_bytes, resource.RLIM_INFINITY))
    connection.send_bytes(b"ready")
    while True:
        try:
            task = orjson.loads(connection.recv_bytes())
        except EOFError:
            return
        _limit_seconds(settings.read_seconds)
        if "count" in task:
            header, bodies = Header(), [counting.count(task["count"]).encoded()]
        else:
            header, bodies = _answer(pipeline, _file(task))
        connection.send_bytes(orjson.dumps(asdict(replace(header, bodies=len(bodies), memory=_memory()[1]))))
        for body in bodies:
            connection.send_bytes(body)


def _answer(pipeline: Pipeline, file: SourceFile) -> tuple[Header, list[bytes]]:
    try:
        data, stamp = pipeline.fingerprint(file)
        found = pipeline.records(file, data, stamp)
        bodies = [orjson.dumps(record) for record in found.records]
    except UnreadableDocument as error:
        return Header(stage=error.stage, reason=str(error)), []
    except MemoryError:
        most = pipeline.settings.read_memory_bytes
        return Header(stage="extract", reason=f"reading takes more than {most} bytes (WENHAO_READ_MEMORY_BYTES)"), []
    except Exception as error:  # a fault of ours or of a library must not end the run: it is in the reject list
        return Header(stage="understand", reason=f"{type(error).__name__}: {error}"[:500]), []
    quoted = tuple(f"{part.reason}: {masked_text(part.text[:_QUOTED])}…" for part in found.fragments)
    return Header(f"{stamp}:{len(bodies)}", tuple(record["id"] for record in found.records), quoted), bodies


def _file(task: dict[str, Any]) -> SourceFile:
    attached = tuple(Path(path) for path in task["attached"])
    return SourceFile(task["location"], task["collection"], task["source"], task["about"], attached)


def _limit_seconds(seconds: int) -> None:
    """The limit counts from the start of the process, so it moves on with every file."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, resource.RLIM_INFINITY))


def _memory() -> tuple[int, int]:
    """Bytes of addresses the process has, most of them never touched, and bytes of memory that it takes."""
    addresses, taken = Path("/proc/self/statm").read_text("ascii").split()[:2]
    return int(addresses) * resource.getpagesize(), int(taken) * resource.getpagesize()


def main(arguments: list[str]) -> None:
    """Serves the connection whose file descriptor is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads the answers; it ends us
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # searches on the same machine come first
    # A library that prints must not fill the output of the command.
    os.dup2(2, 1)
    settings = IndexerSettings(**orjson.loads(arguments[1]))
    pipeline = Pipeline(settings, date.fromisoformat(arguments[2]))
    pipeline.version = arguments[3]
    serve(Connection(int(arguments[0])), pipeline)


if __name__ == "__main__":
    main(sys.argv[1:])
