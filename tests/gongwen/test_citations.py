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


@pytest.mark.cases("citations_titled.tsv")
def test_with_the_title_of_the_document(case: dict[str, str]) -> None:
    folded = normalize(case["text"]).folded
    found = citations.find(
        folded,
        docnumber.find(folded),
        docnumber.parse(case["own"]) if case["own"] else None,
        title=normalize(case["title"]).folded,
        explains=case["explains"] == "yes",
    )
    written = "|".join(f"{c.kind.value}:{c.number or ''}:{c.title or ''}:{c.where.value}" for c in found)
    assert written == case["expected"], case["reason"]


def test_a_short_name_is_told_as_such() -> None:
    whole, short = find("根据《预算管理条例》（以下简称《条例》）制定。《条例》所称预算")
    assert (whole.short, short.short, short.title) == (None, "条例", "预算管理条例")


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
                "(以下简称《办法》)",
                "《办法》",
                "下列文件废止:\n",
                "\n| 1 | 关于公文的通知 | 国发〔2001〕1号 |\n",
                "、",
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
