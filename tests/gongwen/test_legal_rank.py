"""Legal rank: what a title says of a statute's place among others."""

from __future__ import annotations

import re

import pytest

from gongwen import legal_rank
from gongwen.data import rows
from gongwen.normalize import fold
from gongwen.types import LegalRank


@pytest.mark.cases("legal_rank.tsv")
def test_of_title(case: dict[str, str]) -> None:
    found = legal_rank.of_title(fold(case["title"]))
    assert (found.value if found else "") == case["expected"], case["reason"]


@pytest.mark.cases("statute_of_article.tsv")
def test_statute(case: dict[str, str]) -> None:
    assert (legal_rank.statute(fold(case["title"])) or "") == fold(case["expected"]), case["reason"]


@pytest.mark.parametrize("row", rows("legal_ranks.tsv"), ids=[row["pattern"] for row in rows("legal_ranks.tsv")])
def test_rows_are_valid(row: dict[str, str]) -> None:
    re.compile(row["pattern"])
    LegalRank(row["rank"])
