"""The ledger says what the index holds, whatever happened to either, and spares a sync the reading of both."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.client import Connection
from engine.opening import open_writer
from engine.protocol import Encoded
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import DocumentsRefused, SettingsError
from indexer import ledger, looks, sources
from indexer.ledger import Entry
from indexer.pipeline import Pipeline
from indexer.records import document_id
from indexer.sources import discover
from tests.support import index_folder

Running = tuple[Connection, EngineSettings]
BODY = "为做好防汛工作，现就有关事项通知如下，请认真贯彻执行。" * 6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = EngineSettings(data_dir=tmp_path_factory.mktemp("ledger"))
    with running_engine(settings) as connection:
        yield connection, settings


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written here need not be two seconds old to be trusted; one test says why it must be elsewhere."""
    monkeypatch.setattr(looks, "_SETTLED_NS", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for serial in range(1, 6):
        write(tmp_path / f"{serial}.txt", serial)
    return tmp_path


def write(path: Path, serial: int, reports: int = 1) -> None:
    """A notice, or a file of several yearly reports."""
    path.parent.mkdir(exist_ok=True, parents=True)
    if reports == 1:
        text = f"衢州市人民政府办公室关于做好第{serial}项工作的通知\n衢政办发〔2020〕{serial}号\n{BODY}\n2020年5月6日\n"
    else:
        text = "".join(f"衢州市人民政府{2010 + n}年政府信息公开工作年度报告\n{BODY * 6}\n" for n in range(reports))
    path.write_text(text, "utf-8")


def entries(data_dir: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    with sqlite3.connect(data_dir / ledger.FILE) as database:
        rows = database.execute("SELECT collection, folder, name, ids, stamp FROM entries").fetchall()
    return {tuple(row[:3]): (" ".join(sorted(row[3].split())), row[4]) for row in rows}


def from_the_index(running: Running, tmp_path: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    """What a ledger holds that was filled from the index just now."""

    async def fill() -> None:
        writer = open_writer(*running)
        with ledger.opened(tmp_path) as found:
            await found.follow(writer)
            await found.seal(writer, None)
        await writer.aclose()

    asyncio.run(fill())
    return entries(tmp_path)


def in_the_engine(running: Running, change: Callable[[MeiliWriter], Any]) -> None:
    async def run() -> None:
        writer = MeiliWriter(*running)
        await change(writer)
        await writer.aclose()

    asyncio.run(run())


def test_an_unchanged_folder_costs_neither_a_scan_of_the_index_nor_the_bytes_of_a_file(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_folder(folder, "spared", *running)

    one_of = MeiliWriter.scan

    def scan(self: MeiliWriter, fields: Sequence[str], **how: Any) -> AsyncIterator[list[dict[str, Any]]]:
        assert how.get("only"), "the whole index need not be read"
        return one_of(self, fields, **how)

    def read(*_: object) -> None:
        raise AssertionError("its bytes are known")

    monkeypatch.setattr(MeiliWriter, "scan", scan)
    monkeypatch.setattr(Pipeline, "fingerprint", read)
    assert index_folder(folder, "spared", *running).unchanged == 5


def test_a_file_changed_behind_the_clock_is_seen(running: Running, folder: Path) -> None:
    """The same size and the same time of writing, as a copy with times kept has them."""
    index_folder(folder, "clock", *running)
    path = folder / "1.txt"
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("第1项", "第9项"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert index_folder(folder, "clock", *running).written == 1


def test_a_file_written_just_now_is_not_trusted_to_look_the_same(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written twice within one step of the file system's clock, it would look the same with other bytes."""
    monkeypatch.setattr(looks, "_SETTLED_NS", 3600 * 10**9)
    index_folder(folder, "fresh", *running)
    read: list[str] = []
    whole = Pipeline.fingerprint

    def watched(self: Pipeline, file: sources.SourceFile) -> tuple[bytes, str]:
        read.append(file.source)
        return whole(self, file)

    monkeypatch.setattr(Pipeline, "fingerprint", watched)
    assert index_folder(folder, "fresh", *running).unchanged == 5
    assert len(read) == 5


@pytest.mark.parametrize("what", ["a page's attachment", "the manifest's row"])
def test_what_belongs_to_a_file_belongs_to_its_appearance(tmp_path: Path, what: str) -> None:
    (tmp_path / "1.html").write_text('<a href="1.pdf">附件</a>', "utf-8")
    (tmp_path / "1.pdf").write_bytes(b"%PDF")
    (tmp_path / "manifest.tsv").write_text("path\turl\n1.html\thttps://sample.example/1\n", "utf-8")
    (before,) = discover(tmp_path, "c").files
    looked = before.appearance("v")
    if what == "a page's attachment":
        (tmp_path / "1.pdf").write_bytes(b"%PDF-")
    else:
        (tmp_path / "manifest.tsv").write_text("path\turl\n1.html\thttps://sample.example/2\n", "utf-8")
    (after,) = discover(tmp_path, "c").files
    assert looked
    assert looked not in {after.appearance("v"), before.appearance("w")}


def test_a_file_that_is_gone_looks_like_nothing(tmp_path: Path) -> None:
    assert sources.SourceFile(str(tmp_path / "1.txt"), "c", "c/1.txt").appearance("v") == ""


def test_documents_removed_behind_our_back_come_back(running: Running, folder: Path) -> None:
    index_folder(folder, "behind", *running)
    in_the_engine(running, lambda writer: writer.delete([document_id("behind/1.txt", 0)]))
    summary = index_folder(folder, "behind", *running)
    assert (summary.written, summary.unchanged) == (1, 4)


def test_one_of_several_documents_of_a_file_removed_behind_our_back_comes_back(
    running: Running, tmp_path: Path
) -> None:
    """The file looks as before, and the records that are left have the stamp they had."""
    write(tmp_path / "all.txt", 1, reports=3)
    assert index_folder(tmp_path, "one-of", *running).written == 3
    in_the_engine(running, lambda writer: writer.delete([document_id("one-of/all.txt", 1)]))
    assert index_folder(tmp_path, "one-of", *running).written == 3
    assert index_folder(tmp_path, "one-of", *running).unchanged == 1


def test_a_document_that_the_engine_refused_is_offered_again_and_told_again(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = MeiliWriter.put

    async def refusing(self: MeiliWriter, records: Iterable[Any]) -> None:
        kept = list(records)
        bad = [one for one in kept if isinstance(one, Encoded) and one.id == document_id("refused/all.txt", 1)]
        await whole(self, [each for each in kept if each not in bad])
        if bad:
            raise DocumentsRefused({each.id: "the engine does not take it" for each in bad})

    write(folder / "all.txt", 1, reports=3)
    with monkeypatch.context() as engine:
        engine.setattr(MeiliWriter, "put", refusing)
        for _ in range(2):
            summary = index_folder(folder, "refused", *running)
            assert [(one.path, one.stage) for one in summary.rejected] == [("refused/all.txt", "store")]
    assert index_folder(folder, "refused", *running).written == 3


def test_documents_put_there_by_others_do_not_stay(running: Running, folder: Path) -> None:
    index_folder(folder, "foreign", *running)
    in_the_engine(
        running,
        lambda writer: writer.put(
            [{"id": "x1", "collection": "foreign", "source": "foreign/x.txt"}, {"id": "x2", "title": "不属于任何一批"}]
        ),
    )
    assert index_folder(folder, "foreign", *running).deleted == 1


def test_filled_anew_it_still_knows_how_files_looked(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_folder(folder, "known", *running)
    in_the_engine(running, lambda writer: writer.put([{"id": "y", "collection": "other", "source": "other/y.txt"}]))

    def read(*_: object) -> None:
        raise AssertionError("its bytes are known")

    monkeypatch.setattr(Pipeline, "fingerprint", read)
    assert index_folder(folder, "known", *running).unchanged == 5


@pytest.mark.parametrize("content", [b"", b"not a database", None], ids=["empty", "something else", "removed"])
def test_a_ledger_that_is_none_is_filled_anew(running: Running, folder: Path, content: bytes | None) -> None:
    index_folder(folder, "none", *running)
    path = running[1].data_dir / ledger.FILE
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert index_folder(folder, "none", *running).unchanged == 5


def test_a_damaged_ledger_is_named(running: Running, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("damaged")
    settings = running[1].model_copy(update={"data_dir": data})
    index_folder(folder, "damaged", running[0], settings)
    path = data / ledger.FILE
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(SettingsError, match=r"ledger\.sqlite.*may be removed"):
        index_folder(folder, "damaged", running[0], settings)
    path.unlink()
    assert index_folder(folder, "damaged", running[0], settings).unchanged == 5


def test_a_run_that_fails_leaves_the_ledger_as_it_was(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_folder(folder, "failing", *running)
    before = entries(running[1].data_dir)
    write(folder / "1.txt", 11)
    with monkeypatch.context() as broken:

        async def fails(*_: object, **__: object) -> None:
            raise RuntimeError("the power is cut")

        broken.setattr("indexer.sync.conclude", fails)
        with pytest.raises(RuntimeError, match="power"):
            index_folder(folder, "failing", *running)
    assert entries(running[1].data_dir) == before
    assert index_folder(folder, "failing", *running).unchanged == 5, "the index has it"


def test_a_copy_leaves_the_file_alone_while_another_process_writes(running: Running, folder: Path) -> None:
    index_folder(folder, "copied", *running)
    before = entries(running[1].data_dir)
    with ledger.opened(running[1].data_dir) as writing:
        writing.turn_to("copied")
        writing.write("copied/1.txt", None)
        with ledger.copied(running[1].data_dir) as copy:
            assert copy.documents()["copied"] == 5
            copy.drop("copied")
            assert "copied" not in copy.documents()
        assert writing.documents()["copied"] == 4
    assert entries(running[1].data_dir) == before, "what is not sealed is forgotten"


def test_what_a_folder_that_cannot_be_listed_holds_stays(
    running: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for serial in (6, 7):
        write(folder / "share" / f"{serial}.txt", serial)
    index_folder(folder, "mounted", *running)
    (folder / "5.txt").unlink()
    whole = os.scandir

    def away(path: Any) -> Any:
        if str(path).endswith("share"):
            raise OSError(116, "Stale file handle")
        return whole(path)

    with monkeypatch.context() as stale:
        stale.setattr(os, "scandir", away)
        summary = index_folder(folder, "mounted", *running)
    assert summary.deleted == 1, "5.txt alone"
    assert [(one.path, one.reason) for one in summary.rejected] == [
        ("mounted/share", "the folder cannot be listed: Stale file handle")
    ]
    assert index_folder(folder, "mounted", *running).unchanged == 6


def test_an_entry_is_of_a_fingerprint_only_when_all_records_are_there() -> None:
    assert Entry(("a", "b"), "f:2").is_of("f")
    assert not Entry(("a",), "f:2").is_of("f"), "one is missing"
    assert not Entry(("a", "b"), "").is_of("f"), "they differ"
    assert not Entry(("a", "b"), "g:2").is_of("f")


def test_after_any_changes_the_ledger_holds_what_the_index_does(
    running: Running, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Twelve syncs of a folder in which files come, change, move, break, grow and go."""
    chance = random.Random(7)
    for turn in range(12):
        for _ in range(3):
            path = folder / chance.choice(["", "甲", "甲/乙", "丙"]) / f"{chance.randrange(8)}.txt"
            act = chance.choice(["write", "reports", "break", "remove", "move"])
            if act == "write":
                write(path, 100 + turn)
            elif act == "reports":
                write(path, turn, reports=chance.randint(2, 4))
            elif act == "break":
                path.parent.mkdir(exist_ok=True, parents=True)
                path.write_bytes(b"\x00\x01PK" * 100)
            elif path.exists():
                path.unlink() if act == "remove" else path.rename(folder / f"moved{turn}.txt")
        index_folder(folder, "any", *running)
        fresh = from_the_index(running, tmp_path_factory.mktemp("fresh"))
        assert {key: row for key, row in entries(running[1].data_dir).items() if key[0] == "any"} == {
            key: row for key, row in fresh.items() if key[0] == "any"
        }
