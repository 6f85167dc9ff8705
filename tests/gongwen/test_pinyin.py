"""Pinyin as people type it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import pinyin
from tests.support import read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "pinyin.tsv")


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_a_word_is_read_as_it_is_typed(case: dict[str, str]) -> None:
    assert pinyin.full(case["text"]) == case["full"], case["reason"]
    assert pinyin.initials(case["text"]) == case["initials"], case["reason"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zhengwugongkai", "zhengwugongkai"),
        ("Zheng  Wu", "zheng wu"),
        ("xi'an", "xi an"),
        ("zhèngwù", "zhengwu"),
        ("nǚ", "nv"),
        ("cèlüè", "celue"),
        ("政务gk", ""),
        ("2016 nian", ""),
        ("gov.cn", ""),
        ("", ""),
        ("a" * 201, ""),
    ],
)
def test_only_letters_are_pinyin(text: str, expected: str) -> None:
    assert pinyin.typed(text) == expected


@pytest.mark.parametrize(("one", "other"), [("zhi", "zi"), ("chang", "can"), ("shen", "seng"), ("nan", "lang"), ("ning", "lin")])  # fmt: skip
def test_what_many_do_not_tell_apart_is_near_both_ways(one: str, other: str) -> None:
    assert other in pinyin.near(one)
    assert one in pinyin.near(other)


@pytest.mark.parametrize(("one", "other"), [("gong", "gon"), ("zhi", "chi"), ("ban", "pan"), ("fa", "hua"), ("lun", "lung")])  # fmt: skip
def test_other_sounds_are_not_near(one: str, other: str) -> None:
    assert other not in pinyin.near(one)


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_has_syllables(text: str) -> None:
    assert all(pinyin.syllables(text))
    assert pinyin.initials(text) == "".join(one[0] for one in pinyin.syllables(text))
    assert pinyin.typed(text).isascii()


@given(st.text(alphabet="政务公开重庆银行a1 ", max_size=30))
def test_each_character_has_one_syllable(text: str) -> None:
    assert len(pinyin.syllables(text)) == len(text)


def test_time_grows_with_the_text() -> None:
    def seconds(size: int) -> float:
        started = time.perf_counter()
        pinyin.syllables("公开" * size)
        return time.perf_counter() - started

    seconds(100)
    assert seconds(40_000) < 12 * max(seconds(8_000), 0.02)
