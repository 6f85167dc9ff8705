"""The reading processes: ``python -m indexer.worker FD SETTINGS DAY VERSION``; started by :mod:`indexer.parent`, not by people.

Files come from anywhere, and the libraries that read them are large. What a file can do is use up one process: it may take
so much memory, so many seconds, and crash; it has no key of the engine. The process that was started reads no file: it loads
what reading takes, and forks those that do.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import time
import traceback
from dataclasses import asdict, dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import orjson

from gongwen.errors import UnreadableDocument
from indexer import counting
from indexer.pipeline import Pipeline
from indexer.privacy import told
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile

_QUOTED = 40  # characters of a fragment in the reject list
_MASKED = 120  # of which so many are looked at for personal data: what is cut in two is not recognised
_LONGEST = 4096  # bytes of a message of the parent's
_PR_SET_PDEATHSIG = 1
# What leads reading to all its tables: a page, and a text whose place and body follow from its number and its words alone.
_PAGE = """<html><body><h1>衢州市人民政府关于做好防汛工作的通知</h1><p>衢政发〔2020〕5号</p>
<p>各县（市、区）人民政府：</p><p>根据《中华人民共和国防洪法》，现就有关事项通知如下，请认真贯彻执行。</p>
<p>本通知自2020年6月1日起施行。</p><p>衢州市人民政府</p><p>2020年5月5日</p></body></html>"""
_TEXT = """关于修改上海口岸防汛办法的决定

巴政发〔2020〕5号

各有关单位：

一、《上海口岸防汛办法》（沪府发〔2010〕3号）自即日起废止。联系人：王小明，电话：13800000000。

二、關(guān)于浙江杭州、四川成都水位上漲，請認真防範。

2020年5月5日
"""


@dataclass(frozen=True, slots=True)
class Header:
    """The answer for one file; behind it come so many ``bodies``, each a record in JSON, with the ``ids`` they have.
    ``memory`` is what the process takes now, in bytes. For records to be counted the one body are their counts.
    """

    stamp: str = ""
    ids: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    stage: str | None = None
    lasting: bool = True
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
    mask = pipeline.settings.mask_personal
    try:
        data, stamp = pipeline.fingerprint(file)
        found = pipeline.records(file, data, stamp)
        bodies = [orjson.dumps(record) for record in found.records]
    except UnreadableDocument as error:
        return Header(stage=error.stage, lasting=error.lasting, reason=told(str(error), mask=mask)), []
    except MemoryError:
        most = pipeline.settings.read_memory_bytes
        return Header(stage="extract", reason=f"reading takes more than {most} bytes (WENHAO_READ_MEMORY_BYTES)"), []
    except Exception as error:  # a fault of ours or of a library must not end the run: it is in the reject list
        return Header(stage="understand", reason=told(f"{type(error).__name__}: {error}", mask=mask)), []
    quoted = tuple(
        f"{told(part.reason, mask=mask)}: {told(part.text[:_MASKED], mask=mask)[:_QUOTED]}…" for part in found.fragments
    )
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
    """Forks and ends reading processes, as is asked on the socket whose file descriptor is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks; it ends us
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # searches on the same machine come first
    # A library that prints must not fill the output of the command.
    os.dup2(2, 1)
    settings = IndexerSettings(**orjson.loads(arguments[1]))
    pipeline = Pipeline(settings, date.fromisoformat(arguments[2]))
    pipeline.version = arguments[3]
    _load(pipeline)
    with socket.socket(fileno=int(arguments[0])) as control:
        _fork(control, pipeline)


def _load(pipeline: Pipeline) -> None:
    """Reads two notices, so that what any file takes is loaded before there are processes that would each load it."""
    for name, text in (("a.html", _PAGE), ("a.md", _TEXT)):
        file = SourceFile(f"/{name}", "", name)
        pipeline.records(file, text.encode(), "")
    gc.collect()
    gc.freeze()  # collecting would write on every object, and what is written on is shared no longer


def _fork(control: socket.socket, pipeline: Pipeline) -> None:
    """Carries out what is asked, until the other end is closed; then ends all processes."""
    children: set[int] = set()
    while True:
        asked, files, _, _ = socket.recv_fds(control, _LONGEST, 1)
        if not asked:
            break
        task = orjson.loads(asked)
        if task["task"] == "end":
            answer = {"status": _end(children, task["pid"], task["patience"])}
        else:
            pid = os.fork()
            if not pid:
                control.close()
                _be_child(Connection(files[0]), pipeline)
            os.close(files[0])
            children.add(pid)
            answer = {"pid": pid}
        control.sendall(orjson.dumps(answer))
    for pid in tuple(children):
        _end(children, pid, 0)


def _be_child(connection: Connection, pipeline: Pipeline) -> NoReturn:
    """Whatever happens in a child, it must not go on as its parent."""
    try:
        _die_with_parent()
        serve(connection, pipeline)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _end(children: set[int], pid: int, patience: float) -> int:
    if pid not in children:
        return -signal.SIGKILL  # it ended with a parent before us
    until = time.monotonic() + patience
    ended, status = os.waitpid(pid, os.WNOHANG)
    while not ended and time.monotonic() < until:
        time.sleep(0.005)
        ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
