"""What the reject list says stays said, and files that give no document are read once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.client import Connection
from engine.opening import open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import UnreadableDocument
from indexer import ledger, looks, rejects, scanned
from indexer.pipeline import Pipeline
from indexer.plan import plan
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile, discover
from indexer.worker import _answer
from indexer.workers import Workers
from tests.indexer import making
from tests.support import index_folder

Running = tuple[Connection, EngineSettings]
NOTICE = (
    "衢州市人民政府办公室关于做好防汛工作的通知\n衢政办发〔2020〕{}号\n" + "请认真贯彻执行。" * 30 + "\n2020年5月6日\n"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = EngineSettings(data_dir=tmp_path_factory.mktemp("remembered"), max_indexing_memory="256MiB")
    with running_engine(settings) as connection:
        yield connection, settings


@pytest.fixture
def running(engine: Running, request: pytest.FixtureRequest, tmp_path: Path) -> Running:
    """An index and a data folder of the test's own."""
    name = "wenhao" + "".join(letter for letter in request.node.originalname if letter.isalpha())[:40]
    return engine[0], engine[1].model_copy(update={"index_name": name, "data_dir": tmp_path / "data"})


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are read from now on; what was written just now counts as settled."""
    monkeypatch.setattr(looks, "_SETTLED_NS", 0)
    seen: list[str] = []
    one_of = Workers.read

    async def watched(self: Workers, file: SourceFile) -> object:
        seen.append(file.path.name)
        return await one_of(self, file)

    monkeypatch.setattr(Workers, "read", watched)
    return seen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    (made / "notice.txt").write_text(NOTICE.format(1), "utf-8")
    (made / "binary.txt").write_bytes(b"PK\x00\x01" * 100)
    (made / "empty.html").write_text("<html><body></body></html>", "utf-8")
    return made


def listed(running: Running) -> set[tuple[str, str]]:
    lines = (running[1].data_dir / rejects.FILE).read_text("utf-8").splitlines()
    return {(Path(line["path"]).name, line["stage"]) for line in map(json.loads, lines)}


def test_a_file_that_gives_no_document_is_read_once_and_told_of_each_time(
    running: Running, folder: Path, read: list[str]
) -> None:
    index_folder(folder, "files", *running)
    told = listed(running)
    assert {name for name, _ in told} == {"binary.txt", "empty.html"}
    assert sorted(read) == ["binary.txt", "empty.html", "notice.txt"]
    read.clear()
    for _ in range(2):
        index_folder(folder, "files", *running)
        assert (read, listed(running)) == ([], told)


def test_it_is_read_again_when_it_looks_different(running: Running, folder: Path, read: list[str]) -> None:
    index_folder(folder, "files", *running)
    read.clear()
    (folder / "binary.txt").write_text(NOTICE.format(2), "utf-8")
    assert index_folder(folder, "files", *running).written == 1
    assert read == ["binary.txt"]
    assert {name for name, _ in listed(running)} == {"empty.html"}


@pytest.mark.parametrize("setting", ["WENHAO_READ_MEMORY_BYTES=2000000000", "WENHAO_OCR_COMMAND=/bin/cat"])
def test_it_is_read_again_by_other_rules(
    running: Running, folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    index_folder(folder, "files", *running)
    read.clear()
    monkeypatch.setenv(*setting.split("="))
    index_folder(folder, "files", *running)
    assert {"binary.txt", "empty.html"} <= set(read)


def test_what_failed_for_time_or_the_disk_is_tried_again(
    running: Running, folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = {
        "binary.txt": UnreadableDocument("reading takes more than 60 seconds", stage="extract", lasting=False),
        "empty.html": UnreadableDocument("the file cannot be read: Input/output error", stage="read"),
    }
    one_of = Workers.read

    async def failing(self: Workers, file: SourceFile) -> object:
        found = await (one_of(self, file) if file.path.name == "notice.txt" else asyncio.sleep(0))
        if file.path.name in reasons:
            read.append(file.path.name)
            raise reasons[file.path.name]
        return found

    monkeypatch.setattr(Workers, "read", failing)
    index_folder(folder, "files", *running)
    read.clear()
    index_folder(folder, "files", *running)
    assert sorted(read) == ["binary.txt", "empty.html"]


def test_a_scan_without_a_command_to_read_it_is_read_once(running: Running, folder: Path, read: list[str]) -> None:
    (folder / "scan.pdf").write_bytes(making.scanned_pdf())
    index_folder(folder, "files", *running)
    assert ("scan.pdf", "ocr") in listed(running)
    read.clear()
    index_folder(folder, "files", *running)
    assert read == []
    assert ("scan.pdf", "ocr") in listed(running)


@pytest.mark.parametrize(("command", "seconds"), [("/bin/false", 9), ("/no/such/program", 9), ("/bin/sleep 9", 0.1), ("/bin/true", 9)])  # fmt: skip
def test_a_command_that_failed_may_work_the_next_time(tmp_path: Path, command: str, seconds: float) -> None:
    (tmp_path / "scan.pdf").write_bytes(making.scanned_pdf())
    pipeline = Pipeline(IndexerSettings(ocr_command=command))
    pipeline._ocr = lambda data: scanned.read(data, command, seconds)  # type: ignore[method-assign]
    (file,) = discover(tmp_path, "files").files
    header, _ = _answer(pipeline, file)
    assert (header.stage, header.lasting) == ("ocr", False)


def test_fragments_of_an_unchanged_file_stay_in_the_list(running: Running, folder: Path, read: list[str]) -> None:
    members = {"通知.txt": NOTICE.format(3).encode(), "附件1.pdf": b"%PDF-1.4 broken"}
    (folder / "several.zip").write_bytes(making.zip_file(members))
    index_folder(folder, "files", *running)
    told = listed(running)
    assert ("several.zip", "fragment") in told
    read.clear()
    index_folder(folder, "files", *running)
    assert (read, listed(running)) == ([], told)


def test_what_is_gone_is_forgotten(running: Running, folder: Path, read: list[str]) -> None:
    index_folder(folder, "files", *running)
    (folder / "binary.txt").unlink()
    index_folder(folder, "files", *running)
    assert {name for name, _ in listed(running)} == {"empty.html"}
    with sqlite3.connect(running[1].data_dir / ledger.FILE) as database:
        assert [Path(row[0]).name for row in database.execute("SELECT source FROM rejected")] == ["empty.html"]


def test_a_dry_run_tells_of_it_without_its_bytes(
    running: Running, folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index_folder(folder, "files", *running)
    monkeypatch.setattr(Pipeline, "fingerprint", lambda *_: pytest.fail("its bytes are known"))

    async def planned() -> list[str]:
        writer = open_writer(*running)
        with ledger.copied(running[1].data_dir) as entries:
            await entries.follow(writer)
            found = plan(discover(folder, "files"), Pipeline(IndexerSettings()), entries)
        await writer.aclose()
        assert (found.added, found.changed, found.unchanged) == ((), (), 1)
        return sorted(Path(path).name for path, _ in found.unreadable)

    assert asyncio.run(planned()) == ["binary.txt", "empty.html"]
