"""The reject list is read by every sync: whatever stands in it, the next one must get through."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gongwen.errors import SettingsError
from indexer import rejects
from indexer.rejects import Reject


@pytest.mark.parametrize("path", ["a/普通.txt", "a/sep\u2028line.txt", "a/nel\u0085line.txt", "a/\x0b\x0c\x1c.txt", "a/引\"号.txt"])  # fmt: skip
def test_a_path_of_any_name_stays_in_the_list(tmp_path: Path, path: str) -> None:
    kept, others = Reject("a", path, "decode", "the file is empty"), Reject("b", "b/1.txt", "read", "gone")
    rejects.write(tmp_path, "a", [kept])
    rejects.write(tmp_path, "b", [others])
    assert rejects.read(tmp_path) == [kept, others]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "cut off"),
        ("[1]", "no object"),
        ('{"collection": "a"}', "without a path"),
        ('{"collection": "a", "path": 1, "stage": "", "reason": ""}', "a path that is a number"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_line_of_the_list_is_passed_over_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str, why: str
) -> None:
    kept = Reject("a", "a/1.txt", "decode", "the file is empty")
    path = rejects.write(tmp_path, "a", [kept])
    path.write_text(f"{line}\n\n{path.read_text('utf-8')}{line}\n", "utf-8")
    with caplog.at_level(logging.WARNING):
        assert rejects.read(tmp_path) == [kept], why
    assert [record.getMessage() for record in caplog.records] == [f"{path}:1: no line of a reject list; 2 such passed over"]  # fmt: skip
    rejects.write(tmp_path, "b", [])
    assert len(path.read_text("utf-8").split("\n")) == 2, "and is gone with the next sync"


def test_bytes_that_are_no_text_and_empty_lines_stop_nothing(tmp_path: Path) -> None:
    kept = Reject("a", "a/1.txt", "decode", "the file is empty")
    path = rejects.write(tmp_path, "a", [kept])
    path.write_bytes(b"\xff\xfe\n\n" + path.read_bytes() + b"\n")
    assert rejects.read(tmp_path) == [kept]


def test_a_list_that_cannot_be_read_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / rejects.FILE).mkdir()
    with pytest.raises(SettingsError, match=r"rejected\.jsonl cannot be read: Is a directory; remove it"):
        rejects.read(tmp_path)
