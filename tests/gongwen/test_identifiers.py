"""Index numbers: which code they begin with, checked by its check character, and the place it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import identifiers

DIGITS = "0123456789"


@pytest.mark.cases("identifiers.tsv")
def test_case(case: dict[str, str]) -> None:
    region = identifiers.region_of_index(case["text"])
    assert (identifiers.kind_of(case["text"]) or "") == case["kind"], case["reason"]
    assert (region.code if region else "-") == case["region"], case["reason"]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "11330803000014349N"])
def test_no_single_wrong_character_goes_unnoticed(code: str) -> None:
    """GB 32100-2015: the check character finds every substitution of one character (the first is the example of its annex)."""
    assert identifiers.is_credit_code(code)
    for place in range(18):
        for char in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if char != code[place]:
                assert not identifiers.is_credit_code(code[:place] + char + code[place + 1 :])


@given(st.text(DIGITS, min_size=8, max_size=8))
def test_each_organisation_has_one_check_character(digits: str) -> None:
    right = [char for char in DIGITS + "X" if identifiers.is_organisation_code(digits + char)]
    assert len(right) == 1


@given(st.text(max_size=60) | st.text("0123456789ABCXY-/", max_size=30))
def test_any_text_is_taken(text: str) -> None:
    region = identifiers.region_of_index(text)
    assert region is None or identifiers.kind_of(text) is not None
