"""Tables in plain text: rows that were shredded into lines are put together, everything else is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import tables

PROSE = "为了落实和推进政府信息公开工作，深化和规范工作规程，提升公开水平，现将有关事项通知如下。"


@pytest.mark.parametrize(
    ("shredded", "joined"),
    [
        (
            "信息内容\n本年新制作数量\n本年新公开数量\n对外公开总数量\n规章\n0\n0\n0\n规范性文件\n6\n6\n136",
            "| 信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 |\n| 规章 | 0 | 0 | 0 |\n| 规范性文件 | 6 | 6 | 136 |",
        ),
        (
            "信息内容\n上一年项目数量\n本年增/减\n处理决定数量\n行政许可\n124956\n增43571\n168707",
            "信息内容\n上一年项目数量\n本年增/减\n处理决定数量\n行政许可\n124956\n增43571\n168707",
        ),
        (
            "主动公开数\n条\n48711\n依申请公开数\n件\n42",
            "| 主动公开数 | 条 | 48711 |\n| 依申请公开数 | 件 | 42 |",
        ),
        ("经费\n1,234.5万元\n投诉\n-", "| 经费 | 1,234.5万元 |\n| 投诉 | - |"),
        ("项目\t数量\n规章\t0", "| 项目 | 数量 |\n| 规章 | 0 |"),
        (f"{PROSE}\n规章\n0\n规范性文件\n6\n{PROSE}", f"{PROSE}\n| 规章 | 0 |\n| 规范性文件 | 6 |\n{PROSE}"),
        (f"一、工作概述\n{PROSE}\n二、主动公开情况\n{PROSE}", f"一、工作概述\n{PROSE}\n二、主动公开情况\n{PROSE}"),
        ("| 规章 | 0 |\n| 规范性文件 | 6 |", "| 规章 | 0 |\n| 规范性文件 | 6 |"),
        ("杭州市人民政府办公厅\n2016年8月17日", "杭州市人民政府办公厅\n2016年8月17日"),
        ("", ""),
    ],
    ids=[
        "header and rows",
        "one row is no table",
        "units",
        "amounts",
        "tabs",
        "prose",
        "headings",
        "rows",
        "signature",
        "empty",
    ],
)
def test_rejoin(shredded: str, joined: str) -> None:
    assert "\n".join(tables.rejoin(shredded.split("\n") if shredded else [])) == joined


def test_cells_are_the_reverse_of_row() -> None:
    assert tables.cells(tables.row(["规章", " 0 "])) == ["规章", "0"]
    assert tables.cells("规章 | 0") is None
    assert tables.cells("|") is None
    assert tables.cells("||") is None
    assert tables.cells("") is None


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet="规章数量0123.增减条件万元%|-—，。\t", min_size=1, max_size=20), max_size=20))
def test_no_character_of_a_cell_is_lost(lines: list[str]) -> None:
    joined = "".join(tables.rejoin(lines))
    assert sorted(_letters(joined)) == sorted(_letters("".join(lines)))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(["规章", "0", "6", "条", "数量", "| 规章 | 0 |", PROSE, "条 |"]), max_size=14))
def test_rows_stay_rows(lines: list[str]) -> None:
    once = tables.rejoin(lines)
    assert _letters("".join(once)) == _letters("".join(lines))


def _letters(text: str) -> str:
    return "".join(char for char in text if char not in "| \t")
