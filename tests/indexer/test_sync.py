"""Sync against the real engine: only differences are written, nothing is lost, one bad file stops nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine.client import Connection
from engine.protocol import Condition, SearchRequest, Writer
from engine.reader import MeiliReader
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import InputError, SettingsError
from indexer import relations
from indexer.records import document_id
from indexer.register import Register
from indexer.sources import discover
from tests.support import index_folder
from wenhao import collections

NOTICE = (
    "{title}\n衢政办发〔2020〕{serial}号\n各县（市、区）人民政府：\n{body}\n衢州市人民政府办公室\n2020年5月{serial}日\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, EngineSettings]]:
    settings = EngineSettings(data_dir=tmp_path_factory.mktemp("sync"))
    with running_engine(settings) as connection:
        yield connection, settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for serial in range(1, 6):
        write(tmp_path / f"{serial}.txt", serial)
    return tmp_path


def write(path: Path, serial: int, body: str = "为做好防汛工作，现就有关事项通知如下，请认真贯彻执行。" * 6) -> None:
    path.write_text(
        NOTICE.format(title=f"衢州市人民政府办公室关于做好第{serial}项工作的通知", serial=serial, body=body), "utf-8"
    )


def stored(running: tuple[Connection, EngineSettings], collection: str) -> dict[str, str]:
    """Source -> own number of what a search finds of a collection."""

    async def ask() -> dict[str, str]:
        reader = MeiliReader(*running)
        page = await reader.search(SearchRequest(conditions=(Condition("collection", (collection,)),), limit=1000))
        await reader.aclose()
        return {hit.record["source"]: hit.record.get("number_key", "") for hit in page.hits}

    return asyncio.run(ask())


def test_the_second_run_writes_nothing(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    first = index_folder(folder, "twice", *running)
    second = index_folder(folder, "twice", *running)
    assert (first.written, first.unchanged) == (5, 0)
    assert (second.written, second.deleted, second.unchanged) == (0, 0, 5)


def test_changes_additions_and_deletions_alone_are_carried_out(
    running: tuple[Connection, EngineSettings], folder: Path
) -> None:
    index_folder(folder, "changes", *running)
    write(folder / "2.txt", 22)
    write(folder / "6.txt", 6)
    (folder / "3.txt").unlink()
    summary = index_folder(folder, "changes", *running)
    assert (summary.written, summary.deleted, summary.unchanged) == (2, 1, 3)
    assert set(stored(running, "changes")) == {f"changes/{serial}.txt" for serial in (1, 2, 4, 5, 6)}
    assert stored(running, "changes")["changes/2.txt"] == "衢政办发〔2020〕22号"


def test_a_manifest_row_that_changes_is_a_change(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    index_folder(folder, "manifest", *running)
    (folder / "manifest.tsv").write_text("path\turl\n1.txt\thttps://sample.example/1\n", "utf-8")
    assert index_folder(folder, "manifest", *running).written == 1


def test_bad_files_are_reported_and_stop_nothing(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(b"\x00\x01PK" * 100)
    (folder / "short.txt").write_text("你好", "utf-8")
    (folder / "blank.html").write_text("<html><body></body></html>", "utf-8")
    (folder / "sheet.xlsx").write_bytes(b"PK")
    (folder / "old.xls").write_bytes(b"PK")
    (folder / "out.txt").symlink_to("/etc/hostname")
    summary = index_folder(folder, "bad", *running)
    assert summary.written == 5
    assert summary.reject_list is not None
    lines = [json.loads(line) for line in summary.reject_list.read_text("utf-8").splitlines()]
    stages = {Path(line["path"]).name: line["stage"] for line in lines if line["collection"] == "bad"}
    assert stages == {"empty.txt": "decode", "binary.txt": "decode", "short.txt": "split", "blank.html": "extract", "sheet.xlsx": "extract", "old.xls": "skipped", "out.txt": "skipped"}  # fmt: skip
    assert all(line["reason"] for line in lines)
    assert all(line["path"].startswith(f"{line['collection']}/") for line in lines)


def test_a_file_that_becomes_unreadable_leaves_the_index_and_enters_the_reject_list(
    running: tuple[Connection, EngineSettings], folder: Path
) -> None:
    index_folder(folder, "worse", *running)
    (folder / "4.txt").write_bytes(b"")
    summary = index_folder(folder, "worse", *running)
    assert "worse/4.txt" not in stored(running, "worse")
    assert [reject.path for reject in summary.rejected] == ["worse/4.txt"]


def test_a_file_of_several_reports_that_loses_one(running: tuple[Connection, EngineSettings], tmp_path: Path) -> None:
    def report(year: int) -> str:
        body = (
            "根据《中华人民共和国政府信息公开条例》规定，现公布年度报告。全年主动公开信息若干条，依申请公开按时办结。\n"
            * 6
        )
        return f"衢州市人民政府{year}年政府信息公开工作年度报告\n{body}"

    path = tmp_path / "all.txt"
    path.write_text(report(2011) + report(2012) + report(2013), "utf-8")
    assert index_folder(tmp_path, "several", *running).written == 3
    path.write_text(report(2011) + report(2012), "utf-8")
    assert index_folder(tmp_path, "several", *running).deleted == 1
    assert index_folder(tmp_path, "several", *running).unchanged == 1


def test_an_empty_folder_does_not_empty_the_index(
    running: tuple[Connection, EngineSettings], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index_folder(folder, "unmounted", *running)
    with pytest.raises(InputError, match="nothing was deleted"):
        index_folder(tmp_path_factory.mktemp("none"), "unmounted", *running)
    assert len(stored(running, "unmounted")) == 5


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(InputError, match="no-such-folder"):
        discover(Path("/no-such-folder"), "x")


def test_a_wrong_manifest_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.tsv").write_text("file\turl\na.txt\t\n", "utf-8")
    with pytest.raises(SettingsError, match=r"manifest\.tsv:1"):
        discover(tmp_path, "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_manifest_is_read_in_the_encoding_it_is_saved_in(tmp_path: Path, encoding: str) -> None:
    write(tmp_path / "1.txt", 1)
    rows = "path\ttitle\torigin\r\n1.txt\t关于做好防汛工作的通知\t衢州市人民政府\r\n"
    (tmp_path / "manifest.tsv").write_bytes(rows.encode(encoding))
    (file,) = discover(tmp_path, "x").files
    assert file.about == {"path": "1.txt", "title": "关于做好防汛工作的通知", "origin": "衢州市人民政府"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"path\ttitle\n1.txt\t" + b"a" * 140_000 + b"\n", r"manifest\.tsv:2: .*field larger than field limit"),
        (b"path\n" + b"\0" * 100 + b"\n", r"manifest\.tsv:1: .*NUL"),
        (b"", r"manifest\.tsv:1: .*empty"),
        (None, r"manifest\.tsv: .*Is a directory"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None, said: str) -> None:
    manifest = tmp_path / "manifest.tsv"
    if data is None:
        manifest.mkdir()
    else:
        manifest.write_bytes(data)
    with pytest.raises(SettingsError, match=said):
        discover(tmp_path, "x")


def test_two_folders_of_one_name_do_not_mix(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "docs", tmp_path / "b" / "docs"
    one.mkdir(parents=True)
    two.mkdir(parents=True)
    data = tmp_path / "data"
    assert collections.claim(data, "docs", one) == "docs"
    assert collections.claim(data, "docs", one) == "docs"
    with pytest.raises(InputError, match="--name"):
        collections.claim(data, "docs", two)
    one.rmdir()
    assert collections.claim(data, "docs", two) == "docs"


def test_records_of_batches_that_are_stored_at_the_same_time_are_all_counted(
    running: tuple[Connection, EngineSettings], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file is a batch of its own here, and several are under way together."""
    monkeypatch.setattr(MeiliWriter, "at_once", lambda *_: 1)
    for serial in range(6, 26):
        write(folder / f"{serial}.txt", serial)
    assert index_folder(folder, "together", *running).written == 25


