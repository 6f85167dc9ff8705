"""Labels of the header sites print beside a document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import labels
from gongwen.data import rows
from gongwen.normalize import fold


@pytest.mark.cases("labels.tsv")
def test_case(case: dict[str, str]) -> None:
    if case["how"] == "field":
        found = labels.field_of(case["text"])
        assert (found or "none") == case["expected"], case["reason"]
    else:
        pairs = labels.pairs_in(fold(case["text"]))
        written = "none" if pairs is None else "|".join(f"{label}={value}" for label, value in pairs)
        assert written == case["expected"], case["reason"]


@pytest.mark.parametrize("row", rows("page_labels.tsv"), ids=[row["label"] for row in rows("page_labels.tsv")])
def test_every_label_is_read_in_both_ways(row: dict[str, str]) -> None:
    assert labels.field_of(row["label"]) == row["field"]
    assert labels.pairs_in(f"{row['label']}:某值") == [(row["label"], "某值")]


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="索引号文发日期:：〔【】 |•浙江2016", max_size=40) | st.text(max_size=40))
def test_never_raises(text: str) -> None:
    labels.field_of(text)
    for label, value in labels.pairs_in(fold(text)) or []:
        assert labels.field_of(label)
        assert value == value.strip()
