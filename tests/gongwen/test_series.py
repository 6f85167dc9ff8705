"""Counts followed through the forms of the years."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongwen import figures, series
from gongwen.data import rows
from gongwen.types import Figure, Span
from tests.support import read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "figure_series.tsv")


@pytest.mark.parametrize("case", CASES, ids=[case["reason"] for case in CASES])
def test_what_a_report_says_of_a_series(case: dict[str, str]) -> None:
    found = series.of(figures.find(case["text"].replace("\\n", "\n")))
    values = {one.series: f"{one.value:g}" for one in found}
    expected = dict(pair.split("=") for pair in case["series"].split()) if case["series"] else {}
    assert {name: values.get(name, "-") for name in expected} == expected, case["reason"]
    if not expected:
        assert not values


def test_the_span_is_the_row() -> None:
    text = "一、依申请公开情况\n| 指标 | 单位 | 数 |\n| 1.收到申请数 | 件 | 12 |\n| 2.申请办结数 | 件 | 12 |\n| 3.申请答复数 | 件 | 12 |"
    received = next(one for one in series.of(figures.find(text)) if one.series == "received")
    assert text[received.span.start : received.span.end] == "| 1.收到申请数 | 件 | 12 |"


def test_names_are_found_as_identifiers_and_names() -> None:
    for one in series.known().values():
        assert series.named(one.id) == series.named(one.name) == one
    assert series.named("湿地面积") is None


def test_of_two_reports_in_one_text_the_first_counts() -> None:
    figure = Figure(("收到申请数",), None, 5.0, "件", Span(0, 3))
    later = Figure(("收到申请数",), None, 9.0, "件", Span(10, 13))
    assert [one.value for one in series.of([figure, later])] == [5.0]


@pytest.mark.parametrize("unit", ["元", "万元", "亿元"])
def test_money_is_given_in_ten_thousands(unit: str) -> None:
    factor = {"元": 0.0001, "万元": 1, "亿元": 10000}[unit]
    figure = Figure(("政府集中采购",), "采购总金额", 250.0, unit, Span(0, 3))
    assert [one.value for one in series.of([figure])] == [250 * factor]
    assert not series.of([Figure(("政府集中采购",), "采购总金额", 250.0, None, Span(0, 3))])


def test_each_name_has_one_unit_and_one_identifier() -> None:
    pairs = {(row["series"], row["name"], row["unit"]) for row in rows("figure_series.tsv")}
    assert len(pairs) == len({name for name, _, _ in pairs}) == len({name for _, name, _ in pairs})