def test_relations_are_worked_out_anew_only_where_the_index_or_the_day_has_changed(
    running: tuple[Connection, EngineSettings], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[tuple[int, date]] = []
    whole = relations._work_out

    async def watched(writer: Writer, register: Register, concerned: relations._Concerned | None, today: date) -> int:
        number = register.count() if concerned is None else len(concerned.decided)
        worked_out.append((number, today))
        return await whole(writer, register, concerned, today)

    monkeypatch.setattr(relations, "_work_out", watched)
    day, next_day = date(2021, 1, 1), date(2021, 1, 2)
    settings = running[1].model_copy(update={"index_name": f"{running[1].index_name}-related"})
    write(folder / "6.txt", 6, body="".join(map(chr, range(0x4E00, 0x4F00))))
    index_folder(folder, "related", running[0], settings, day)
    index_folder(folder, "related", running[0], settings, day)
    assert worked_out == [(6, day)], "all, then nothing has changed"

    async def behind() -> None:
        writer = MeiliWriter(running[0], settings)
        await writer.delete([document_id("related/1.txt", 0)])
        await writer.aclose()

    asyncio.run(behind())
    index_folder(folder, "related", running[0], settings, day)
    assert worked_out[1:] == [(6, day)], "whoever changed the index"
    index_folder(folder, "related", running[0], settings, next_day)
    assert worked_out[2:] == [(0, next_day)], "validity is of a day, and none ends with this one"
    write(folder / "6.txt", 16, body="".join(map(chr, range(0x5E00, 0x5F00))))
    index_folder(folder, "related", running[0], settings, next_day)
    assert worked_out[3:] == [(1, next_day)], "nothing was or is like it"
