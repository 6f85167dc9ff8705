"""Normalisation: the cases, and the promises of :class:`gongwen.normalize.Normal` for any text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import normalize
from gongwen.data import rows
from gongwen.regions import all_divisions
from gongwen.types import Span

OFFICIAL = "关關于於發乾坤著陳務政国號(guān)（fā）[xin]【2016】〔６〕\u200b\u00ad\ue000\ud800\x00 \t\n一二aÀ⽂⺠：，“”—"
TEXTS = st.text(alphabet=OFFICIAL, max_size=60) | st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.cases("normalize.tsv")
def test_case(case: dict[str, str]) -> None:
    normal = normalize.normalize(case["source"])
    folded = case["text"] if case["folded"] == "=" else case["folded"]
    assert (normal.text, normal.folded) == (case["text"], folded), case["reason"]


def test_what_was_done_is_said() -> None:
    assert not normalize.normalize("关于印发").repaired
    assert normalize.normalize("关\u200b于").repaired
    assert normalize.normalize("關於").traditional
    assert not normalize.normalize("（２０１６）").traditional
    assert normalize.fold("（２０１６）") == "(2016)"


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_text_and_folded_have_equal_length(source: str) -> None:
    normal = normalize.normalize(source)
    assert len(normal.text) == len(normal.folded)
    assert normal.source == source


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_normalizing_twice_changes_nothing_more(source: str) -> None:
    once = normalize.normalize(source)
    twice = normalize.normalize(once.text)
    assert (twice.text, twice.folded) == (once.text, once.folded)
    assert not twice.repaired


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.data())
def test_spans_lead_back_into_the_source(source: str, data: st.DataObject) -> None:
    normal = normalize.normalize(source)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(start, len(normal.text)))
    span = normal.source_span(Span(start, end))
    assert 0 <= span.start <= span.end <= len(source)
    assert span.end - span.start >= end - start


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_each_character_leads_back_to_the_one_it_came_from(source: str) -> None:
    normal = normalize.normalize(source)
    last = 0
    for place, char in enumerate(normal.text):
        span = normal.source_span(Span(place, place + 1))
        assert span.end == span.start + 1
        assert span.start >= last
        assert char in {normalize.normalize(source[span.start]).text, *_converted(source[span.start])}
        last = span.end


def _converted(char: str) -> set[str]:
    """What a character may become in a traditional line."""
    return {char, normalize.normalize(f"關{char}").text[1:], normalize.normalize(f"{char}關").text[:-1]}


@pytest.mark.parametrize(
    "source",
    ["\ud800" * 1000, "\x00" * 1000, "〔" * 100_000, "關(guān)" * 20_000, "關" * 100_000, "a(" * 50_000, ""],
    ids=["surrogates", "NUL", "brackets", "pinyin", "traditional", "open", "empty"],
)
def test_nasty_texts(source: str) -> None:
    normal = normalize.normalize(source)
    assert len(normal.text) == len(normal.folded) <= len(source)


def test_a_megabyte() -> None:
    chance = random.Random(6)
    source = "".join(chance.choice(OFFICIAL) for _ in range(1_000_000))
    normal = normalize.normalize(source)
    assert len(normal.text) == len(normal.folded)


def test_names_of_divisions_are_protected_from_conversion() -> None:
    """protected_words.tsv: every division of today that OpenCC would change (乾安县) is in the table."""
    convert = normalize._converter().convert
    protected = {row["word"] for row in rows("protected_words.tsv")}
    changed = {d.name for d in all_divisions() if d.until is None and convert(d.name) != d.name}
    missing = {name for name in changed if not any(word in name for word in protected)}
    assert missing == set()
    assert {f"关于{name}" for name in changed} == {normalize.fold(f"关于{name}") for name in changed}
    assert {f"关于务政{name}" for name in changed} == {normalize.fold(f"關於務政{name}") for name in changed}


def test_words_in_brackets_behind_a_table_mark_are_no_reading() -> None:
    """Found by fuzzing: |（试行） was taken for misaligned bytes, because neither has a reading in Latin letters."""
    assert normalize.normalize("（2016）|（试行）").text == "（2016）|（试行）"


@pytest.mark.parametrize("source", ["薴", "謯⿻關(guān)于身份证号330803199001011234"])
def test_found_by_fuzzing_twice_is_once(source: str) -> None:
    once = normalize.normalize(source).text
    assert normalize.normalize(once).text == once


def test_no_mapped_character_is_mapped_again() -> None:
    """Characters are replaced one after another, so a result must not be replaced in its turn."""
    for mapping in (normalize._TEXT_MAP, normalize._FOLD_MAP):
        results = {char for text in mapping._table.values() for char in text}
        assert {char for char in results if mapping.apply(char) != char} == set()


@given(TEXTS)
def test_both_ways_of_mapping_agree(source: str) -> None:
    for mapping in (normalize._TEXT_MAP, normalize._FOLD_MAP):
        assert mapping.apply(source) == source.translate(mapping._table)


def test_each_private_use_character_of_the_table_is_one_for_one() -> None:
    for row in rows("private_use.tsv"):
        assert len(normalize.normalize(chr(int(row["code"], 16))).text) == 1, row
