"""Quotations: exact, near or absent, where, and what differs; held against the table of edits, which is slow and plain."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gongwen import quotes
from gongwen.errors import InputError
from gongwen.quotes import EDIT_EVERY, LONGEST, Verdict, verify

_LETTERS = st.text("甲乙丙丁", max_size=40)


@pytest.mark.cases("quotes.tsv")
def test_case(case: dict[str, str]) -> None:
    text = case["text"]
    found = verify(case["quotation"], text)
    assert found.verdict.value == case["verdict"], case["reason"]
    assert found.found == case["found"], case["reason"]
    differences = ";".join(f"{one.quoted}>{one.found}" for one in found.differences)
    assert differences == case["differences"], case["reason"]
    if found.span:
        assert text[found.span.start : found.span.end] == found.found
    else:
        assert found.verdict is Verdict.ABSENT


def apart(wanted: str, text: str, *, anywhere: bool) -> list[int]:
    """The fewest edits of the wanted text ending after each character: Sellers' table, row by row."""
    above = [0] * (len(text) + 1) if anywhere else list(range(len(text) + 1))
    for row, char in enumerate(wanted, 1):
        line = [row]
        for at, other in enumerate(text, 1):
            line.append(min(above[at] + 1, line[-1] + 1, above[at - 1] + (char != other)))
        above = line
    return above


@settings(deadline=None, max_examples=400)
@given(_LETTERS.filter(bool), _LETTERS)
@example("甲乙丙丁甲", "甲乙丁甲")
def test_the_place_is_the_nearest(wanted: str, text: str) -> None:
    found = verify(wanted, text)
    least = min(apart(wanted, text, anywhere=True))
    if wanted in text:
        assert found.verdict is Verdict.EXACT
    elif least <= len(wanted) // EDIT_EVERY:
        assert (found.verdict, found.edits) == (Verdict.NEAR, least)
        assert apart(wanted, found.found, anywhere=False)[-1] == least
    else:
        assert found.verdict is Verdict.ABSENT


@settings(deadline=None, max_examples=200)
@given(st.text("甲乙丙丁戊己庚辛壬癸子丑寅卯", min_size=10, max_size=60), st.data())
def test_a_quotation_with_few_slips_is_found(sentence: str, data: st.DataObject) -> None:
    slips = data.draw(st.integers(1, len(sentence) // (EDIT_EVERY + 1)))
    places = data.draw(st.lists(st.integers(0, len(sentence) - 1), min_size=slips, max_size=slips, unique=True))
    quoted = "".join("错" if place in places else char for place, char in enumerate(sentence))
    found = verify(quoted, f"前文。{sentence}。后文。")
    assert found.verdict is Verdict.NEAR
    assert found.edits <= slips
    assert any("错" in one.quoted for one in found.differences)


def test_the_first_place_counts_and_all_are_counted() -> None:
    found = verify("予以公开", "应当予以公开，不得不予以公开。")
    assert (found.span, found.occurrences) == ((2, 6), 2)


@pytest.mark.parametrize("quotation", ["", "  \n ", "||", "长" * (LONGEST + 1)])
def test_what_is_no_quotation_is_refused_in_both_languages(quotation: str) -> None:
    with pytest.raises(InputError) as refused:
        verify(quotation, "长")
    assert str(refused.value) != refused.value.english


HEAVY = {
    "one character over and over": ("的" * (LONGEST - 1) + "地", "的" * 1_000_000),
    "every piece everywhere, nothing near": ("的" * 250 + "地" * 249, "的" * 1_000_000),
    "a sentence of common words": ("各级人民政府应当加强组织领导，明确责任分工，确保各项工作落实到位" * 3, "各级人民政府应当加强领导。\n" * 70_000),
    "a row of figures": ("1 2 3 4 5 6 7 8 9", "| 1 | 2 | 3 | 4 |\n" * 55_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_a_million_characters_take_seconds_at_worst(name: str) -> None:
    """The worst took 1.1 s where it was written; without its bound, minutes."""
    quotation, text = HEAVY[name]
    started = time.process_time()
    verify(quotation, text)
    assert time.process_time() - started < 8


def test_a_sentence_in_a_million_characters_is_found_quickly() -> None:
    text = "本级政府主动公开的信息逐年增加，群众满意度不断提高。\n" * 40_000 + "自收到申请之日起60日内予以答复。"
    started = time.process_time()
    found = quotes.verify("自收到申请之日起30日内予以答复", text)
    assert time.process_time() - started < 2
    assert found.verdict is Verdict.NEAR
    assert found.found == "自收到申请之日起60日内予以答复"
