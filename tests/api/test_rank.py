"""Ranking: what must come first, by hand-made documents; order, bounds and time for any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import hints, rank
from api.explain import explain
from api.term_weights import TermWeights
from engine.schema import join
from gongwen import lexicon

SEGMENTER = lexicon.segmenter(())
WEIGHTS = TermWeights({"通知": 900, "关于": 950, "工作": 900, "政府": 800}, 1000, 300.0)
FILLER = "各县区人民政府要加强领导，明确责任，抓好落实。" * 4


def record(title: str, text: str = FILLER, **facts: Any) -> dict[str, Any]:
    return {"title": join(SEGMENTER.cut(title)), "text": join(SEGMENTER.cut(text)), **facts}


def question(text: str) -> rank.Question:
    words = tuple((word, WEIGHTS(word)) for word in dict.fromkeys(SEGMENTER.words(text)))
    return rank.Question(text, words, words, hints.find(text, None))


def titles(asked: str, records: list[dict[str, Any]]) -> list[int]:
    return [one.place for one in rank.rank(question(asked), records, WEIGHTS)]


@pytest.mark.parametrize(
    ("asked", "better", "worse", "reason"),
    [
        ("湿地保护", record("湿地保护办法"), record("城市绿化办法", FILLER + "湿地保护。"), "in the title before in the text"),
        ("湿地保护办法", record("湿地保护办法"), record("关于修改《湿地保护办法》的决定"), "the title itself before one that holds it"),
        ("湿地补偿", record("通知", f"{FILLER}湿地补偿每亩百元。"), record("通知", f"湿地很多。{FILLER * 3}补偿另定。"), "together before apart"),
        ("湿地补偿", record("通知", f"湿地补偿。{FILLER}"), record("通知", f"湿地。{FILLER}"), "both words before one"),
        ("衢州湿地", record("湿地通知", region_codes=["330000", "330800"]), record("湿地通知", region_codes=["440000"]), "the place named before another one"),
        ("2013年湿地报告", record("湿地报告", year=2013), record("湿地报告", year=2016), "the year named before another one"),
        ("湿地办法", record("湿地办法", validity="in_force"), record("湿地办法", validity="repealed"), "in force before repealed"),
        ("湿地办法", record("湿地办法", day=20200101), record("湿地办法", day=20050101), "the newer among equals"),
        ("民政", record("通知", f"民政工作。{FILLER}"), record("通知", f"人民政府工作。{FILLER}"), "民政 is no word of 人民政府"),
        ("河道管理条例什么时候开始施行", record("中华人民共和国河道管理条例", f"为加强河道管理，制定本条例。{FILLER}"), record("图书馆问答", f"什么时候开始闭馆？宣传河道管理条例的时候。{FILLER}"), "the title that the question names"),
        ("民法典", record("中华人民共和国民法典"), record("关于学习民法典的通知", f"民法典民法典民法典。{FILLER}"), "a law by the name that everybody uses"),
        ("COVID-19 防控", record("通知", f"covid-19防控。{FILLER}"), record("通知", f"防控。{FILLER}"), "Latin letters of any case"),
    ],
)  # fmt: skip
def test_order(asked: str, better: dict[str, Any], worse: dict[str, Any], reason: str) -> None:
    assert titles(asked, [worse, better]) == [1, 0], reason
    assert titles(asked, [better, worse]) == [0, 1], reason


def test_a_statute_that_is_named_does_not_yield_to_a_law() -> None:
    named, law = record("河道管理条例"), record("中华人民共和国水法", f"河道管理。{FILLER}")
    found = {
        one.place: one.parts
        for one in rank.rank(replace(question("河道管理条例是谁公布的"), asks=True), [named, law], WEIGHTS)
    }
    assert found[0]["outranked"] == 0.0
    other = rank.rank(replace(question("河道管理是谁负责"), asks=True), [named], WEIGHTS)
    assert other[0].parts["outranked"] > 0


def test_no_hint_no_difference() -> None:
    """A question without a place does not prefer one, and equal candidates keep the order they came in."""
    twins = [record("湿地办法", region_codes=[code], year=2020) for code in ("330000", "440000", "510000")]
    assert titles("湿地办法", twins) == [0, 1, 2]


WAGES = "用人单位拖欠工资的，劳动者可以解除劳动合同。"
WAGES_TOO = "用人单位应当按月支付工资，不得拖欠劳动者工资。"


def asking(text: str, records: list[dict[str, Any]]) -> list[int]:
    return [one.place for one in rank.rank(replace(question(text), asks=True), records, WEIGHTS)]


def test_an_article_whose_statute_has_other_answers_goes_first() -> None:
    """Two laws say the same in the same words; of one another article answers, too."""
    articles = [
        record("工会法第五条", WAGES),
        record("劳动法第五条", WAGES),
        record("劳动法第九条", WAGES_TOO),
    ]
    assert asking("单位拖欠工资怎么办", articles)[0] == 1
    assert asking("单位拖欠工资怎么办", articles[:2])[0] == 0, "without it they stay in the order they came in"
    whole = [record("工会法", WAGES), record("劳动法", WAGES), record("劳动法", WAGES_TOO)]
    assert asking("单位拖欠工资怎么办", whole)[0] == 0, "whole laws are not articles of one"


def test_the_parts_make_the_score() -> None:
    for one in rank.rank(question("湿地保护"), [record("湿地保护办法"), record("城市绿化")], WEIGHTS):
        assert one.score == pytest.approx(sum(rank.WEIGHTS[name] * value for name, value in one.parts.items()))


def test_candidates_beyond_the_costly_part_stay_behind() -> None:
    many = [record("绿化", f"{FILLER}湿地。") for _ in range(70)] + [record("湿地", "湿地。" * 5)]
    order = titles("湿地", many)
    assert sorted(order) == list(range(71))
    assert order[0] == 70


@settings(deadline=None, max_examples=150)
@given(
    st.text("湿地保护办法通知 2013年\u200c\n|.*+?()[]\\", max_size=30),
    st.lists(st.tuples(st.text(max_size=40), st.text("湿地保护\u200c\n。|(", max_size=200)), max_size=8),
)
def test_any_candidates(asked: str, texts: list[tuple[str, str]]) -> None:
    records = [{"title": title, "text": text} for title, text in texts]
    found = rank.rank(question(asked), records, WEIGHTS)
    assert sorted(one.place for one in found) == list(range(len(records)))
    assert all(value >= 0 for one in found for value in one.parts.values())


@pytest.mark.parametrize(("word", "weight"), [("通知", 0.105), ("湿地", 6.5), ("关于", 0.051)])
def test_rare_words_weigh_more(word: str, weight: float) -> None:
    assert WEIGHTS(word) == pytest.approx(weight, rel=0.02)


def test_without_counts_all_words_weigh_the_same() -> None:
    assert {TermWeights()(word) for word in ("通知", "湿地")} == {1.0}


def test_every_part_of_a_score_can_be_explained() -> None:
    one = record("湿地保护条例", year=2016, validity="repealed", id="a")
    (found,) = rank.rank(question("湿地保护条例是什么"), [one], WEIGHTS, {"a": 0.2})
    told = explain(found, step="most", reason="words", pinned=False)
    assert sum(part.adds for part in told.features) == pytest.approx(found.score, abs=0.002)
    assert {part.name for part in told.features} == set(rank.WEIGHTS), (
        "a part without a weight, or a weight without one"
    )
    assert any("已废止或失效：减" in sentence for sentence in told.words)
