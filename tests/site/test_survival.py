"""What may befall indexing: too large a request, an engine killed, a network cut, a disk almost full. Nothing is lost."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from engine import server, space
from engine.client import Connection
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import DiskAlmostFull, WenhaoError
from tests.site.test_command import wenhao
from tests.site.test_sync_command import folder, found, running  # noqa: F401 - a fixture
from wenhao.indexing import index_folder, sync_folders


def test_a_document_too_large_for_the_engine_is_reported_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENHAO_DATA", str(tmp_path / "data"))
    one = folder(tmp_path, "one", 40)
    (one / "large.txt").write_text("关于做好防汛工作的通知\n" + "各单位须落实防汛责任，及时报告。\n" * 8000, "utf-8")
    with running_engine(EngineSettings(), "--http-payload-size-limit", "200000") as connection:
        done = index_folder(one, None, connection)
        assert len(found(connection)) == 40
    assert done.summaries["one"].written == 40
    (line,) = (tmp_path / "data" / "rejected.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["path"] == "one/large.txt"
    assert json.loads(line)["stage"] == "store"
    with running_engine(EngineSettings()) as connection:
        assert sync_folders([], connection).summaries["one"].written == 1
        assert len(found(connection)) == 41


def disturbed(work: Callable[[], object], disturb: Callable[[], None], delay: float) -> None:
    """Does work in a thread and disturbs it after some seconds; it may end well or with an error of ours, and must end."""
    with ThreadPoolExecutor(1) as aside:
        doing = aside.submit(work)
        time.sleep(delay)
        disturb()
        with suppress(WenhaoError):
            doing.result(60)


def test_an_engine_killed_while_indexing(running: Connection, tmp_path: Path) -> None:  # noqa: F811
    one = folder(tmp_path, "one", 300)
    seed = random.randrange(10_000)
    for delay in (random.Random(seed).uniform(1, 3) for _ in range(2)):
        engine = server.read_running(tmp_path / "data")
        assert engine is not None
        disturbed(lambda: index_folder(one, None, running), lambda: os.kill(engine.pid, 9), delay)  # noqa: B023
        until_alive(tmp_path / "data", engine.pid)
    assert sync_folders([one], running).documents == 300, f"seed {seed}"
    assert len(found(running)) == 300, f"seed {seed}"


def until_alive(data: Path, before: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        now = server.read_running(data)
        if now is not None and now.ready and now.pid != before:
            return
        time.sleep(0.05)
    raise AssertionError("the engine was not started again")


@contextmanager
def proxy(target: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port of this machine that leads to another until ``cut`` is called: then every connection is dropped."""
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        close(source, sink)

    def close(*them: socket.socket) -> None:
        for one in them:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def accept() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            callee = socket.create_connection(("127.0.0.1", target))
            ends.extend((caller, callee))
            for pair in ((caller, callee), (callee, caller)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    def cut() -> None:
        close(listener, *ends)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1], cut
    finally:
        cut()
        thread.join(5)


def test_a_network_cut_while_indexing(running: Connection, tmp_path: Path) -> None:  # noqa: F811
    one = folder(tmp_path, "one", 300)
    for delay in (0.05, 1.5, 2.5):
        with proxy(int(running.url.rsplit(":", 1)[1])) as (port, cut):
            far = replace(running, url=f"http://127.0.0.1:{port}")
            disturbed(lambda: index_folder(one, None, far), cut, delay)  # noqa: B023
    assert sync_folders([one], running).documents == 300
    assert len(found(running)) == 300


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 700 MB of the test's own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=700m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_almost_full_stops_indexing_before_the_engine_and_freed_it_goes_on(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENHAO_DATA", str(small_disk / "data"))
    one, two = folder(tmp_path, "one", 5), folder(tmp_path, "two", 60)
    with running_engine(EngineSettings()) as connection:
        index_folder(one, None, connection)
        filler = small_disk / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, space.free_bytes(small_disk) - 150_000_000)
        with pytest.raises(DiskAlmostFull, match=r"150 MB free.*200 MB are needed.*wenhao sync"):
            index_folder(two, None, connection)
        assert len(found(connection)) == 5, "searches go on"
        said = wenhao("doctor", data=small_disk / "data")
        assert said.returncode == 1
        assert "问题  磁盘：only 150 MB free" in said.stdout
        filler.unlink()
        assert sync_folders([], connection).documents == 65
        assert len(found(connection)) == 65


def test_a_disk_that_fills_up_under_the_engine_and_is_freed(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program takes all the space while a batch is being written: the engine tries on until there is some."""
    monkeypatch.setenv("WENHAO_DATA", str(small_disk / "data"))
    monkeypatch.setenv("WENHAO_WRITE_TIMEOUT", "5")
    one = folder(tmp_path, "one", 300)
    filler = small_disk / "filler"

    def fill() -> None:
        with filler.open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
                file.flush()

    with running_engine(EngineSettings()) as connection:
        index_folder(folder(tmp_path, "few", 5), None, connection)
        disturbed(lambda: index_folder(one, None, connection), fill, random.uniform(1.5, 2.5))
        assert len(found(connection)) >= 5, "searches go on"
        filler.unlink()
        assert sync_folders([], connection).summaries.keys() == {"few", "one"}
        assert len(found(connection)) == 305
