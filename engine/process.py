"""The engine as a supervised child: started, watched, started again, stopped.

One thread does all of it. Linux sends the "parent died" signal when the *thread* that started the child ends, not the
process, so the thread that starts it must live as long as it does.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from engine.settings import EngineSettings
from gongwen.errors import EngineError, EngineUnavailable

HEALTH_INTERVAL = 0.02
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0
FIRST_BACKOFF, LAST_BACKOFF = 0.5, 10.0
STEADY = 60.0
"""Seconds up, after which the next restart begins with the first back-off again."""

PORT_ATTEMPTS = 3

# prctl must be called in the child. `preexec_fn` would run Python between fork and exec, which can deadlock in a
# process with threads; this tiny interpreter (15 ms) calls it and then becomes the engine. The check of the parent
# closes the gap in which the parent died before the call.
_LAUNCHER = """
import ctypes, os, signal, sys
try:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)
except (OSError, AttributeError):
    pass
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""

_log = logging.getLogger("wenhao.engine")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start: program, data folder, master key (goes into the child's environment, never its arguments)."""

    program: Path
    folder: Path
    database: Path
    master_key: str
    settings: EngineSettings
    arguments: tuple[str, ...] = ()

    @property
    def log_file(self) -> Path:
        """Return where the engine writes what it has to say."""
        return self.folder / "engine.log"

    @property
    def scratch(self) -> Path:
        """Return where the engine sorts; nothing in it outlives the engine."""
        return self.folder / "tmp"

    def __repr__(self) -> str:
        return f"Launch({self.program}, {self.folder})"


class Supervisor:
    """Keeps one engine running. ``started`` is called with (pid, url, ready) at each change of process or readiness."""

    def __init__(self, launch: Launch, started: Callable[[int, str, bool], None]) -> None:
        self._launch = launch
        self._started = started
        self._port = _free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._error: Exception | None = None
        # A daemon: an interpreter that ends without `stop` must not wait for it (the kernel then ends the child).
        self._thread = threading.Thread(target=self._run, name="wenhao-engine", daemon=True)

    @property
    def url(self) -> str:
        """Return the address; it stays the same across restarts."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Return when the engine is healthy; raises :class:`EngineError` with its last log lines when it is not."""
        self._thread.start()
        self._settled.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error

    def stop(self) -> None:
        """End the child: SIGTERM, after STOP_TIMEOUT seconds SIGKILL. May be called twice, and before ``start``."""
        self._stopping.set()
        if not self._thread.is_alive():
            return
        self._signal(kill=False)
        self._thread.join(STOP_TIMEOUT)
        if self._thread.is_alive():
            _log.warning("engine did not stop within %g s, killing it", STOP_TIMEOUT)
            self._signal(kill=True)
            self._thread.join()

    def _signal(self, *, kill: bool) -> None:
        child = self._child
        if child is not None and child.poll() is None:
            if kill:
                child.kill()
            else:
                child.terminate()

    def _run(self) -> None:
        child: subprocess.Popen[bytes] | None = None
        try:
            child = self._first_start()
        except Exception as error:  # handed to `start`, which raises it in the caller's thread
            self._error = error
        finally:
            if child is None:
                self._end_child()
            self._settled.set()
        if child is not None:
            try:
                self._watch(child)
            finally:
                self._end_child()

    def _first_start(self) -> subprocess.Popen[bytes]:
        for attempt in range(1, PORT_ATTEMPTS + 1):
            child = self._spawn()
            if self._becomes_healthy(child):
                return child
            self._end_child()
            if self._stopping.is_set():
                raise EngineUnavailable("engine was stopped while it started")
            words = self._last_words()
            if "address already in use" not in words.lower() or attempt == PORT_ATTEMPTS:
                raise EngineError(
                    f"engine {self._launch.program} did not start on {self._launch.database}; it said: {words}"
                )
            _log.info("port %d was taken meanwhile, trying another", self._port)
            self._port = _free_port()
        raise AssertionError("unreachable")

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        backoff = FIRST_BACKOFF
        while not self._stopping.is_set():
            since = time.monotonic()
            code = child.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - since > STEADY:
                backoff = FIRST_BACKOFF
            words = self._last_words()
            _log.warning("engine ended unasked (code %s), again in %g s; it said: %s", code, backoff, words)
            if self._stopping.wait(backoff):
                return
            backoff = min(backoff * 2, LAST_BACKOFF)
            try:
                child = self._spawn()
            except OSError as error:
                # No memory or no descriptors left, perhaps for a moment: the ended child is met again above.
                _log.warning("engine could not be started: %s", error)
                continue
            self._becomes_healthy(child)

    def _spawn(self) -> subprocess.Popen[bytes]:
        launch = self._launch
        arguments = [
            *("--db-path", str(launch.database), "--http-addr", f"127.0.0.1:{self._port}"),
            *("--dump-dir", str(launch.folder / "dumps"), "--snapshot-dir", str(launch.folder / "snapshots")),
            *("--max-indexing-memory", launch.settings.max_indexing_memory, "--log-level", "WARN"),
            *("--experimental-max-number-of-batched-tasks", str(launch.settings.max_batched_tasks)),
            *launch.arguments,
        ]
        if launch.settings.indexing_threads is not None:
            arguments += ["--max-indexing-threads", str(launch.settings.indexing_threads)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MEILI_")}
        environment |= {"MEILI_MASTER_KEY": launch.master_key, "MEILI_ENV": "production", "MEILI_NO_ANALYTICS": "true"}
        # What it sorts while it indexes stands on the disk that is watched (engine.space), not in a /tmp in memory.
        environment["TMPDIR"] = str(launch.scratch)
        # Plain last words: no colours, and no backtrace behind the reason.
        environment |= {"NO_COLOR": "1", "RUST_BACKTRACE": "0"}
        log = os.open(launch.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._log_start = os.fstat(log).st_size
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), str(launch.program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=launch.folder,
                env=environment,
                # Of its own, so that Ctrl-C in the terminal reaches us only, and we stop it in order.
                start_new_session=True,
            )
        finally:
            os.close(log)
        self._child = child
        self._started(child.pid, self.url, False)
        return child

    def _becomes_healthy(self, child: subprocess.Popen[bytes]) -> bool:
        """Return whether the child answers; waits at most START_TIMEOUT seconds."""
        deadline = time.monotonic() + START_TIMEOUT
        with httpx2.Client(trust_env=False, timeout=2.0) as http:
            while child.poll() is None and not self._stopping.is_set() and time.monotonic() < deadline:
                if _answers(http, self.url) and child.poll() is None:
                    self._started(child.pid, self.url, True)
                    return True
                self._stopping.wait(HEALTH_INTERVAL)
        return False

    def _last_words(self) -> str:
        """Return the last log lines of the present child in one line; "nothing" when it was silent."""
        path = self._launch.log_file
        try:
            with path.open("rb") as file:
                file.seek(max(self._log_start, path.stat().st_size - 4096))
                text = file.read().decode("utf-8", "replace")
        except OSError as error:
            return str(error)
        said = text.rpartition("discord.meilisearch.com")[2]  # the last line of its banner
        return " | ".join(line.strip() for line in said.splitlines()[-8:] if line.strip()) or "nothing"

    def _end_child(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(http: httpx2.Client, url: str) -> bool:
    try:
        return http.get(f"{url}/health").status_code == 200
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
