"""Slips of typing against a small vocabulary made for it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import latin, spelling
from api.vocabulary import Vocabulary
from engine.schema import JOINER
from engine.terms import Term, TermKind
from gongwen import pinyin
from gongwen.words import Segmenter

COUNTS = {
    "政务": 90, "公开": 120, "政务|公开": 60, "医疗": 70, "保险": 80, "医疗|保险": 40, "居住": 30, "居住|证": 20, "贷款": 50,
    "小额|贷款": 9, "小额": 12, "安全": 200, "生产": 150, "安全|生产": 90, "保障": 90, "工业": 60, "信息": 90, "证": 100,
    "食堂": 20, "市": 190, "到": 195, "部": 195, "不到": 60, "货款": 1,
}  # fmt: skip
SEGMENTER = Segmenter()


def vocabulary() -> Vocabulary:
    terms = []
    for text, frequency in COUNTS.items():
        read = text.replace("|", "")
        kind = TermKind.PAIR if "|" in text else TermKind.WORD
        terms.append(Term(text.replace("|", JOINER), kind, frequency, pinyin.full(read), pinyin.initials(read)))
    return Vocabulary(terms, 200)


WORDS = vocabulary()


def meant(question: str, *, thorough: bool) -> str:
    cut = [(offset, SEGMENTER.words(run)) for offset, run in spelling.runs(question)]
    return spelling.replaced(question, spelling.fixes(cut, WORDS, thorough=thorough))


@pytest.mark.parametrize(
    ("question", "expected", "slip"),
    [
        ("政务工开", "政务公开", "same sound"),
        ("证务公开", "政务公开", "same sound, first character"),
        ("医疗保显", "医疗保险", "same sound"),
        ("安全僧产", "安全生产", "nearly the same sound"),
        ("居住怔", "居住证", "same look and sound"),
        ("政务务公开", "政务公开", "typed twice"),
        ("政务公公开", "政务公开", "typed twice"),
        ("政公务开", "政务公开", "swapped"),
        ("怎么办居住怔呢", "怎么办居住证呢", "inside a sentence"),
    ],
)
@pytest.mark.parametrize("thorough", [False, True])
def test_a_slip_is_seen(question: str, expected: str, slip: str, thorough: bool) -> None:
    assert meant(question, thorough=thorough) == expected, slip


@pytest.mark.parametrize(
    ("question", "expected"), [("政务开", "政务公开"), ("小额货款", "小额贷款"), ("安全产", "安全生产")]
)
def test_some_slips_are_sought_only_when_nothing_is_found(question: str, expected: str) -> None:
    assert meant(question, thorough=True) == expected
    assert meant(question, thorough=False) == question


@pytest.mark.parametrize(
    "question",
    ["政务公开", "医疗保险", "部到市", '"政务工开"', "《政务工开》", "-政务工开", "国办发〔2017〕47号", "今天天气"],
)
def test_what_is_right_or_meant_as_it_is_stays(question: str) -> None:
    assert meant(question, thorough=False) == question


@given(st.text(alphabet="政务工公开医疗保险证怔居住小额货贷款部到", max_size=30), st.booleans())
def test_fixes_lie_in_the_question_and_apart(question: str, thorough: bool) -> None:
    cut = [(offset, SEGMENTER.words(run)) for offset, run in spelling.runs(question)]
    found = spelling.fixes(cut, WORDS, thorough=thorough)
    for fix in found:
        assert question[fix.start : fix.end] == "".join(fix.words) != fix.meant
        assert fix.meant in WORDS.frequency
    ordered = sorted(found, key=lambda fix: fix.start)
    assert all(one.end <= other.start for one, other in pairwise(ordered))


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("zhengwugongkai", "政务公开"),
        ("zheng wu gong kai", "政务公开"),
        ("ZHENGWU", "政务"),
        ("gongye xinxi", "工业 信息"),
        ("zwgk", "政务公开"),
        ("ylbx", "医疗保险"),
        ("yiliaobaoxian zwgk", "医疗保险 政务公开"),
    ],
)
def test_letters_are_read_in_words_of_the_collection(letters: str, expected: str) -> None:
    assert latin.readings(letters, WORDS, 3)[0].question == expected


@pytest.mark.parametrize("letters", ["", "covid", "wifi", "政务gk", "zhengwu 2016", "a" * 100, "gov.cn", "zhengwux"])
def test_other_letters_are_no_pinyin(letters: str) -> None:
    assert latin.readings(letters, WORDS, 3) == []


@given(st.text(alphabet="zhengwuokaix '", max_size=80))
def test_readings_sound_as_they_were_typed(letters: str) -> None:
    for reading in latin.readings(letters, WORDS, 5):
        typed = pinyin.typed(letters).replace(" ", "")
        whole = "".join(pinyin.full(word) for words in reading.tokens for word in words)
        short = "".join(pinyin.initials(word) for words in reading.tokens for word in words)
        assert typed == whole or len(short) <= len(typed) <= len(whole)
