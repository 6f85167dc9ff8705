"""Where a text without issuing body belongs, and for which year it speaks."""

from __future__ import annotations

import pytest

from gongwen import document
from gongwen.types import Page, Where


def read(title: str, text: str) -> tuple[str, str]:
    found = document.read(Page(text, title=title))
    return "/".join(found.region.value.names) if found.region else "", str(found.year.value) if found.year else ""


@pytest.mark.cases("placing.tsv")
def test_case(case: dict[str, str]) -> None:
    assert read(case["title"], case["text"]) == (case["region"], case["year"]), case["reason"]


@pytest.mark.parametrize(("before", "year"), [(100, "2008"), (900, "")], ids=["near the beginning", "late"])
def test_a_year_named_once_counts_near_the_beginning_only(before: int, year: str) -> None:
    text = "工作" * (before // 2) + "2008年的灾害之后,各地恢复生产。" + "恢复" * 200
    assert read("工作简报", text)[1] == year


def test_evidence_of_a_place_in_a_text_is_where_it_is_named() -> None:
    text = "各地落实要求。上海市出台措施,上海市各区落实。"
    found = document.read(Page(text, title="企业复工"))
    assert found.region is not None
    assert found.region.evidence.where is Where.TEXT
    assert found.region.evidence.quote == "上海市"
    assert found.region.evidence.span is not None
    assert text[slice(*found.region.evidence.span)] == "上海市"
