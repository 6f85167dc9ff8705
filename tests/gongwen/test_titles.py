"""Titles: which of the first lines of a text are its title."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import titles


@pytest.mark.cases("titles.tsv")
def test_find(case: dict[str, str]) -> None:
    lines = case["lines"].split("\n") if case["lines"] else []
    assert (titles.find(lines) or "") == case["expected"], case["reason"]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                "财政部",
                "税务总局",
                "关于支持防控的",
                "公告",
                "国发〔2013〕39号",
                "各省:",
                "为加强管理,",
                "",
                "办法",
                "。",
            ]
        ),
        max_size=8,
    )
)
def test_a_title_is_made_of_the_lines(lines: list[str]) -> None:
    found = titles.find(lines)
    letters = "".join(lines).replace("。", "")
    assert found is None or found.replace(" ", "") in letters
