"""The segmenter's own words: divisions and the editor's list."""

from __future__ import annotations

import pytest

from gongwen import lexicon
from gongwen.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("衢江区", ["衢江", "区"]),
        ("黔东南州", ["黔东南", "州"]),
        ("娄底市", ["娄底", "市"]),
        ("安吉县", ["安吉", "县"]),
        ("乾安县", ["乾安", "县"]),
        ("江干区", ["江干", "区"]),
    ],
)
def test_divisions_are_words(text: str, words: list[str]) -> None:
    assert lexicon.segmenter().words(text) == words


def test_domain_words_are_words() -> None:
    assert "一件事" not in lexicon.segmenter().words("推进一件事改革")
    assert "一件事" in lexicon.segmenter(["一件事"]).words("推进一件事改革")


def test_the_digest_changes_with_the_words_only() -> None:
    assert lexicon.digest(["甲", "乙"]) == lexicon.digest(["乙", "甲", "甲"])
    assert lexicon.digest(["甲"]) != lexicon.digest(["乙"])
    assert len(lexicon.digest([])) == 12


def test_parse_words() -> None:
    text = "# 改革\n一网通办\n\n最多跑一次 # 浙江\n"
    assert lexicon.parse_words(text, "words.txt") == ("一网通办", "最多跑一次")
    assert lexicon.parse_words("", "words.txt") == ()


def test_all_faults_of_a_list_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        lexicon.parse_words("甲\n乙 丙\n甲\n", "words.txt")
    assert "words.txt:2" in str(caught.value)
    assert "words.txt:3" in str(caught.value)
    assert "line 1" in str(caught.value)
