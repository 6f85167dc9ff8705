"""The word index by itself: what is nearest, what becomes of readers while it is written, and of broken files."""

from __future__ import annotations

import asyncio
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.schema import join
from engine.word_index import WordIndexReader, WordIndexWriter
from gongwen.errors import EngineError

ARTICLES = {
    "rent": ("公租房 申请 办法", "申请 公租房 的 家庭 应当 提交 收入 证明"),
    "income": ("低保 审核 办法", "申请 低保 的 家庭 应当 提交 收入 证明 和 财产 证明"),
    "notice": ("关于 申请 的 通知", "请 各 单位 按 时 申请"),
    "virus": ("关于 COVID-19 的 公告", "疫情 2.5 级"),
}


def record(name: str) -> dict[str, str]:
    title, text = ARTICLES[name]
    return {"id": name, "title": join(title.split()), "text": join([*text.split(), "。"])}


def write(folder: Path, *names: str, version: str = "v1", anew: bool = True, gone: tuple[str, ...] = ()) -> None:
    writer = WordIndexWriter(folder)
    writer.begin(anew=anew)
    writer.remove(gone)
    writer.put(record(name) for name in names)
    writer.finish(version)


def nearest(reader: WordIndexReader, question: str, most: int = 10) -> tuple[str, ...]:
    return asyncio.run(reader.nearest(question.split(), most))


def test_the_document_that_says_most_comes_first(tmp_path: Path) -> None:
    write(tmp_path, *ARTICLES)
    reader = WordIndexReader(tmp_path)
    assert reader.documents() == 4
    assert nearest(reader, "申请 公租房 收入") == ("rent", "income", "notice")  # by the rarest words, not their number
    assert nearest(reader, "申请 公租房 收入", most=1) == ("rent",)
    assert nearest(reader, "公租") == ()  # words, not parts of words
    assert nearest(reader, "Covid-19") == nearest(reader, "2.5") == ("virus",)
    assert nearest(reader, "。") == nearest(reader, "") == ()


def test_without_an_index_there_is_nothing_and_no_error(tmp_path: Path) -> None:
    reader = WordIndexReader(tmp_path / "words")
    assert nearest(reader, "申请") == ()
    assert reader.documents() == 0
    write(tmp_path / "words", "rent")
    assert nearest(reader, "申请") == ("rent",)


def test_a_reader_sees_what_was_changed_and_never_half_of_it(tmp_path: Path) -> None:
    write(tmp_path, "rent", "income")
    reader = WordIndexReader(tmp_path)
    assert nearest(reader, "申请") == ("rent", "income")
    writer = WordIndexWriter(tmp_path)
    writer.begin(anew=False)
    writer.remove(["rent"])
    writer.put([record("notice")])
    assert set(nearest(reader, "申请")) == {"rent", "income"}
    writer.finish("v2")
    assert set(nearest(reader, "申请")) == {"notice", "income"}
    write(tmp_path, "rent", version="v3")
    assert nearest(reader, "申请") == ("rent",)
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["2"]  # the older one is gone


def test_the_index_is_of_the_version_that_it_was_finished_for(tmp_path: Path) -> None:
    writer = WordIndexWriter(tmp_path)
    assert not writer.is_of("v1")
    assert not writer.is_of("")
    write(tmp_path, "rent", version="v1")
    assert writer.is_of("v1")
    assert not writer.is_of("v2")
    cut_off = WordIndexWriter(tmp_path)
    cut_off.begin(anew=False)
    assert not writer.is_of("v1"), "a change that was begun leaves it of no version"


@pytest.mark.parametrize("broken", ["current.json", "1/meta.json"])
def test_broken_files_are_no_index_and_are_written_over(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "rent")
    (tmp_path / broken).write_text('{"cut off', "utf-8")
    with caplog.at_level(logging.WARNING):
        assert nearest(WordIndexReader(tmp_path), "申请") == ()
    assert (str(tmp_path) in caplog.text) == (broken != "current.json")
    write(tmp_path, "rent", version="v2")
    assert nearest(WordIndexReader(tmp_path), "申请") == ("rent",)


def test_an_open_index_answers_though_its_files_are_gone(tmp_path: Path) -> None:
    write(tmp_path, "rent")
    reader = WordIndexReader(tmp_path)
    assert nearest(reader, "申请") == ("rent",)
    shutil.rmtree(tmp_path / "1")
    assert nearest(reader, "收入") == ("rent",)


def test_many_ask_while_it_is_made_anew(tmp_path: Path) -> None:
    write(tmp_path, "rent", "income")
    reader = WordIndexReader(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(nearest, reader, "申请 收入") for _ in range(200)]
        for serial in range(10):
            write(tmp_path, "rent", "income", version=f"v{serial}")
        assert {one.result() for one in asked} == {("rent", "income")}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(EngineError, match=r"words cannot be written: .+ run `wenhao sync`"):
        WordIndexWriter(tmp_path / "words").begin(anew=True)
