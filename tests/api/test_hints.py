"""Filters said in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import hints
from gongwen.normalize import fold
from tests.support import read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "hints.tsv")


@pytest.mark.parametrize("case", CASES, ids=[case["question"] for case in CASES])
def test_what_a_question_says(case: dict[str, str]) -> None:
    found = hints.find(fold(case["question"]), date(2026, 1, 1))
    said = {
        "years": [str(year) for year in found.named_years],
        "places": list(found.places),
        "issuers": list(found.issuers),
        "genres": [genre.value for genre in found.genres],
    }
    expected = {name: case[name].split("；") if case[name] else [] for name in said}
    assert said == expected, case["reason"]


def test_a_relative_year_ranks_but_is_not_named() -> None:
    found = hints.find("去年的年报", date(2026, 1, 1))
    assert (found.years, found.named_years) == ((2025,), ())


@given(st.text(alphabet="2019年到-市省衢州政府令通知的 《》办教育部局", max_size=40))
def test_any_question_has_hints(text: str) -> None:
    found = hints.find(text, date(2026, 1, 1))
    assert set(found.named_years) <= set(found.years)
    assert len(found.regions) == len(found.region_names)
