"""Questions made by rule: titles, numbers, damage, plain language, filters."""

from __future__ import annotations

import doctest
import random
import re
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality import damage, metrics, numbers, peers, plain_language, recognition, titles
from bench.quality.documents import Question, Text
from gongwen import docnumber
from tests.support import ROOT, read_cases

# Questions of our own about sample documents; real ones are shared data.
ASKED = [
    Question("1", "社区老年助餐服务的补贴标准是多少？", frozenset("a")),
    Question("2", "电动自行车能不能在楼道里充电？", frozenset("b")),
    Question("3", "哪些单位负责农村公路危桥排查整治？", frozenset("c")),
]


@pytest.mark.parametrize(
    "module", [damage, metrics, numbers, peers, plain_language, recognition], ids=lambda module: str(module.__name__)
)
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def _changed(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def test_damage_is_the_same_every_time_and_always_damages() -> None:
    found = damage.questions(ASKED)
    assert found == damage.questions(ASKED)
    by_qid = {question.qid: question for question in ASKED}
    for one in found:
        whole = by_qid[one.qid.partition(":")[2]]
        assert one.gold == whole.gold
        assert (one.text == whole.text) == (one.kind == "whole"), one
    assert {one.kind for one in found} == {"whole", *damage.KINDS}


@pytest.mark.parametrize("kind", ["homophone", "lookalike"])
def test_a_replaced_character_is_one_and_of_the_right_sort(kind: str) -> None:
    for question in ASKED:
        text = damage.KINDS[kind](question.text, random.Random(question.qid))
        assert len(text) == len(question.text)
        assert _changed(text, question.text) == 1, text


def test_a_homophone_sounds_the_same() -> None:
    from pypinyin import lazy_pinyin

    for seed in range(50):
        text = damage.homophone("补贴", random.Random(seed))
        assert text != "补贴"
        assert [lazy_pinyin(character) for character in text] == [["bu"], ["tie"]], text


def test_one_character_less_and_one_more() -> None:
    text = ASKED[0].text
    assert len(damage.missing(text, random.Random(1))) == len(text) - 1
    doubled = damage.doubled(text, random.Random(1))
    assert len(doubled) == len(text) + 1
    assert any(a == b for a, b in pairwise(doubled))


def test_pinyin_of_the_longest_words() -> None:
    assert damage.keywords("电动自行车充电", random.Random(1)) == "电动 自行车 充电"
    assert damage.pinyin("电动自行车充电", random.Random(1)) == "diandong zixingche chongdian"
    assert damage.initials("电动自行车充电", random.Random(1)) == "dd zxc cd"
    assert damage.traditional("电动自行车", random.Random(1)) == "電動自行車"


def test_half_the_words_keeps_their_order() -> None:
    text = "社区老年助餐服务补贴标准"
    kept = damage.half_the_words(text, random.Random(3))
    assert 0 < len(kept) < len(text)
    rest = iter(text)
    assert all(character in rest for character in kept)


@given(st.text(max_size=60), st.integers())
def test_damage_takes_any_question(text: str, seed: int) -> None:
    for one in damage.KINDS.values():
        if text:
            assert isinstance(one(text, random.Random(seed)), str)


def test_lookalikes_are_pairs_of_two_characters_each_once() -> None:
    rows = read_cases(damage.LOOKALIKES)
    pairs = [frozenset((row["one"], row["other"])) for row in rows]
    assert all(len(row["one"]) == len(row["other"]) == 1 and row["reason"] for row in rows)
    assert all(len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs)


def test_every_writing_of_a_number_but_the_partial_one_is_that_number() -> None:
    """What a careful reader takes for the same number; whether the product finds it is what the bench measures."""
    for number in ("杭政办发电〔2016〕19号", "民发〔2022〕97号", "安顺市人民政府令第37号", "通告2018年第3号"):
        written = numbers.writings(number)
        assert len(set(written.values())) == len(written)
        assert written["canonical"] == number
        serial = re.findall(r"\d+", number)[-1]
        for kind in written.keys() - {"chinese_digits", "full_width"}:
            assert serial in written[kind], kind
    assert str(docnumber.parse(numbers.writings("杭政办发电〔2016〕19号")["square"])) == "杭政办发电〔2016〕19号"
    assert "partial" not in numbers.writings("民发〔2022〕97号")


def test_titles_that_become_the_same_are_all_right() -> None:
    found = titles.questions({"a": "安顺市2019年年度报告", "b": "安顺市2020年年度报告", "c": "关于“低保”的通知"})
    by_qid = {one.qid: one for one in found}
    assert by_qid["full:a"].gold == {"a"}
    assert by_qid["no_year:a"].text == by_qid["no_year:b"].text == "安顺市年度报告"
    assert by_qid["no_year:a"].gold == {"a", "b"}
    assert by_qid["no_brackets:c"].text == "关于低保的通知"
    assert "no_spaces:a" not in by_qid  # it has none, so the question would be the title again


def test_pieces_are_of_the_title_and_name_all_that_hold_them() -> None:
    whole = {name: row["title"] for name, row in titles.own(ROOT / "tests" / "cases" / "corpus_gold.tsv").items()}
    pieces = [one for one in titles.questions(whole) if one.kind == "piece"]
    assert len(pieces) > 150
    for one in pieces:
        assert len(one.text) == titles.PIECE
        held = {name for name, title in whole.items() if one.text in re.sub(r"\s", "", title)}
        assert one.gold == held
        assert len(held) <= 10


def test_plain_language_asks_what_some_document_can_answer() -> None:
    documents = [
        Text("a", "关于居民最低生活保障的通知", "正文"),
        Text("b", "", "辦理居民身份證申領"),
        Text("c", "", "无关"),
    ]
    pairs = [("吃低保", ("最低生活保障",), "open"), ("办身份证", ("居民身份证申领", "补领"), "held"), ("公积金提取", ("住房公积金",), "open")]  # fmt: skip
    found = plain_language.questions(pairs, documents)
    assert [(one.text, one.gold, one.kind) for one in found] == [
        ("吃低保", frozenset("a"), "open"),
        ("办身份证", frozenset("b"), "held"),  # the document is in traditional script
    ]


def test_the_filter_table_is_well_formed() -> None:
    rows = recognition.rows()
    assert len(rows) >= 60
    assert len({row.question for row in rows}) == len(rows)
    raw = {row["question"]: row for row in read_cases(recognition.TABLE)}
    for row in rows:
        assert raw[row.question]["reason"]
        for value in row.expected["region"].values:
            assert re.fullmatch(r"\d{6}(\|\d{6})*", value), f"{row.question}: no place {value}"
        for value in row.expected["year"].values:
            assert re.fullmatch(r"(19|20)\d\d", value), row.question


FILTER_ROW = recognition.Row(
    "衢州市人民政府2019年通知",
    {
        "year": recognition.Expected(frozenset({"2019"})),
        "region": recognition.Expected(frozenset({"330800"}), optional=True),
        "issuer": recognition.Expected(frozenset({"衢州市人民政府"})),
        "genre": recognition.Expected(frozenset()),
    },
)


@pytest.mark.parametrize(
    ("said", "marks", "reason"),
    [
        ({"filters": {"year": [2019], "issuer": "衢州市人民政府"}}, {"year": "right", "issuer": "right"}, "the optional region may be left"),
        ({"understood": {"filters": [{"name": "year", "value": 2018}]}}, {"year": "wrong", "issuer": "missed"}, "another year"),
        ({"filters": {"region": "浙江省衢州市"}}, {"year": "missed", "region": "right", "issuer": "missed"}, "another writing of the place"),
        ({"filters": {"genre": "通知"}}, {"year": "missed", "issuer": "missed", "genre": "invented"}, "nothing was to be said"),
        ({"understood": {"words": ["衢州"]}}, {"year": "missed", "issuer": "missed"}, "a site that recognises nothing"),
    ],
)  # fmt: skip
def test_recognition_is_judged_field_by_field(said: dict[str, object], marks: dict[str, str], reason: str) -> None:
    assert recognition.judge(FILTER_ROW, said).fields == marks, reason


def test_recognition_figures() -> None:
    judged = [
        recognition.Recognised("a", {"year": "right", "issuer": "right"}),
        recognition.Recognised("b", {"year": "missed", "genre": "invented"}),
        recognition.Recognised("c", {}),
    ]
    assert recognition.figures(judged) == {
        "exact": pytest.approx(2 / 3),
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 3),
        "questions": 3,
    }
