"""Folders against the index as `wenhao sync` sees them: moves, missing folders, another schema, a second indexer."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import staging
from engine.client import Connection
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.schema import SCHEMA_VERSION, Field
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.terms import TermWriter
from engine.word_index import WordIndexReader
from engine.writer import MeiliWriter
from gongwen.errors import EngineError, InputError
from indexer.records import document_id
from tests.site.test_command import WENHAO, environment, one_line, wenhao
from tests.support import ROOT
from wenhao import collections
from wenhao.indexing import forget, index_folder, plan_folders, sync_folders
from wenhao.lock import AlreadyIndexing, indexing

TEXT = "关于做好{name}工作的通知\n" + "为做好有关工作，现就有关事项通知如下，请各单位认真贯彻执行。\n" * 8


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """An engine on a data folder of the test's own, which the commands of this process use too."""
    for name in list(os.environ):
        if name.startswith("WENHAO_") or (name.startswith("MEILI_") and name != "MEILI_BIN"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WENHAO_DATA", str(tmp_path / "data"))
    with running_engine(EngineSettings()) as connection:
        yield connection


def folder(parent: Path, name: str, documents: int) -> Path:
    made = parent / name
    made.mkdir()
    for number in range(documents):
        (made / f"{number}.txt").write_text(TEXT.format(name=f"{name}第{number}项"), "utf-8")
    return made


def found(connection: Connection) -> dict[str, str]:
    """Source -> id of everything a search finds."""

    async def ask() -> dict[str, str]:
        reader = MeiliReader(connection, EngineSettings())
        page = await reader.search(SearchRequest(limit=1000))
        await reader.aclose()
        return {hit.record["source"]: hit.id for hit in page.hits}

    return asyncio.run(ask())


def write(connection: Connection, *steps: str) -> list[str]:
    """Does steps with the index as only a writer can; returns the names of the indexes that are there."""

    async def run() -> list[str]:
        writer = MeiliWriter(connection, EngineSettings())
        if "age" in steps:  # the index of a program of an earlier schema
            body = {"synonyms": {"wenhaoschemaversion": ["1"]}}
            await writer._finish([await writer._send("PATCH", f"{writer._path}/settings", body)])
        names = await writer.siblings("wenhao")
        version = await writer.schema_version()
        await writer.aclose()
        return [*names, f"wenhao={version}"]

    return asyncio.run(run())


CURRENT = {"wenhao_terms", f"wenhao={SCHEMA_VERSION}"}


def test_sync_without_folders_looks_at_all_that_were_indexed(running: Connection, tmp_path: Path) -> None:
    one, two = folder(tmp_path, "one", 3), folder(tmp_path, "two", 2)
    index_folder(one, None, running)
    index_folder(two, "second", running)
    (one / "0.txt").unlink()
    shutil.copy(two / "1.txt", two / "new.txt")
    done = sync_folders([], running)
    assert {name: (one.written, one.deleted) for name, one in done.summaries.items()} == {"one": (0, 1), "second": (1, 0)}  # fmt: skip
    again = sync_folders([], running)
    assert sum(one.written + one.deleted for one in again.summaries.values()) == 0
    assert sync_folders([two], running).summaries.keys() == {"second"}, "a known folder keeps its name"


def test_a_moved_file_is_said_to_be_moved_and_has_the_id_of_its_new_path(running: Connection, tmp_path: Path) -> None:
    one = folder(tmp_path, "one", 3)
    index_folder(one, None, running)
    (one / "2020").mkdir()
    (one / "0.txt").rename(one / "2020" / "a.txt")
    plan = plan_folders([], running).plans["one"]
    assert plan.moved == (("one/0.txt", "one/2020/a.txt"),)
    assert (plan.added, plan.changed, plan.gone, plan.unchanged) == ((), (), (), 2)
    summary = sync_folders([], running).summaries["one"]
    assert (summary.moved, summary.written, summary.deleted, summary.unchanged) == (1, 1, 1, 2)
    assert found(running)["one/2020/a.txt"] == document_id("one/2020/a.txt", 0)


def test_a_dry_run_says_what_would_happen_and_does_nothing(running: Connection, tmp_path: Path) -> None:
    one = folder(tmp_path, "one", 4)
    index_folder(one, None, running)
    (one / "0.txt").unlink()
    (one / "1.txt").write_text(TEXT.format(name="另一"), "utf-8")
    (one / "9.txt").write_text(TEXT.format(name="新增"), "utf-8")
    before = found(running)
    done = wenhao("sync", "--dry-run", data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["one：新增 1，改动 1，移动 0，删去 1，不能读 0，未变 2", "  + one/9.txt", "  ~ one/1.txt", "  - one/0.txt"]  # fmt: skip
    assert found(running) == before


def test_a_collection_whose_folder_is_gone_is_reported_every_time_and_kept(running: Connection, tmp_path: Path) -> None:
    one, two = folder(tmp_path, "one", 2), folder(tmp_path, "two", 3)
    for each in (one, two):
        index_folder(each, None, running)
    shutil.rmtree(two)
    for _ in range(2):
        done = wenhao("sync", data=tmp_path / "data")
        assert done.returncode == 1
        assert all(word in done.stderr for word in ("two（3 件）", str(two), "wenhao forget two", "--name two"))
    assert len(found(running)) == 5
    assert forget("two", running) == 3
    assert wenhao("sync", data=tmp_path / "data").returncode == 0
    assert len(found(running)) == 2
    with pytest.raises(InputError, match="one"):
        forget("two", running)


def test_a_folder_that_is_empty_now_stops_no_other(running: Connection, tmp_path: Path) -> None:
    one, other = folder(tmp_path, "one", 2), folder(tmp_path, "other", 2)
    index_folder(one, None, running)
    index_folder(other, None, running)
    shutil.rmtree(one)
    one.mkdir()  # where a share was mounted
    (other / "new.txt").write_text(TEXT.format(name="新"), "utf-8")
    for command in (["sync", "--dry-run"], ["sync"]):
        done = wenhao(*command, data=tmp_path / "data")
        assert "one（2 件，原样留着）：文件夹里一件也没有" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert len([source for source in found(running) if source.startswith("one/")]) == 2
    assert "other/new.txt" in found(running)


def test_a_wrong_manifest_of_one_collection_stops_no_other(running: Connection, tmp_path: Path) -> None:
    one, two = folder(tmp_path, "one", 2), folder(tmp_path, "two", 2)
    for each in (one, two):
        index_folder(each, None, running)
    (one / "manifest.tsv").write_text("path\ttitle\n\t通知\n", "utf-8")
    (two / "1.txt").unlink()
    for arguments, status in ((("sync", "--dry-run"), 0), (("sync",), 1), (("doctor",), 1)):
        done = wenhao(*arguments, data=tmp_path / "data")
        assert done.returncode == status
        assert "one（2 件，原样留着）" in done.stdout + done.stderr
        assert f"{one}/manifest.tsv:2" in done.stdout + done.stderr
    assert found(running).keys() == {"one/0.txt", "one/1.txt", "two/0.txt"}
    (one / "0.txt").unlink()
    with pytest.raises(InputError, match="manifest"):
        sync_folders([one], running)
    write(running, "age")
    with pytest.raises(InputError, match="one（2 件，原样留着）"):
        sync_folders([], running)
    assert len(found(running)) == 3


def test_another_schema_is_built_beside_and_swapped_while_searches_go_on(running: Connection, tmp_path: Path) -> None:
    one = folder(tmp_path, "one", 40)
    for each in (one, folder(tmp_path, "two", 5)):
        index_folder(each, None, running)
    write(running, "age")
    totals: list[int] = []
    stop = threading.Event()

    async def search() -> None:
        reader = MeiliReader(running, EngineSettings())
        while not stop.is_set():
            totals.append((await reader.search(SearchRequest(fields=(Field.ID,)))).total)
        await reader.aclose()

    searching = threading.Thread(target=lambda: asyncio.run(search()))
    searching.start()
    try:
        assert plan_folders([], running).rebuild
        done = index_folder(one, None, running)
    finally:
        time.sleep(0.2)
        stop.set()
        searching.join()
    assert done.rebuilt
    assert done.summaries.keys() == {"one", "two"}, "also the folder that was not named"
    assert len(totals) > 50
    assert set(totals) == {45}
    assert set(write(running)) == CURRENT


@pytest.mark.parametrize("where", ["filled", "swapped"])
def test_a_build_interrupted_is_finished_by_the_next_run(
    running: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    one = folder(tmp_path, "one", 6)
    index_folder(one, None, running)
    write(running, "age")
    (one / "0.txt").unlink()
    with monkeypatch.context() as patch:
        if where == "filled":
            patch.setattr(TermWriter, "replace", interrupted)
        else:
            send = MeiliWriter._send
            patch.setattr(
                MeiliWriter, "_send", lambda self, method, *rest, **more: interrupted() if method == "DELETE" else send(self, method, *rest, **more)
            )  # fmt: skip
        with pytest.raises(EngineError, match="interrupted"):
            sync_folders([], running)
    assert f"wenhao_schema{SCHEMA_VERSION}" in write(running)
    assert len(found(running)) == (6 if where == "filled" else 5)
    (one / "1.txt").unlink()
    done = sync_folders([], running)
    assert done.rebuilt == (where == "filled")
    assert done.summaries["one"].written == 0, "what was built is not built again"
    assert len(found(running)) == 4
    assert set(write(running)) == CURRENT


def interrupted(*_: object, **__: object) -> None:
    raise EngineError("interrupted")


def test_killed_at_any_point_the_next_run_finishes(running: Connection, tmp_path: Path) -> None:
    index_folder(folder(tmp_path, "one", 300), None, running)
    undisturbed = found(running)
    words = WordIndexReader(tmp_path / "data" / "words").documents()
    assert 290 < words <= len(undisturbed)  # copies are not there
    write(running, "age")
    seed = random.randrange(10_000)
    delays = random.Random(seed)
    for _ in range(4):
        process = subprocess.Popen([*WENHAO, "sync"], env=environment(tmp_path / "data"), stderr=subprocess.DEVNULL, cwd=ROOT)  # fmt: skip
        time.sleep(delays.uniform(0.5, 5))
        process.kill()
        process.wait()
        assert found(running) == undisturbed, f"seed {seed}"
    done = wenhao("sync", data=tmp_path / "data")
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert found(running) == undisturbed, f"seed {seed}"
    assert set(write(running)) == CURRENT, f"seed {seed}"
    assert WordIndexReader(tmp_path / "data" / "words").documents() == words, f"seed {seed}"


def test_a_swap_still_on_its_way_is_waited_for(running: Connection, tmp_path: Path) -> None:
    index_folder(folder(tmp_path, "one", 6), None, running)
    write(running, "age")

    async def ask_for_a_swap_and_die() -> None:
        settings = EngineSettings()
        writer = MeiliWriter(running, settings)
        building = await staging.staged(writer, running, settings)
        assert building is not None
        await building.ensure_index()
        records = [{"id": f"n{number}", "collection": "one", "text": "工程" * 50_000} for number in range(60)]
        await asyncio.gather(building._send("POST", f"{building._path}/documents", records), return_exceptions=True)
        await writer._send("POST", "/swap-indexes", [{"indexes": [writer.index_name, building.index_name]}])
        assert await writer.schema_version() == 1, "the swap waits behind the documents"
        assert await staging.staged(writer, running, settings) is None
        assert await writer.count() == 60
        for each in (writer, building):
            await each.aclose()

    asyncio.run(ask_for_a_swap_and_die())
    assert set(write(running)) == CURRENT


@pytest.mark.parametrize("gone", ["folder", "documents", "name"])
def test_nothing_is_lost_in_a_rebuild(running: Connection, tmp_path: Path, gone: str) -> None:
    one, two = folder(tmp_path, "one", 2), folder(tmp_path, "two", 3)
    for each in (one, two):
        index_folder(each, None, running)
    write(running, "age")
    if gone == "folder":
        shutil.rmtree(two)
    elif gone == "documents":
        for path in two.iterdir():
            path.unlink()
    else:
        collections.forget(tmp_path / "data", "two")
    with pytest.raises(InputError, match="two（3 件）"):
        index_folder(one, None, running)
    assert len(found(running)) == 5
    assert "wenhao=1" in write(running)
    forget("two", running)
    assert index_folder(one, None, running).rebuilt
    assert found(running).keys() == {"one/0.txt", "one/1.txt"}


def test_documents_of_another_program_are_left_alone(running: Connection, tmp_path: Path) -> None:
    async def foreign() -> None:
        writer = MeiliWriter(running, EngineSettings())
        await writer._create()
        await writer.put([{"id": "x", "collection": "one"}])
        await writer.aclose()

    asyncio.run(foreign())
    with pytest.raises(EngineError, match="WENHAO_INDEX"):
        index_folder(folder(tmp_path, "one", 2), None, running)


def test_a_second_indexer_says_who_is_at_work(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with indexing(data):
        line = one_line(wenhao("index", str(folder(tmp_path, "one", 1)), data=data))
        assert f"进程 {os.getpid()} 正在编入索引（始于 20" in line
        with pytest.raises(AlreadyIndexing), indexing(data):
            pass
    with indexing(data):
        pass
