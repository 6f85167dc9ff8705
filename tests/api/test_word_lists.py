"""The lists of a running site: a change is taken over within a second, whole or not at all."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest

from api.word_lists import WordLists
from gongwen.errors import SettingsError

PIN = "question\tdocument\treason\tuntil\n低保\t衢政办发〔2022〕37号\t现行办法\t2027-12-31\n"


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("[plain]\n下岗 -> 失业登记\n", "utf-8")
    (tmp_path / "stop_words.txt").write_text("怎么\n", "utf-8")
    return tmp_path


def others(lists: WordLists, word: str) -> list[str]:
    return [hit.other for _, _, hit in lists.current().synonyms.of([word])]


def test_a_changed_file_is_taken_over_after_a_second(folder: Path) -> None:
    clock = Clock()
    lists = WordLists(folder, clock)
    (folder / "a.txt").write_text("[plain]\n下岗 -> 失业保险金\n", "utf-8")
    clock.now = 0.9
    assert others(lists, "下岗") == ["失业登记"]
    clock.now = 1.0
    assert others(lists, "下岗") == ["失业保险金"]


def test_new_and_removed_files_stop_words_and_pins_are_taken_over(folder: Path) -> None:
    clock = Clock()
    lists = WordLists(folder, clock)
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text("[plain]\n老赖 -> 失信被执行人\n", "utf-8")
    (folder / "stop_words.txt").write_text("怎么\n如何\n", "utf-8")
    (folder / "pins.tsv").write_text(PIN, "utf-8")
    clock.now = 5
    assert others(lists, "下岗") == []
    assert others(lists, "老赖") == ["失信被执行人"]
    assert lists.current().stop_words == {"怎么", "如何"}
    assert len(lists.current().pins.of("低保", date(2026, 1, 1))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "[plain]\n下岗\n失业\n"),
        ("a.txt", "下岗 -> 失业保险金\n"),
        ("pins.tsv", "低保\n"),
        ("stop_words.txt", "两 个\n"),
    ],
)
def test_faulty_lists_leave_the_old_ones_and_one_line_in_the_log(
    folder: Path, name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    lists = WordLists(folder, clock)
    before = lists.current()
    (folder / name).write_text(text, "utf-8")
    with caplog.at_level(logging.WARNING):
        for clock.now in (2.0, 4.0, 6.0):
            assert lists.current() is before
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    assert f"{name}:" in message
    assert "\n" not in message
    (folder / name).unlink()
    (folder / "a.txt").write_text("[plain]\n下岗 -> 失业保险金\n", "utf-8")
    clock.now = 8
    assert others(lists, "下岗") == ["失业保险金"]


def test_a_file_that_is_no_utf_8_leaves_the_old_lists(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    lists = WordLists(folder, clock)
    (folder / "a.txt").write_bytes("[plain]\n下岗 -> 失业保险金\n".encode("gb18030"))
    clock.now = 2
    with caplog.at_level(logging.WARNING):
        assert others(lists, "下岗") == ["失业登记"]
    assert "a.txt cannot be read as UTF-8" in caplog.text


def test_nothing_is_read_while_nothing_changes(folder: Path) -> None:
    clock = Clock()
    lists = WordLists(folder, clock)
    before = lists.current()
    clock.now = 100
    assert lists.current() is before


def test_a_site_does_not_start_with_faulty_lists(folder: Path) -> None:
    (folder / "a.txt").write_text("[plain]\n下岗\n", "utf-8")
    with pytest.raises(SettingsError, match=r"a\.txt:2"):
        WordLists(folder)
