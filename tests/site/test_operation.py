"""`wenhao watch` and `wenhao doctor` as people run them."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from gongwen import sentence_vectors
from tests.site.test_command import WENHAO, environment, gone, wenhao
from tests.support import ROOT

_NOTICE = "# 衢州市人民政府关于{what}工作的通知\n\n衢政发〔2024〕{number}号\n\n各县（市、区）人民政府：\n\n做好{what}工作，落实责任，及时报告执行情况。\n\n衢州市人民政府\n\n2024年5月5日\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "公文"
    made.mkdir()
    (made / "a.md").write_text(_NOTICE.format(what="防汛", number=1), "utf-8")
    return made


def until(lines: list[str], process: subprocess.Popen[str], what: str) -> None:
    """Reads what the process says until it says this; its own end is the end of waiting."""
    assert process.stderr is not None
    for line in process.stderr:
        lines.append(line.strip())
        if what in line:
            return
    raise AssertionError(f"{what!r} was not said: {lines}")


def test_watch_brings_in_what_changes_and_leaves_nothing_behind(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen([*WENHAO, "watch", str(folder)], env=environment(data), stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)  # fmt: skip
    lines: list[str] = []
    try:
        until(lines, process, "索引共 1 件")
        time.sleep(0.5)  # so that the watching has begun
        (folder / "b.md").write_text(_NOTICE.format(what="抗旱", number=2), "utf-8")
        until(lines, process, "索引共 2 件")
        (folder / "a.md").unlink()
        until(lines, process, "索引共 1 件")
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        assert gone(children)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        assert process.stderr is not None
        process.stderr.close()


def test_watch_of_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    done = wenhao("watch", str(tmp_path / "none"), data=tmp_path)
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr


def test_doctor_says_what_is_well_and_what_is_not(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    empty = wenhao("doctor", data=data)
    assert empty.returncode == 1
    assert "问题  索引：还没有；请用 wenhao index 文件夹" in empty.stdout
    assert wenhao("index", str(folder), data=data).returncode == 0
    well = wenhao("doctor", data=data)
    assert well.returncode == 0, well.stdout + well.stderr
    assert "1 个文件与索引一致" in well.stdout
    assert "都好。" in well.stdout
    if sentence_vectors.available():
        assert "按意思找：装了 wenhao[semantic]，还没有向量" in well.stdout
    (data / "words" / "current.json").unlink()
    without_words = wenhao("doctor", data=data)
    assert without_words.returncode == 1
    assert "问题  词索引：0 件（副本除外）；与索引不一致" in without_words.stdout
    assert wenhao("sync", data=data).returncode == 0
    assert "词索引：1 件" in wenhao("doctor", data=data).stdout
    (folder / "bad.txt").write_bytes(b"\x00\x01PK" * 100)
    assert wenhao("sync", data=data).returncode == 0
    refused = wenhao("doctor", data=data)
    assert refused.returncode == 0, "nothing that another sync would mend"
    assert "未编入：decode 1" in refused.stdout
    (folder / "b.md").write_text(_NOTICE.format(what="抗旱", number=2), "utf-8")
    (data / "keys.json").chmod(0o600)
    differing = wenhao("doctor", data=data)
    assert differing.returncode == 1
    assert "1 个不同；请运行 wenhao sync" in differing.stdout
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "a.txt").write_text("[plain]\n低保\n", "utf-8")
    faulty = wenhao("doctor", data=data, WENHAO_SYNONYMS=str(lists))
    assert "问题  词表：1 处有错" in faulty.stdout
    folder.rename(tmp_path / "elsewhere")
    moved = wenhao("doctor", data=data)
    assert moved.returncode == 1
    assert "已不存在" in moved.stdout


def test_a_file_whose_name_holds_a_line_separator_does_not_stop_sync_or_doctor(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    for name in ("sep\u2028line.txt", "nel\u0085line.txt"):
        (folder / name).write_bytes(b"")
    for arguments in (("index", str(folder)), ("sync",), ("doctor",)):
        done = wenhao(*arguments, data=data)
        assert done.returncode == 0, done.stderr
    assert "未编入：decode 2" in done.stdout
    (data / "rejected.jsonl").unlink()
    (data / "rejected.jsonl").mkdir()
    done = wenhao("doctor", data=data)
    assert done.returncode == 1
    assert "问题  未编入" in done.stdout
