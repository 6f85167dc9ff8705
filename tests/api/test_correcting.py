"""Typing errors and pinyin, on the sample corpus and the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Site, read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "corrections.tsv")
FOUND = [case["finds"] and case["question"] for case in CASES if case["finds"] and not case["to"]]


@pytest.mark.parametrize("case", CASES, ids=[case["question"] for case in CASES])
def test_a_question_is_asked_as_it_was_meant(site: Site, case: dict[str, str]) -> None:
    answer = site.search(case["question"])
    corrected = answer["corrected"]
    assert (corrected and corrected["to"]) == (case["to"] or None), case["reason"]
    assert answer["did_you_mean"] == (case["offered"] or None), case["reason"]
    assert answer["query"] == case["question"]
    if case["finds"]:
        assert any(hit["title"].startswith(case["finds"]) for hit in answer["hits"]), case["reason"]


@pytest.mark.parametrize("case", [case for case in CASES if case["to"]], ids=lambda case: case["question"])
def test_a_corrected_question_finds_what_the_right_one_finds(site: Site, case: dict[str, str]) -> None:
    ours, right = site.search(case["question"]), site.search(case["to"])
    assert [hit["id"] for hit in ours["hits"]] == [hit["id"] for hit in right["hits"]]
    assert ours["total"] == right["total"]
    assert right["corrected"] is None


@pytest.mark.parametrize("question", ["政务工开", "zwgk"])
def test_the_original_can_be_asked(site: Site, question: str) -> None:
    answer = site.search(question, correct="false")
    assert answer["corrected"] is None
    assert answer["did_you_mean"] is None
    page = site.client.get("/", params={"q": question}).text
    assert f"仍然检索“{question}”" in page
    assert "correct=false" in page


def test_a_filter_that_leaves_nothing_makes_no_typing_error(site: Site) -> None:
    answer = site.search("政务公开", year=1999)
    assert answer["total"] == 0
    assert answer["corrected"] is None


@pytest.mark.parametrize("question", ["政务工开", "zwgk"])
def test_a_filter_does_not_change_what_is_meant(site: Site, question: str) -> None:
    free, filtered = site.search(question), site.search(question, region="衢州")
    assert filtered["corrected"] == free["corrected"]
    assert filtered["total"] <= free["total"]


@pytest.mark.parametrize("title", range(0, 60, 3))
def test_a_title_of_the_collection_is_never_corrected(site: Site, title: int) -> None:
    hit = site.search("", per_page=60)["hits"][title]
    answer = site.search(hit["title"])
    assert answer["corrected"] is None
    assert answer["did_you_mean"] is None
