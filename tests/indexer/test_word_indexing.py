"""The word index follows the documents' index: by what changed, and made anew when that is not known."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.client import Connection
from engine.opening import open_writer
from engine.protocol import Writer
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.word_index import FIELDS, WordIndexReader, WordIndexWriter
from engine.writer import MeiliWriter
from gongwen.errors import EngineError
from indexer.records import document_id
from tests.support import index_folder

Running = tuple[Connection, EngineSettings]
TOPICS = ("公租房", "低保", "湿地", "防汛", "停车", "预算", "招聘", "采购")
ASKED = (*TOPICS, "通知", "衢州", "工作", "2020")
COPIED = "".join(
    f"第{n}条　{topic}由市{topic}领导小组办公室负责，每{n}日通报一次。" for n, topic in enumerate(TOPICS * 4, 1)
)


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = EngineSettings(data_dir=tmp_path_factory.mktemp("words"), max_indexing_memory="256MiB")
    with running_engine(settings) as connection:
        yield connection, settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notices"
    made.mkdir()
    for serial, topic in enumerate(TOPICS):
        write(made / f"{serial}.txt", topic, serial)
    return made


def write(path: Path, topic: str, serial: int) -> None:
    body = f"为做好{topic}工作，现就{topic}有关事项通知如下，请第{serial}组认真执行。" * (1 + serial % 3)
    path.write_text(f"衢州市人民政府关于{topic}的通知\n衢政发〔2020〕{serial + 1}号\n{body}\n2020年5月6日\n", "utf-8")


def told(words: Path) -> tuple[int, dict[str, tuple[str, ...]]]:
    """How many documents it has, and what is nearest to each word; which of equals comes first is not told."""
    reader = WordIndexReader(words)
    return reader.documents(), {word: tuple(sorted(asyncio.run(reader.nearest((word,), 100)))) for word in ASKED}


def expected(running: Running, tmp_path: Path) -> tuple[int, dict[str, tuple[str, ...]]]:
    """The same of a word index made anew from the documents' index."""

    async def fill(writer: Writer, words: WordIndexWriter) -> None:
        words.begin(anew=True)
        async for page in writer.scan(FIELDS):
            words.put(page)
        words.finish("as it is")
        await writer.aclose()

    asyncio.run(fill(open_writer(*running), WordIndexWriter(tmp_path / "anew")))
    return told(tmp_path / "anew")


def whole_scans(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The fields of every reading of the whole index from now on."""
    seen: list[Sequence[str]] = []
    one_of = MeiliWriter.scan

    def scan(self: MeiliWriter, fields: Sequence[str], **how: Any) -> AsyncIterator[list[dict[str, Any]]]:
        if how.get("only") is None:
            seen.append(tuple(fields))
        return one_of(self, fields, **how)

    monkeypatch.setattr(MeiliWriter, "scan", scan)
    return seen


def test_after_any_changes_it_holds_what_the_index_holds(
    running: Running, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index_folder(folder, "notices", *running).rejected == []
    words = running[1].words
    assert told(words) == expected(running, tmp_path)
    assert told(words)[0] == len(TOPICS)
    chance = random.Random(11)
    seen = whole_scans(monkeypatch)
    for serial in range(100, 108):
        files = sorted(folder.iterdir())
        write(folder / f"{serial}.txt", chance.choice(TOPICS), serial)
        chance.choice(files).unlink()
        write(chance.choice([file for file in files if file.exists()]), chance.choice(TOPICS), serial)
        index_folder(folder, "notices", *running)
        assert FIELDS not in seen, "a few changes must not cost the reading of all documents"
        assert told(words) == expected(running, tmp_path)
        seen.clear()


def test_what_stands_for_its_copies_is_there_and_they_are_not(running: Running, folder: Path, tmp_path: Path) -> None:
    for name in ("own", "portal", "paper"):
        (folder / f"{name}.txt").write_text(f"衢州市防汛工作通知\n\n{COPIED}\n\n转自{name}\n", "utf-8")
    index_folder(folder, "notices", *running)
    words = running[1].words
    assert told(words)[0] == len(TOPICS) + 1
    stands = [name for name in ("own", "portal", "paper") if _found(running, f"notices/{name}.txt")]
    assert len(stands) == 1
    (folder / f"{stands[0]}.txt").unlink()
    index_folder(folder, "notices", *running)
    assert told(words)[0] == len(TOPICS) + 1, "another one stands for them now"
    assert told(words) == expected(running, tmp_path)


def _found(running: Running, source: str) -> bool:
    return document_id(source, 0) in told(running[1].words)[1]["2020"] + told(running[1].words)[1]["防汛"]


def test_an_index_that_others_changed_is_made_anew(running: Running, folder: Path, tmp_path: Path) -> None:
    index_folder(folder, "notices", *running)

    async def remove() -> None:
        writer = open_writer(*running)
        page = [row async for rows in writer.scan(("id",)) for row in rows]
        await writer.delete([page[0]["id"]])
        await writer.aclose()

    asyncio.run(remove())
    index_folder(folder, "notices", *running)
    assert told(running[1].words)[0] == len(TOPICS)
    assert told(running[1].words) == expected(running, tmp_path)


def test_a_change_cut_off_is_made_good(running: Running, folder: Path, tmp_path: Path) -> None:
    index_folder(folder, "notices", *running)
    cut_off = WordIndexWriter(running[1].words)
    cut_off.begin(anew=False)
    cut_off.remove([name for names in told(running[1].words)[1].values() for name in names])
    del cut_off
    index_folder(folder, "notices", *running)
    assert told(running[1].words) == expected(running, tmp_path)


def test_documents_are_stored_though_the_word_index_cannot_be_written(
    running: Running, folder: Path, tmp_path: Path
) -> None:
    words = running[1].words
    words.write_text("in the way", "utf-8")
    with pytest.raises(EngineError, match="stored and found without it"):
        index_folder(folder, "notices", *running)
    assert expected(running, tmp_path)[0] == len(TOPICS)
    words.unlink()
    assert index_folder(folder, "notices", *running).unchanged == len(TOPICS)
    assert told(words) == expected(running, tmp_path)
