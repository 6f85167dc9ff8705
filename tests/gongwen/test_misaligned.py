"""Misaligned GBK is repaired where a reading behind it proves the repair, and only there."""

from __future__ import annotations

import pytest

from gongwen.normalize import normalize
from gongwen.types import Span
from tests.support import SEEDS, needs_seeds


def misaligned(text: str) -> str:
    """What is seen when the lead byte of the first character is lost and a question mark stands for it."""
    return "?" + text.encode("gbk")[1:].decode("gbk", "strict")


@pytest.mark.parametrize(
    ("lost", "reading", "seen"),
    [("考核結", "jié", "\ufffd核结"), ("對自建系統", "tǒng", "\ufffd自建系统")],
)
def test_a_reading_proves_the_repair(lost: str, reading: str, seen: str) -> None:
    assert normalize(f"進行{misaligned(lost)}({reading})果然").text == f"进行{seen}果然"


def test_without_proof_nothing_is_touched() -> None:
    for source in ("確保己私Y果", "甲乙Y(abc)丙", "图A(jié)", "选项A(见附件)", "为什么?中国Y"):
        assert normalize(source).text.replace("确", "確") == source or "\ufffd" not in normalize(source).text


def test_offsets_still_lead_back_to_the_source() -> None:
    source = "確?己私Y(jié)果客觀"
    normal = normalize(source)
    at = normal.text.index("客")
    span = normal.source_span(Span(at, at + 1))
    assert source[span.start : span.end] == "客"
    assert normalize(normal.text).text == normal.text


@needs_seeds
def test_the_real_page_is_mended() -> None:
    text = normalize((SEEDS / "004_70945c52a1c7a4dc.txt").read_text("utf-8")).text
    assert "自建系统进行改造" in text
    assert "核结果客观" in text
    assert "ㄏ" not in text
