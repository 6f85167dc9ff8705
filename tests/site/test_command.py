"""The `wenhao` command as people run it: real processes, real ports, real Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support import ROOT
from wenhao import cli
from wenhao.serving import listen

WENHAO = [sys.executable, "-m", "wenhao.cli"] if not (Path(sys.executable).parent / "wenhao").exists() else [str(Path(sys.executable).parent / "wenhao")]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MEILI_", "WENHAO_")) or name == "MEILI_BIN"
    }
    return kept | {"WENHAO_DATA": str(data), "NO_COLOR": "1", "COLUMNS": "200"} | more


def wenhao(*arguments: str, data: Path, timeout: float = 120, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WENHAO, *arguments],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
    )


@contextmanager
def serving(*arguments: str, data: Path) -> Iterator[tuple[subprocess.Popen[str], list[str], int]]:
    """A running site: its process, the lines it printed until it was ready, its port."""
    port = free_port()
    process = subprocess.Popen([*WENHAO, *arguments, "--port", str(port)], env=environment(data), stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)  # fmt: skip
    lines: list[str] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.strip())
            if "已就绪" in line:
                break
        yield process, lines, port
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        assert process.stderr is not None
        process.stderr.close()


def ask(port: int, path: str) -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command")


def test_run_indexes_serves_and_the_second_time_indexes_nothing(data: Path) -> None:
    with serving("run", "corpus", data=data) as (process, lines, port):
        assert any("写入 78 件" in line for line in lines), lines
        assert ask(port, "/api/v1/search")["total"] == 78
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert children
        process.send_signal(signal.SIGINT)
        process.wait(15)
        assert gone(children)
    with serving("run", "corpus", data=data) as (process, lines, port):
        assert any("76 个文件均未变，索引共 78 件" in line for line in lines), lines
        assert any(f"http://127.0.0.1:{port}/" in line for line in lines)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_stays_behind_however_it_ends(data: Path, stop: signal.Signals) -> None:
    with serving("serve", data=data) as (process, _, _):
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert children
        process.send_signal(stop)
        process.wait(15)
        assert gone(children)


def test_a_second_command_uses_the_running_engine(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    text = "关于测试的通知\n" + "为验证运行中的索引能够接收新的文件，现将有关事项通知如下，请各单位认真落实。\n" * 8
    (folder / "one.txt").write_text(text, "utf-8")
    with serving("serve", data=data) as (_, _, port):
        before = ask(port, "/api/v1/search")["total"]
        done = wenhao("index", str(folder), data=data)
        assert done.returncode == 0, done.stderr
        assert ask(port, "/api/v1/search")["total"] == before + 1


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, lines
    return lines[0]


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(wenhao("run", "corpus", "--port", str(port), data=tmp_path / "data"))
    assert str(port) in line
    assert "--port" in line


def test_a_missing_engine_is_said_in_one_line(tmp_path: Path) -> None:
    line = one_line(
        wenhao("index", "corpus", data=tmp_path / "data", MEILI_BIN="", PATH="/nowhere", XDG_CACHE_HOME=str(tmp_path))
    )
    assert all(way in line for way in ("MEILI_URL", "MEILI_BIN", "wenhao engine install"))


def test_a_wrong_engine_is_said_in_one_line(tmp_path: Path) -> None:
    assert "/no/such/program" in one_line(
        wenhao("index", "corpus", data=tmp_path / "data", MEILI_BIN="/no/such/program")
    )


def test_an_unusable_data_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in one_line(wenhao("index", "corpus", data=tmp_path / "file"))
    assert "/proc" in one_line(wenhao("index", "corpus", data=Path("/proc/wenhao")))


def test_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    assert "no-such-folder" in one_line(wenhao("index", "no-such-folder", data=tmp_path / "data"))


def test_a_wrong_setting_is_said_in_one_line(tmp_path: Path) -> None:
    assert "WENHAO_PORT" in one_line(wenhao("serve", data=tmp_path / "data", WENHAO_PORT="abc"))


def test_engine_status_starts_nothing(tmp_path: Path) -> None:
    done = wenhao("engine", "status", data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "1.21.0" in done.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "command",
    [[], ["index"], ["sync"], ["forget"], ["serve"], ["run"], ["engine"], ["engine", "install"], ["engine", "status"]],
)
def test_every_command_has_help(tmp_path: Path, command: list[str]) -> None:
    done = wenhao(*command, "--help", data=tmp_path / "data")
    assert done.returncode == 0
    assert len(done.stdout) > 100


def test_square_brackets_of_a_message_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is copied from a message must be whole: wenhao[semantic] is another package than wenhao."""
    with pytest.raises(SystemExit):
        cli._fail('install it: pip install "wenhao[semantic]"')
    assert 'pip install "wenhao[semantic]"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "没有端口 99999"),
        (["--port", "-5"], "没有端口 -5"),
        (["--host", "192.0.2.1"], "--host"),
    ],
)
def test_a_port_or_an_address_that_cannot_be_had_is_said(tmp_path: Path, options: list[str], said: str) -> None:
    done = wenhao("serve", *options, data=tmp_path)
    assert done.returncode == 1
    assert said in one_line(done)
    assert "Traceback" not in done.stderr


def test_port_0_is_one_that_the_system_gives() -> None:
    listener = listen("127.0.0.1", 0)
    with listener:
        assert listener.getsockname()[1] > 0
