"""Conditions written in a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import fields
from api.schemas import SearchParams
from tests.support import Site


@pytest.mark.parametrize(
    ("question", "rest", "field", "value"),
    [
        ("年份:2016 湿地", "湿地", "year", [2016]),
        ("年份：2016-2018 湿地", "湿地", "year", [2016, 2017, 2018]),
        ("湿地 year:2016", "湿地", "year", [2016]),
        ("地区:衢州 湿地", "湿地", "region", ["衢州"]),
        ("REGION:330800 湿地", "湿地", "region", ["330800"]),
        ("机关:国办 湿地", "湿地", "issuer", ["国务院办公厅"]),
        ("机关:“某某协会” 湿地", "湿地", "issuer", ["某某协会"]),
        ("文种:通知、公告 湿地", "湿地", "genre", ["通知", "公告"]),
        ("文种:年度报告 湿地", "湿地", "genre", ["annual_report"]),
        ("文号:衢政办发[2022]37号 湿地", "湿地", "doc_number", "衢政办发〔2022〕37号"),
        # What is no field stays as it was typed.
        ("年份:去年 湿地", "年份:去年 湿地", "year", []),
        ("地区:火星 湿地", "地区:火星 湿地", "region", []),
        ("文种:小说 湿地", "文种:小说 湿地", "genre", []),
        ("文号:没有 湿地", "文号:没有 湿地", "doc_number", None),
        ("备注:2016 湿地", "备注:2016 湿地", "year", []),
        ("主题年份:2016 湿地", "主题年份:2016 湿地", "year", []),
        ("年份: 湿地", "年份: 湿地", "year", []),
        ("见http://a.cn 湿地", "见http://a.cn 湿地", "year", []),
    ],
)
def test_a_field_becomes_a_condition(question: str, rest: str, field: str, value: object) -> None:
    asked = fields.read(SearchParams(q=question))
    assert asked.params.q == rest
    assert getattr(asked.params, field) == value
    assert bool(asked.applied) == bool(value)


def test_fields_join_parameters_of_the_same_name() -> None:
    assert fields.read(SearchParams(q="年份:2016", year=[2019])).params.year == [2019, 2016]


@given(st.text(alphabet='年份地区文种标题号:："“” 2016通知衢州', max_size=60))
def test_any_question_can_be_read(text: str) -> None:
    asked = fields.read(SearchParams(q=text))
    assert len(asked.applied) >= len(asked.titles)
    assert asked.applied or asked.params.q == text.strip()


@pytest.mark.parametrize(
    ("written", "params"),
    [
        ("年份:2022 助餐", {"q": "助餐", "year": 2022}),
        ("地区：衢州 助餐", {"q": "助餐", "region": "衢州"}),
        ("助餐 文种:通知", {"q": "助餐", "genre": "通知"}),
        ("文号:衢政办发2022年37号", {"q": "", "doc_number": "衢政办发〔2022〕37号"}),
    ],
)
def test_a_field_finds_what_the_parameter_finds(site: Site, written: str, params: dict[str, object]) -> None:
    answer = site.search(written)
    expected = site.client.get("/api/v1/search", params=params).json()
    assert [hit["id"] for hit in answer["hits"]] == [hit["id"] for hit in expected["hits"]]
    assert answer["total"] == expected["total"] > 0
    assert [one["applied"] for one in answer["understood"]["filters"]].count(True) == 1


def test_words_of_the_title_stand_in_the_title(site: Site) -> None:
    answer = site.search("标题:助餐", per_page=100)
    every = [hit["title"] for hit in site.search("", per_page=100)["hits"]]
    assert sorted(hit["title"] for hit in answer["hits"]) == sorted(title for title in every if "助餐" in title)
    assert answer["total"] == len(answer["hits"]) > 2


def test_words_of_the_title_go_with_other_words(site: Site) -> None:
    answer = site.search("标题:助餐 衢江", per_page=100)
    assert answer["total"] > 0
    assert all("助餐" in hit["title"] for hit in answer["hits"])


def test_what_a_question_names_is_offered_and_not_applied(site: Site) -> None:
    answer = site.search("2022年衢州市年度报告")
    offered = [(one["name"], one["label"], one["applied"]) for one in answer["understood"]["filters"]]
    assert offered == [("year", "2022", False), ("region", "浙江省衢州市", False), ("genre", "年度报告", False)]
    page = site.client.get("/", params={"q": "2022年衢州市年度报告"}).text
    assert "只看年份：2022" in page
    for one in answer["understood"]["filters"]:
        assert site.client.get("/api/v1/search", params={"q": "年报", one["name"]: one["value"]}).status_code == 200
