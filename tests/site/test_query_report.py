"""The report on what visitors asked: read from the log that the site wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongwen.errors import InputError
from tests.site.test_command import wenhao
from wenhao.query_report import read, report


def line(question: str, total: int, visit: str, page: int = 1) -> str:
    return json.dumps({"time": "2026-11-27T09:00", "q": question, "total": total, "visit": visit, "page": page}, ensure_ascii=False)  # fmt: skip


LINES = [
    line("低保", 0, "aaaaaa"),
    line("最低生活保障", 7, "aaaaaa"),
    line("养老服务补贴", 3, "bbbbbb"),
    line("养老补贴标准", 9, "bbbbbb"),
    line("养老补贴标准", 9, "bbbbbb", page=2),
    line("低保", 0, "cccccc"),
    line("杭政办〔2016〕6号", 0, "cccccc"),
    line("防汛", 2, "cccccc"),
]


def test_the_report_of_a_log(tmp_path: Path) -> None:
    old, new = tmp_path / "queries.jsonl.1", tmp_path / "queries.jsonl"
    old.write_text("\n".join(LINES[:4]) + "\n", "utf-8")
    new.write_text("\n".join(LINES[4:]) + '\n{"q": "cut o', "utf-8")
    found = report(read([old, new]))
    assert found.searches == 7
    assert found.top[0] == ("低保", 2)
    assert dict(found.nothing) == {"低保": 2, "杭政办〔2016〕6号": 1}
    # 防汛 after a number that found nothing is another question.
    assert {pair for pair, _ in found.reworded} == {("低保", "最低生活保障"), ("养老服务补贴", "养老补贴标准")}
    assert found.synonyms == (("低保", "最低生活保障"),)


def test_other_writings_of_a_question_are_one(tmp_path: Path) -> None:
    log = tmp_path / "queries.jsonl"
    log.write_text("\n".join(line(q, 1, "a") for q in ("ＰＰＰ  项目", "PPP 项目")), "utf-8")
    assert report(read([log])).top == (("PPP 项目", 2),)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none\\.jsonl"):
        list(read([tmp_path / "none.jsonl"]))


def test_the_command_prints_it(tmp_path: Path) -> None:
    log = tmp_path / "queries.jsonl"
    log.write_text("\n".join(LINES), "utf-8")
    done = wenhao("report", "queries", str(log), data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "低保 = 最低生活保障" in done.stdout
    assert "检索 7 次" in done.stdout
