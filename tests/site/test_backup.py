"""`wenhao backup`, `restore`, `upgrade` as people run them, on the real engine."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from engine import binary
from engine.keys import master_key
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.word_index import WordIndexReader
from tests.site.test_command import WENHAO, environment, one_line, wenhao
from tests.site.test_sync_command import folder
from tests.support import ROOT

DATABASE = f"engine-{binary.VERSION}"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with 30 documents and a backup of it."""
    base = tmp_path_factory.mktemp("backup")
    data = base / "data"
    assert wenhao("index", str(folder(base, "one", 30)), data=data).returncode == 0
    done = wenhao("backup", str(base / "backups"), data=data)
    assert done.returncode == 0, done.stderr
    (made,) = (base / "backups").iterdir()
    return data, made


def documents(data: Path) -> int:
    """How many files an index command finds unchanged; nothing is indexed."""
    done = wenhao("sync", "--dry-run", data=data)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rsplit("未变 ", 1)[1].split()[0])


def test_the_manifest_says_what_is_in_it(source: tuple[Path, Path]) -> None:
    told = json.loads((source[1] / "manifest.json").read_text("utf-8"))
    assert told["engine"] == binary.VERSION
    assert told["counts"]["wenhao"] == 30
    assert told["verified"] is True
    assert len(told["questions"]) == 20
    assert all(one["total"] and one["first"] for one in told["questions"])
    assert (source[1] / "engine.snapshot").stat().st_size == told["bytes"]
    assert not list((source[0] / "snapshots").glob("*")), "moved, not copied"


