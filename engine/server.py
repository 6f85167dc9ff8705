"""Find or start the engine: ``with running_engine(settings) as connection: ...``.

MEILI_URL set: that engine is used. Otherwise one private server a data folder, on a loopback port, started by whoever
comes first and shared by whoever comes later:

* ``engine.lock`` is held (flock) by the owner as long as it lives; the kernel lets go of it when the owner dies.
* ``engine.json`` says which process the engine is (pid and start time, against reuse of the pid) and where; it counts
  only while that process lives and answers. It is written as soon as the child exists, so that the next owner can wait
  for the end of an engine whose owner was killed: two engines on one database would spoil it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
import psutil

from engine import binary, databases, keys, space
from engine.client import Connection, check_url, decode, headers, is_loopback, unreachable
from engine.process import STOP_TIMEOUT, Launch, Supervisor
from engine.settings import EngineSettings
from gongwen.errors import EngineUnavailable, SettingsError

MAX_LOG_BYTES = 10_000_000
SHARE_TIMEOUT = 30.0
"""Seconds to wait for the engine of another process to become ready."""

_log = logging.getLogger("wenhao.engine")


@dataclass(frozen=True, slots=True)
class Running:
    """What ``engine.json`` says: the engine's process and address, and whether it was ready."""

    pid: int
    created: float
    url: str
    ready: bool

    def process(self) -> psutil.Process | None:
        """Return the engine's process, None when it has ended (or its pid now belongs to another)."""
        try:
            process = psutil.Process(self.pid)
            # Start times come from a clock of 10 ms steps.
            alive = abs(process.create_time() - self.created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
            return process if alive else None
        except psutil.Error:
            return None


@contextmanager
def running_engine(settings: EngineSettings, *arguments: str) -> Iterator[Connection]:
    """Yield a connection to a running engine; stop the engine at the end if this call started it.

    ``arguments`` are given to the engine when this call starts it (a folder that no other process uses).

    Raises :class:`SettingsError` (folder, keys, MEILI_BIN), :class:`EngineMissing` (no program),
    :class:`EngineUnavailable` (MEILI_URL does not answer, another process does not get ready in 30 s),
    :class:`EngineError` (it does not start; with its last log lines).
    """
    if settings.opensearch_url is not None:
        yield cluster_connection(settings)
        return
    if settings.meili_url is not None:
        yield _connect(settings)
        return
    folder = settings.data_dir.absolute()
    lock = _prepare(folder)
    try:
        running = _share_or_lock(lock, folder)
        if running is not None:
            yield _connection(settings, keys.master_key(folder), running.url, owned=False)
            return
        with _owned(settings, folder, arguments) as connection:
            yield connection
    finally:
        # Explicit, because a forked child of ours may hold a copy of the descriptor.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder without an engine, so that its database may be exchanged.

    Raises :class:`SettingsError` while another process uses it.
    """
    lock = _prepare(folder)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"another wenhao process uses {folder}; stop it first (for example `systemctl stop wenhao`)"
            ) from None
        _await_orphan(folder)
        yield
    finally:
        os.close(lock)


def read_running(folder: Path) -> Running | None:
    """Return what ``folder/engine.json`` says if its process lives, else None."""
    try:
        data = json.loads((folder / "engine.json").read_text(encoding="utf-8"))
        running = Running(int(data["pid"]), float(data["created"]), str(data["url"]), bool(data["ready"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return running if running.process() else None


def cluster_connection(settings: EngineSettings) -> Connection:
    """Return a connection to the cluster of OPENSEARCH_URL; the nodes are asked when it is used.

    Who may write may also search, so one password is enough on a machine that does both.
    """
    admin, search = (
        secret.get_secret_value() if secret else ""
        for secret in (settings.opensearch_admin, settings.opensearch_search)
    )
    return Connection(settings.opensearch_url or "", admin, search or admin, owned=False, cluster=True)


def _connect(settings: EngineSettings) -> Connection:
    url = check_url(settings.meili_url or "")
    with _http(url, "") as http:
        _ask(http, url, "/health")
    secrets = (settings.meili_master_key, settings.meili_admin_key, settings.meili_search_key)
    master, admin, search = (secret.get_secret_value() if secret else "" for secret in secrets)
    if master and not (admin and search):
        derived = _connection(settings, master, url, owned=False)
        admin, search = admin or derived.admin_key, search or derived.search_key
    return Connection(url, admin, search, owned=False)


def _connection(settings: EngineSettings, master: str, url: str, *, owned: bool) -> Connection:
    with _http(url, master) as http:
        keys.ensure(url, http, settings.index_name)
    admin, search = keys.derived(master, settings.index_name)
    return Connection(url, admin, search, owned)


@contextmanager
def _owned(settings: EngineSettings, folder: Path, arguments: tuple[str, ...]) -> Iterator[Connection]:
    program = binary.find(settings)
    _check_space(folder)
    _await_orphan(folder)
    _rotate(folder / "engine.log")
    database = databases.current(folder)
    if not arguments:
        databases.check(folder)
    database.mkdir(mode=0o700, exist_ok=True)
    launch = Launch(program, folder, database, keys.master_key(folder), settings, arguments)
    shutil.rmtree(launch.scratch, ignore_errors=True)
    launch.scratch.mkdir(mode=0o700)
    made: list[Connection] = []

    def started(pid: int, url: str, ready: bool) -> None:
        if ready and not made:
            # Others may come in once engine.json says ready, so the keys must be known to the engine before.
            made.append(_connection(settings, launch.master_key, url, owned=True))
        _write_running(folder, pid, url, ready)

    supervisor = Supervisor(launch, started)
    try:
        began = time.monotonic()
        supervisor.start()
        _log.info("engine %s ready at %s after %.2f s", program, supervisor.url, time.monotonic() - began)
        yield made[0]
    finally:
        supervisor.stop()
        (folder / "engine.json").unlink(missing_ok=True)


def _share_or_lock(lock: int, folder: Path) -> Running | None:
    """Return the ready engine of another process, or None once the lock is ours."""
    deadline = time.monotonic() + SHARE_TIMEOUT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            running = read_running(folder)
        if running is not None and running.ready and _is_healthy(running.url):
            return running
        if time.monotonic() > deadline:
            raise EngineUnavailable(
                f"another wenhao process uses {folder}, but its engine did not answer within {SHARE_TIMEOUT:g} s; "
                f"end that process, or use another WENHAO_DATA; see {folder / 'engine.log'}"
            )
        time.sleep(0.05)


def _prepare(folder: Path) -> int:
    """Make the data folder and return its open lock file, or raise a :class:`SettingsError` that says what to do.

    A folder made here is private (0700); one that was there keeps its mode, and only what we put in is private.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"wenhao")
        return os.open(folder / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(
            f"cannot write to the data folder {folder}: {error.strerror or error}; "
            "make it writable, free space, or name another folder in WENHAO_DATA"
        ) from error


def _check_space(folder: Path) -> None:
    found = space.problem(folder)
    if found:
        raise SettingsError(f"{found}; free space, or name another folder in WENHAO_DATA")


def _await_orphan(folder: Path) -> None:
    """Wait until an engine whose owner was killed has ended, and end it if it does not."""
    running = read_running(folder)
    process = running.process() if running else None
    if process is None:
        return
    _log.info("waiting for the engine of a killed process (pid %d) to end", process.pid)
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_TIMEOUT)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _write_running(folder: Path, pid: int, url: str, ready: bool) -> None:
    try:
        running = Running(pid, psutil.Process(pid).create_time(), url, ready)
        aside = folder / ".engine.json"
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(running), file)
        aside.replace(folder / "engine.json")
    except psutil.Error:
        return  # it has ended already; the supervisor is about to see that
    except OSError as error:
        # A disk that has filled up: the engine still serves this process, only others cannot find it.
        _log.warning("cannot write %s: %s", folder / "engine.json", error)


def _http(url: str, key: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers=headers(key), timeout=10.0, trust_env=not is_loopback(url))


def _ask(http: httpx2.Client, url: str, path: str) -> object:
    try:
        return decode(http.get(path), url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise unreachable(error, url) from error


def _is_healthy(url: str) -> bool:
    try:
        with _http(url, "") as http:
            return http.get("/health", timeout=2.0).status_code == 200
    except httpx2.HTTPError:
        return False
