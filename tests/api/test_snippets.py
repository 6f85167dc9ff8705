"""Where matches are marked: the fast search against the plain definition, and whole words only."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.snippets import Marker, to_html
from engine.schema import JOINER, join

WORDS = ["人民", "民政", "政府", "工程", "工", "AI", "ai", "，", "\n"]
MARKS = st.lists(st.lists(st.sampled_from(WORDS[:7]), min_size=1, max_size=3).map(tuple), min_size=1, max_size=4)


def plainly(marks: list[tuple[str, ...]], joined: str) -> list[tuple[int, int]]:
    """The definition: longest first, brackets and commas between the words of a phrase, from the beginning of a word to the end of one; a single character may go on."""
    parts = []
    for words in sorted(marks, key=lambda words: -sum(map(len, words))):
        pattern = f"[{JOINER}\\s〔〕《》“”()（）、，]*".join(map(re.escape, words))
        parts.append(rf"{pattern}\w*" if len(pattern) == 1 else pattern)
    pattern = re.compile(rf"(?<![^{JOINER}\W])(?:{'|'.join(parts)})(?![^{JOINER}\W])", re.IGNORECASE)
    return [match.span() for match in pattern.finditer(joined)]


@given(MARKS, st.lists(st.sampled_from(WORDS), max_size=30))
def test_the_same_spans_as_by_the_definition(marks: list[tuple[str, ...]], words: list[str]) -> None:
    joined = join(words)
    assert Marker(marks).spans(joined) == plainly(marks, joined)


@pytest.mark.parametrize(
    ("marks", "words", "html"),
    [
        ([("民政",)], ["人民", "政府"], "人民政府"),
        ([("民政",)], ["民政", "部门"], "<mark>民政</mark>部门"),
        ([("人民", "政府")], ["市", "人民", "政府"], "市<mark>人民政府</mark>"),
        ([("ai",)], ["AI", "<b>"], "<mark>AI</mark>&lt;b&gt;"),
    ],
)
def test_only_whole_words_are_marked(marks: list[tuple[str, ...]], words: list[str], html: str) -> None:
    assert to_html(Marker(marks).mark(join(words))) == html
