"""The private server among processes: shared, killed, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from engine import process
from engine.server import read_running, running_engine
from engine.settings import EngineSettings
from gongwen.errors import EngineUnavailable

# The fixture of that name: puts documents, returns how many are found.
Stored = Callable[..., int]

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds that anything here may take."""

# What `wenhao` does, as small as possible: hold an engine until the standard input is closed.
HOLDER = """
import json, sys
from pathlib import Path
from engine.server import read_running, running_engine
from engine.settings import EngineSettings
folder = Path(sys.argv[1])
with running_engine(EngineSettings(data_dir=folder, max_indexing_memory="256MiB")) as connection:
    print(json.dumps([connection.url, connection.owned, read_running(folder).pid]), flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another wenhao process on the data folder."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.url, self.owned, self.pid = "", False, 0

    def ready(self) -> Holder:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors()
        self.url, self.owned, self.pid = json.loads(line)
        return self

    def errors(self) -> str:
        return self.process.communicate(timeout=PATIENCE)[1].decode()

    def end(self) -> int:
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture
def hold(lonely: EngineSettings) -> Iterator[Callable[[], Holder]]:
    """Return a way to start other processes on the lonely folder; none of them outlives the test."""
    holders: list[Holder] = []

    def start() -> Holder:
        holders.append(Holder(lonely.data_dir))
        return holders[-1]

    yield start
    for holder in holders:
        if holder.process.poll() is None:
            holder.end()
        for stream in (holder.process.stdin, holder.process.stdout, holder.process.stderr):
            if stream is not None:
                stream.close()


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_a_second_process_shares_the_engine(stored: Stored, lonely: EngineSettings, hold: Callable[[], Holder]) -> None:
    with running_engine(lonely) as connection:
        assert stored(connection, lonely, ("a",)) == 1
        other = hold().ready()
        assert (other.url, other.owned) == (connection.url, False)
        assert other.end() == 0
        # Within one process as well.
        with running_engine(lonely) as inner:
            assert (inner.url, inner.owned) == (connection.url, False)
        assert stored(connection, lonely) == 1
    assert gone(other.pid)


def test_two_processes_at_once_start_one_engine(hold: Callable[[], Holder]) -> None:
    holders = [hold() for _ in range(3)]
    for holder in holders:
        holder.ready()
    assert len({holder.url for holder in holders}) == 1
    assert sorted(holder.owned for holder in holders) == [False, False, True]


def test_the_engine_dies_with_a_killed_owner_and_nothing_is_lost(
    stored: Stored, lonely: EngineSettings, hold: Callable[[], Holder]
) -> None:
    owner = hold().ready()
    with running_engine(lonely) as connection:
        assert not connection.owned
        assert stored(connection, lonely, ("a", "b", "c")) == 3
        owner.process.kill()
        assert eventually(lambda: gone(owner.pid))
        with pytest.raises(EngineUnavailable):
            stored(connection, lonely)
    # engine.json is stale now.
    with running_engine(lonely) as connection:
        assert connection.owned
        assert stored(connection, lonely) == 3


def test_the_next_owner_waits_for_an_engine_that_is_slow_to_end(
    lonely: EngineSettings, hold: Callable[[], Holder]
) -> None:
    owner = hold().ready()
    os.kill(owner.pid, signal.SIGSTOP)
    owner.process.kill()
    owner.process.wait()
    waking = subprocess.Popen(["/bin/sh", "-c", f"sleep 0.5; kill -CONT {owner.pid}"])
    with running_engine(lonely) as connection:
        assert gone(owner.pid)
        assert connection.owned
    waking.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_leave_no_engine(hold: Callable[[], Holder], number: signal.Signals) -> None:
    owner = hold().ready()
    # As a terminal does it: to the whole group of the process. The engine has a group of its own.
    os.killpg(owner.process.pid, number)
    owner.end()
    assert eventually(lambda: gone(owner.pid))


def test_an_engine_that_dies_is_started_again_at_the_same_address(stored: Stored, lonely: EngineSettings) -> None:
    with running_engine(lonely) as connection:
        assert stored(connection, lonely, ("a",)) == 1
        for _ in range(2):
            first = read_running(lonely.data_dir)
            assert first is not None
            os.kill(first.pid, signal.SIGKILL)
            assert eventually(partial(another_is_ready, lonely.data_dir, first.pid))
            assert stored(connection, lonely) == 1
    running = read_running(lonely.data_dir)
    assert running is None


def another_is_ready(folder: Path, pid: int) -> bool:
    running = read_running(folder)
    return running is not None and running.ready and running.pid != pid


def test_stopping_while_the_engine_is_about_to_start_again(lonely: EngineSettings) -> None:
    with running_engine(lonely):
        running = read_running(lonely.data_dir)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        assert eventually(lambda: gone(running.pid))
        began = time.monotonic()
    assert time.monotonic() - began < process.FIRST_BACKOFF
    assert read_running(lonely.data_dir) is None
