"""The private server: its files, its refusals, and a server named by MEILI_URL."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine import binary, process, server
from engine.client import Connection
from engine.server import read_running, running_engine
from engine.settings import EngineSettings
from engine.status import status
from gongwen.errors import EngineError, EngineMissing, EngineUnavailable, OtherEngineVersion, SettingsError

# The fixture of that name: puts documents, returns how many are found.
Stored = Callable[..., int]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_start_and_stop_leave_private_files_and_no_process(stored: Stored, lonely: EngineSettings) -> None:
    folder = lonely.data_dir
    with running_engine(lonely) as connection:
        running = read_running(folder)
        assert running is not None
        assert connection.owned
        for name in ("keys.json", "engine.json", "engine.log", "engine.lock"):
            assert mode(folder / name) == 0o600, name
        assert mode(folder) == mode(folder / f"engine-{binary.VERSION}") == 0o700
        master = json.loads((folder / "keys.json").read_text())["master_key"]
        assert master not in " ".join(psutil.Process(running.pid).cmdline())
        for key in (master, connection.admin_key, connection.search_key):
            assert key not in repr(connection)
        assert stored(connection, lonely, ("a", "b")) == 2
    assert not psutil.pid_exists(running.pid)
    assert not (folder / "engine.json").exists()
    with running_engine(lonely) as again:
        assert (again.admin_key, again.search_key) == (connection.admin_key, connection.search_key)
        assert stored(again, lonely) == 2


def test_a_folder_that_was_there_keeps_its_mode(lonely: EngineSettings) -> None:
    lonely.data_dir.mkdir(mode=0o755)
    with running_engine(lonely):
        assert mode(lonely.data_dir) == 0o755
        assert mode(lonely.data_dir / "keys.json") == 0o600


def test_a_wide_mode_is_mended_and_broken_keys_are_named(lonely: EngineSettings) -> None:
    keys = lonely.data_dir / "keys.json"
    with running_engine(lonely):
        keys.chmod(0o644)
    with running_engine(lonely):
        assert mode(keys) == 0o600
    for text in ("", "{}", "[]", '{"master_key": "short"}', '{"master_key": 7}'):
        keys.write_text(text)
        with pytest.raises(SettingsError, match=r"keys\.json.*remove it"), running_engine(lonely):
            pass


def test_a_taken_port_is_left_alone(lonely: EngineSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    free = process._free_port
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free()])
        monkeypatch.setattr(process, "_free_port", lambda: next(ports))
        with running_engine(lonely) as connection:
            assert not connection.url.endswith(f":{taken.getsockname()[1]}")


def test_a_start_that_fails_says_what_the_engine_said(lonely: EngineSettings) -> None:
    database = lonely.data_dir / f"engine-{binary.VERSION}"
    database.mkdir(parents=True)
    (database / "VERSION").write_text("1.3.0")
    with pytest.raises(OtherEngineVersion, match=r"1\.3\.0.*1\.21\.0.*wenhao upgrade"), running_engine(lonely):
        pass
    with (
        pytest.raises(EngineError, match=r"did not start.*dump doesn't exist"),
        running_engine(lonely, "--ignore-dump-if-db-exists", "--import-dump", "none"),
    ):
        pass
    assert not (lonely.data_dir / "engine.json").exists()


@pytest.mark.parametrize("where", ["file", "below a file", "/proc/wenhao"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("x")
    folder = {"file": tmp_path / "file", "below a file": tmp_path / "file" / "data"}.get(where, Path(where))
    with pytest.raises(SettingsError, match=f"{folder}.*WENHAO_DATA"), running_engine(EngineSettings(data_dir=folder)):
        pass


def test_a_full_disk_is_refused_with_the_figure(lonely: EngineSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))(total=10**12, used=10**12 - 123_000_000, free=123_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SettingsError, match="only 123 MB free"), running_engine(lonely):
        pass


def test_an_owner_that_does_not_get_ready_is_not_waited_for_for_ever(
    lonely: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SHARE_TIMEOUT", 0.2)
    lonely.data_dir.mkdir()
    with (lonely.data_dir / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EngineUnavailable, match="another wenhao process"), running_engine(lonely):
            pass


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"pid": "x"}', '{"pid": 1, "created": 0, "url": "", "ready": true}']
)
def test_stale_files_are_ignored(lonely: EngineSettings, content: str) -> None:
    lonely.data_dir.mkdir()
    (lonely.data_dir / "engine.json").write_text(content)
    assert read_running(lonely.data_dir) is None
    with running_engine(lonely) as connection:
        assert connection.owned


def test_a_long_log_is_put_aside(lonely: EngineSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_LOG_BYTES", 100)
    lonely.data_dir.mkdir()
    (lonely.data_dir / "engine.log").write_text("old " * 100)
    with running_engine(lonely):
        assert "old" not in (lonely.data_dir / "engine.log").read_text()
    assert (lonely.data_dir / "engine.log.1").read_text().startswith("old")


@contextmanager
def addressed(connection: Connection, settings: EngineSettings, **more: Any) -> Iterator[Connection]:
    """Yield what ``running_engine`` gives when MEILI_URL names the session's engine."""
    with running_engine(EngineSettings(meili_url=connection.url + "/", **more)) as running:
        yield running


def test_meili_url_with_a_master_key(stored: Stored, connection: Connection, settings: EngineSettings) -> None:
    master = json.loads((settings.data_dir / "keys.json").read_text())["master_key"]
    with addressed(connection, settings, meili_master_key=master, index_name="wenhao-url") as running:
        assert not running.owned
        assert running.admin_key != connection.admin_key
        other = EngineSettings(index_name="wenhao-url")
        assert stored(running, other, ("a",)) == 1
        # Keys reach our index only.
        with pytest.raises(EngineError, match="403"):
            stored(running, settings)


def test_meili_url_with_given_keys(connection: Connection, settings: EngineSettings) -> None:
    with addressed(connection, settings, meili_search_key="s", meili_admin_key="a") as running:
        assert (running.url, running.admin_key, running.search_key) == (connection.url, "a", "s")


def test_meili_url_that_does_not_answer(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(EngineUnavailable, match=url), running_engine(EngineSettings(meili_url=url)):
        pass
    for wrong in ("127.0.0.1:7700", "ftp://x", "http://"):
        with pytest.raises(SettingsError, match="MEILI_URL"), running_engine(EngineSettings(meili_url=wrong)):
            pass


def test_status_in_every_state(
    stored: Stored, lonely: EngineSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unused_tcp_port: int
) -> None:
    stopped = status(lonely)
    assert (stopped.found, stopped.version, stopped.database_bytes) == ("private, stopped", "1.21.0", None)
    assert not lonely.data_dir.exists()
    with running_engine(lonely) as connection:
        stored(connection, lonely, ("a", "b"))
        running = status(lonely)
        assert (running.found, running.documents, running.url) == ("private, running", 2, connection.url)
        assert running.pid == getattr(read_running(lonely.data_dir), "pid", None)
        assert running.database_bytes
        assert running.binary
        (lonely.data_dir / "keys.json").write_text("")
        assert "no master key" in str(status(lonely).problem)
    away = status(EngineSettings(meili_url=f"http://127.0.0.1:{unused_tcp_port}"))
    assert (away.found, away.version) == ("MEILI_URL", None)
    assert "does not answer" in str(away.problem)
    monkeypatch.delenv("MEILI_BIN", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nothing = EngineSettings(data_dir=lonely.data_dir)
    assert status(nothing).found == "missing"
    with pytest.raises(EngineMissing), running_engine(nothing):
        pass