def test_a_restored_index_is_the_one_that_was_backed_up(source: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "elsewhere"
    done = wenhao("restore", str(source[1]), data=data)
    assert done.returncode == 0, done.stderr
    assert "30 件" in done.stderr
    assert WordIndexReader(data / "words").documents() == 30, "derived from what was restored"
    assert documents(data) == 30
    assert not (data / "exchange").exists()
    assert "--replace" in one_line(wenhao("restore", str(source[1]), data=data))
    assert wenhao("restore", str(source[1]), "--replace", data=data).returncode == 0
    assert documents(data) == 30


@pytest.mark.parametrize("fault", ["snapshot", "cut", "count", "answers", "engine", "manifest"])
def test_a_backup_that_is_not_right_is_refused_and_the_old_index_stays(
    source: tuple[Path, Path], tmp_path: Path, fault: str
) -> None:
    backup, data = tmp_path / "backup", tmp_path / "data"
    shutil.copytree(source[1], backup)
    shutil.copytree(source[0] / DATABASE, data / DATABASE)
    shutil.copyfile(source[0] / "collections.json", data / "collections.json")
    told = json.loads((backup / "manifest.json").read_text("utf-8"))
    snapshot = backup / "engine.snapshot"
    content = bytearray(snapshot.read_bytes())
    expected = {"snapshot": "SHA-256", "cut": "SHA-256", "count": "31 件", "answers": "备份时 77 件", "engine": "1.20.0", "manifest": "no backup"}[fault]  # fmt: skip
    if fault == "snapshot":
        content[len(content) // 2] ^= 1
    elif fault == "cut":
        del content[-10:]
    elif fault == "count":
        told["counts"]["wenhao"] = 31
    elif fault == "answers":
        told["questions"][3]["total"] = 77
    elif fault == "engine":
        told["engine"] = "1.20.0"
    snapshot.write_bytes(content)
    (backup / "manifest.json").write_text("{" if fault == "manifest" else json.dumps(told), "utf-8")
    assert expected in one_line(wenhao("restore", str(backup), "--replace", data=data))
    assert documents(data) == 30


def test_only_the_newest_are_kept_and_what_is_not_ours_is_left_alone(source: tuple[Path, Path], tmp_path: Path) -> None:
    parent = tmp_path / "backups"
    for name in ("wenhao-20200101T000000Z", "wenhao-20210101T000000Z", "mine"):
        shutil.copytree(source[1], parent / name)
    (parent / "wenhao-20190101T000000Z").mkdir()  # not complete: not ours to count or remove
    done = wenhao("backup", str(parent), "--keep", "2", data=source[0])
    assert done.returncode == 0, done.stderr
    kept = sorted(path.name for path in parent.iterdir())
    assert kept[:3] == ["mine", "wenhao-20190101T000000Z", "wenhao-20210101T000000Z"]
    assert len(kept) == 4


def test_a_backup_killed_anywhere_leaves_none_that_looks_whole(source: tuple[Path, Path], tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    delays = random.Random(seed)
    parent = tmp_path / "backups"
    for _ in range(4):
        process = subprocess.Popen([*WENHAO, "backup", str(parent)], env=environment(source[0]), stderr=subprocess.DEVNULL, cwd=ROOT)  # fmt: skip
        time.sleep(delays.uniform(0.8, 2.5))
        process.kill()
        process.wait()
        whole = list(parent.glob("wenhao-*Z")) if parent.exists() else []
        assert all(json.loads((path / "manifest.json").read_text("utf-8"))["verified"] for path in whole), f"seed {seed}"  # fmt: skip
        time.sleep(1)  # the engine of the killed process ends, and the name has another second
    assert wenhao("backup", str(parent), data=source[0]).returncode == 0, f"seed {seed}"
    assert not list(parent.glob("*.part"))


def test_an_engine_run_elsewhere_is_backed_up_by_its_interface(source: tuple[Path, Path], tmp_path: Path) -> None:
    settings = EngineSettings(data_dir=tmp_path / "engine")
    shutil.copytree(source[0] / DATABASE, settings.data_dir / DATABASE)
    with running_engine(settings) as connection:
        keys = {"MEILI_URL": connection.url, "MEILI_MASTER_KEY": master_key(settings.data_dir)}
        parent, snapshots = tmp_path / "backups", settings.data_dir / "snapshots"
        away = wenhao("backup", str(parent), data=tmp_path / "away", **keys)
        assert away.returncode == 0, away.stderr
        assert "引擎自己的快照文件夹" in away.stderr
        assert len(list(snapshots.iterdir())) == 1
        (told,) = parent.iterdir()
        assert "no snapshot of its own" in one_line(wenhao("restore", str(told), data=tmp_path / "new"))
        shutil.rmtree(told)
        here = wenhao("backup", str(parent), "--snapshots", str(snapshots), data=tmp_path / "away", **keys)
        assert here.returncode == 0, here.stderr
        without = wenhao("backup", str(parent), data=tmp_path / "away", MEILI_URL=connection.url)
        assert "MEILI_MASTER_KEY" in one_line(without)
        assert "elsewhere" in one_line(wenhao("restore", str(next(parent.iterdir())), data=tmp_path / "new", **keys))
    restored = wenhao("restore", str(next(parent.iterdir())), data=tmp_path / "new")
    assert restored.returncode == 0, restored.stderr


def test_nothing_is_exchanged_under_a_running_site(source: tuple[Path, Path]) -> None:
    with running_engine(EngineSettings(data_dir=source[0])):
        assert "stop it first" in one_line(wenhao("restore", str(source[1]), "--replace", data=source[0]))
        running = wenhao("backup", str(source[1].parent), data=source[0])
        assert running.returncode == 0, "a backup is made under it"


def test_data_of_another_engine_are_refused_then_upgraded_on_a_copy(source: tuple[Path, Path], tmp_path: Path) -> None:
    """There is one packaged engine only, so the older data are today's with an older version written into them."""
    data = tmp_path / "data"
    shutil.copytree(source[0] / DATABASE, data / "engine-1.20.0")
    shutil.copyfile(source[0] / "collections.json", data / "collections.json")
    (data / "engine-1.20.0" / "VERSION").write_text("1.20.0")
    line = one_line(wenhao("sync", data=data))
    assert all(word in line for word in ("1.20.0", binary.VERSION, "wenhao upgrade"))
    done = wenhao("upgrade", data=data)
    assert done.returncode == 0, done.stderr
    assert "wenhao 30" in done.stderr
    assert (data / "engine-1.20.0" / "VERSION").read_text() == "1.20.0", "the old data stay"
    assert documents(data) == 30
    assert "不需要升级" in wenhao("upgrade", data=data).stderr


def test_an_upgrade_that_fails_leaves_the_old_data(source: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(source[0] / DATABASE, data / DATABASE)
    (data / DATABASE / "VERSION").write_text("1.3.0")  # too old for the engine
    assert "1.3.0" in one_line(wenhao("upgrade", data=data))
    assert (data / DATABASE / "VERSION").read_text() == "1.3.0"
    assert not (data / "exchange").exists()


def test_an_exchange_cut_off_between_its_two_steps_is_mended(source: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "data"
    aside = data / f"{DATABASE}.aside"
    shutil.copytree(source[0] / DATABASE, aside)
    shutil.copyfile(source[0] / "collections.json", data / "collections.json")
    assert "--replace" in one_line(wenhao("restore", str(source[1]), data=data)), "the data moved aside are not overwritten"  # fmt: skip
    assert not aside.exists()
    assert documents(data) == 30
