"""Citations: which documents a text names, and what it does with them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import citations, docnumber
from gongwen.normalize import normalize
from gongwen.types import Citation


def find(text: str, own: str = "") -> tuple[Citation, ...]:
    folded = normalize(text).folded
    return citations.find(folded, docnumber.find(folded), docnumber.parse(own) if own else None)


@pytest.mark.cases("citations.tsv")
def test_find(case: dict[str, str]) -> None:
    found = find(case["text"], case["own"])
    written = "|".join(f"{c.kind.value}:{c.number or ''}:{c.title or ''}" for c in found)
    assert written == case["expected"], case["reason"]


def test_the_span_covers_title_and_number() -> None:
    text = "根据《关于深化政务公开的意见》(中办发〔2011〕22号)精神"
    (citation,) = find(text)
    assert text[citation.span.start : citation.span.end] == "《关于深化政务公开的意见》(中办发〔2011〕22号"


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "根据",
                "废止",
                "《",
                "》",
                "〈",
                "〉",
                "(",
                ")",
                "公文处理办法",
                "国发〔2013〕39号",
                "。",
                "\n",
                "同时废止",
            ]
        ),
        max_size=14,
    )
)
def test_spans_lie_in_the_text_in_order(parts: list[str]) -> None:
    text = "".join(parts)
    folded = normalize(text).folded
    found = find(text)
    assert list(found) == sorted(found, key=lambda citation: citation.span)
    for citation in found:
        assert 0 <= citation.span.start < citation.span.end <= len(folded)
        assert citation.number or citation.title
