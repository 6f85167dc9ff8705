"""Genre: what a title says it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import genre
from gongwen.data import rows
from gongwen.normalize import fold
from gongwen.types import Genre, Where


@pytest.mark.cases("genre.tsv")
def test_of_title(case: dict[str, str]) -> None:
    found = genre.of_title(fold(case["title"]))
    assert (found.value.value if found else "") == case["expected"], case["reason"]
    if found:
        span = found.evidence.span
        assert span is not None
        assert fold(case["title"])[span.start : span.end] == found.evidence.quote
        assert found.evidence.where is Where.TITLE


def test_the_evidence_does_not_hold_what_is_in_brackets_behind() -> None:
    title = "关于印发办法的通知(试行)。"
    assert title[: genre.bare_length(title)] == "关于印发办法的通知"
    assert genre.bare_length("") == 0


@pytest.mark.parametrize("row", rows("genres.tsv"), ids=[row["pattern"] for row in rows("genres.tsv")])
def test_rows_are_valid(row: dict[str, str]) -> None:
    re.compile(row["pattern"])
    Genre(row["genre"])
    unfolded = {char for char in row["pattern"] if char not in "{}[]<>" and fold(char) != char}
    assert unfolded == set(), "patterns are matched with folded titles"


def test_every_kind_has_a_rule() -> None:
    ruled = {Genre(row["genre"]) for row in rows("genres.tsv")}
    assert ruled >= set(Genre) - {Genre.OTHER}


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60) | st.text(alphabet="的通知令函报告(（)）〔〕。 解读预算2020年", max_size=60))
def test_never_raises(text: str) -> None:
    folded = fold(text)
    assert 0 <= genre.bare_length(folded) <= len(folded)
    genre.of_title(folded)
