"""Reading of sets: rows, questions, folders; what is broken is named by file and line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bench.quality import sets
from bench.quality.documents import Source, digest, questions, texts
from gongwen.errors import InputError
from tests.support import ROOT, read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "broken_rows.tsv")


@pytest.mark.parametrize("case", CASES, ids=[case["reason"] for case in CASES])
def test_a_broken_line_is_named(case: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = {"questions": '{"qid": "1", "query": "低保", "gold": ["a"]}', "documents": '{"id": "a", "text": "低保"}'}
    path.write_text(f"{good[case['kind']]}\n\n{case['line']}\n", "utf-8")
    with pytest.raises(InputError) as raised:
        questions(path) if case["kind"] == "questions" else list(Source(path).texts())
    assert str(raised.value).startswith(f"{path}:3: ")
    assert case["message"] in str(raised.value)


def test_questions_come_in_order_with_ids_as_text(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"qid": 7, "query": "低保", "gold": [3, "b"]}\n\n{"qid": 2, "query": "助餐", "gold": ["c"]}\n', "utf-8"
    )
    found = questions(path)
    assert [(one.qid, one.text, one.gold) for one in found] == [
        ("7", "低保", frozenset({"3", "b"})),
        ("2", "助餐", frozenset({"c"})),
    ]


def test_packed_rows_read_like_plain_ones(tmp_path: Path) -> None:
    row = json.dumps({"id": "a", "title": "关于低保的通知", "text": "正文"}, ensure_ascii=False)
    (tmp_path / "plain.jsonl").write_text(row, "utf-8")
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(row.encode()))
    assert list(Source(tmp_path / "plain.jsonl").texts()) == list(Source(tmp_path / "packed.jsonl.gz").texts())


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_text('{"id": "a", "text": "低保"}\n', "utf-8")
    with pytest.raises(InputError, match="the id a occurs twice"):
        texts((Source(tmp_path / "one.jsonl"), Source(tmp_path / "two.jsonl")))


def test_the_digest_changes_with_a_byte_of_a_row_or_a_page(tmp_path: Path) -> None:
    page, row = tmp_path / "pages" / "a.txt", tmp_path / "rows.jsonl"
    page.parent.mkdir()
    page.write_text("关于低保的通知", "utf-8")
    row.write_text('{"id": "a", "text": "低保"}\n', "utf-8")
    sources = (Source(row), Source(page.parent))
    digests = [digest(sources)]
    page.write_text("关于低保的公告", "utf-8")
    digests.append(digest(sources))
    row.write_text('{"id": "a", "text": "助餐"}\n', "utf-8")
    digests.append(digest(sources))
    assert len(set(digests)) == 3
    assert digest(sources) == digests[-1]


def test_a_page_with_several_documents_gives_each_a_name() -> None:
    names = {one.id: one.title for one in Source(ROOT / "corpus").texts()}
    labels = read_cases(ROOT / "tests" / "cases" / "corpus_gold.tsv")
    assert names.keys() == {f"{row['path']}#{row['part']}" for row in labels}


def test_the_halves_of_a_set_are_the_set() -> None:
    assert sets.half([1, 2, 3, 4, 5], "even") == [1, 3, 5]
    assert sets.half([1, 2, 3, 4, 5], "odd") == [2, 4]
    assert sets.half([1, 2, 3, 4, 5], "all") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["notices", "statutes", "damaged", "plain"])
def test_right_answers_of_a_shared_set_are_among_its_documents(name: str) -> None:
    one = sets.SETS[name]
    if one.absent:
        pytest.skip(f"the shared data are not on this machine: {one.absent} is absent")
    there = {text.id for text in texts(one.sources)}
    asked = one.read()
    assert len(asked) > 100
    assert all(question.gold and question.gold <= there for question in asked)
    assert len({question.qid for question in asked}) == len(asked)
