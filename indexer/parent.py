"""The parent 母进程 of the reading processes: it loads once what reading takes, and forks a process whenever one is wanted.

Two processes that loaded all for themselves took 255 MB each; forked they take 60, and their parent 60, what they share being
counted once. And another one is there in milliseconds instead of a second of computing.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from signal import SIGKILL
from typing import Any

import orjson

from gongwen.errors import SettingsError

_LONGEST = 4096  # bytes of a message
_PATIENCE = 10  # seconds in which it ends when told
_KEYS = ("MEILI_", "OPENSEARCH_")  # how the names of variables begin that hold the engine's keys


class Parent:
    """Started when the first process is wanted; the processes end with it. Safe for several threads."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def child(self) -> tuple[int, Connection]:
        """A new reading process: its number, and the connection to it, on which it says first that it is ready.

        Raises :class:`~gongwen.errors.SettingsError` when none can be started; the reason is in our standard error.
        """
        ours, theirs = Pipe()
        try:
            with theirs:
                found = self._ask({"task": "fork"}, theirs.fileno()) or self._ask({"task": "fork"}, theirs.fileno())
            if found is None:
                raise EOFError
            ours.recv_bytes()
        except (EOFError, OSError) as error:
            ours.close()
            raise SettingsError("a process that reads files does not start; its reason stands above") from error
        return int(found["pid"]), ours

    def end(self, pid: int, patience: float) -> int:
        """Ends a process, after so many seconds by force; how it ended, as :attr:`subprocess.Popen.returncode`."""
        if self._process is None:
            return -SIGKILL  # it ended with its parent
        found = self._ask({"task": "end", "pid": pid, "patience": patience})
        return -SIGKILL if found is None else int(found["status"])

    def close(self) -> None:
        """Ends it and all of its processes, whatever they are doing; when another one is wanted, it starts again."""
        with self._asking:
            self._stop()

    def _ask(self, task: dict[str, Any], *files: int) -> dict[str, Any] | None:
        """What it answers; None when it is gone: the next time another one is started."""
        with self._asking:
            control = self._started()
            try:
                socket.send_fds(control, [orjson.dumps(task)], files)
                if answer := control.recv(_LONGEST):
                    found: dict[str, Any] = orjson.loads(answer)
                    return found
            except OSError:
                pass
            self._stop()
            return None

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                command = [sys.executable, "-m", "indexer.worker", str(theirs.fileno()), *self._arguments]
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env=_environment()
                )
        return self._control

    def _stop(self) -> None:
        process, control = self._process, self._control
        self._process = self._control = None
        if control is not None:
            control.close()  # at which it ends its processes and itself
        if process is not None:
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()  # the kernel ends those that it forked
                process.wait()


def _environment() -> dict[str, str]:
    """Ours, without the engine's keys: what a file does to the process that reads it, it has none of them."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(_KEYS)}
    # Reading asks for the pinyin of single characters, and the table of phrases takes 44 MB.
    return found | {"PYPINYIN_NO_PHRASES": "1"}
