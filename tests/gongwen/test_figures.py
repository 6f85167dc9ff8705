"""Figures of annual reports: hand-read cases, the form's arithmetic, and what must hold for any text."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import figures, tables
from gongwen.data import rows
from gongwen.normalize import normalize
from gongwen.types import Figure, Span
from indexer.extract import extract

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
CORPUS = ROOT / "corpus"
GOLD = SHARED / "data" / "seeds_gold.json"
WANTED: list[dict[str, Any]] = json.loads(GOLD.read_text("utf-8"))["documents"] if GOLD.is_file() else []
CONTRADICTORY = "anshun-2020-nianbao.txt"
REPORTS = sorted(CORPUS.glob("samples/*/*nianbao*"))
PARTIES = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
NEW = "一、本年新收政府信息公开申请数量"
HEADER = "| 信息内容 | 上一年项目数量 | 本年增/减 | 处理决定数量 |"


@cache
def texts_of(path: Path) -> dict[str, str]:
    """The clean texts of a file's documents, by title and by place in the file (1, 2 …)."""
    pages, _ = extract(path.read_bytes(), path.name)
    texts = [(page.title or "", normalize(page.text).text) for page in pages]
    return dict(texts) | {str(at): text for at, (_, text) in enumerate(texts, 1)}


def shown(text: str) -> list[tuple[str, str | None, float, str | None]]:
    return [("/".join(f.indicator), f.party, f.value, f.unit) for f in figures.find(text)]


def row(label: str, *numbers: object) -> str:
    return tables.row([label, *map(str, numbers)])


@pytest.mark.cases("figures.tsv")
def test_case(case: dict[str, str]) -> None:
    path = (SHARED if case["source"].startswith("seeds/") else CORPUS) / case["source"]
    if not path.is_file():
        pytest.skip(f"not on this machine: {path}")
    key = (case["indicator"], case["party"] or None)
    found = [(value, unit) for *at, value, unit in shown(texts_of(path)[case["part"]]) if tuple(at) == key]
    assert found == [(float(case["value"]), case["unit"] or None)], case["reason"]


@pytest.mark.skipif(not WANTED, reason=f"the real pages are not on this machine: {GOLD} is absent")
@pytest.mark.parametrize(
    ("wanted", "figure"),
    [
        pytest.param(wanted, figure, id=f"{wanted['file'][:3]}-{figure[0]}")
        for wanted in WANTED
        for figure in wanted.get("figures", [])
    ],
)
def test_gold_of_the_seeds(wanted: dict[str, Any], figure: list[Any]) -> None:
    label, _, party = figure[0].partition("/")
    texts = texts_of(SHARED / "seeds" / wanted["file"])
    found = figures.find(texts.get(wanted.get("part", "1")) or texts["1"])
    values = [(f.value, f.unit) for f in found if f.indicator[-1] == label and f.party == (party or None)]
    assert values == [tuple(figure[1:])]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_reports_are_read_and_only_one_contradicts_itself(path: Path) -> None:
    for text in texts_of(path).values():
        found = figures.find(text)
        assert len(found) >= 43
        assert bool(figures.check(found)) == (path.name == CONTRADICTORY)


def test_documents_without_statutory_tables_have_no_figures() -> None:
    others = [path for path in CORPUS.glob("samples/*/*") if path not in REPORTS]
    assert len(others) > 50
    assert [path.name for path in others for text in texts_of(path).values() if figures.find(text)] == []


def test_the_contradictory_report() -> None:
    """The gold table names them: （七）总计 says 158 where the items make 155; 158 + 7 is not 158 + 9."""
    (text,) = set(texts_of(CORPUS / "samples/guizhou" / CONTRADICTORY).values())
    found = figures.check(figures.find(text))
    assert [(wrong.rule, wrong.expected, wrong.found) for wrong in found] == [
        ("分项之和应等于总计（自然人）", 136, 138),
        ("分项之和应等于总计（其他）", 2, 3),
        ("分项之和应等于总计", 155, 158),
        ("第一项加第二项应等于第三项加第四项（自然人）", 144, 146),
        ("第一项加第二项应等于第三项加第四项", 165, 167),
    ]
    quotes = {text[slice(*wrong.span)].split(" | ")[0] for wrong in found}
    assert quotes == {"| （七）总计", "| 四、结转下年度继续办理"}


@pytest.mark.skipif(not WANTED, reason="the real pages are not on this machine")
def test_the_real_pages_do_not_contradict_themselves() -> None:
    for name, counts in {"000": {35, 198, 0}, "001": {198}, "002": {71}}.items():
        (path,) = (SHARED / "seeds").glob(f"{name}_*")
        read = [figures.find(text) for text in texts_of(path).values()]
        assert {len(found) for found in read} == counts
        assert [figures.check(found) for found in read if figures.check(found)] == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row(NEW, 2, 0, 0, 0, 0, "00", 2), [2, 0, 0, 0, 0, 0, 2]),
        (row(NEW, 2, 0, 0, "00", 0, 2), [2, 0, 0, 0, 0, 0, 2]),
        (row(NEW, 2, "000", 0, 0, 2), [2, 0, 0, 0, 0, 0, 2]),
        (row(NEW, 2, 0, 0, 0, 0, "00", 3), [2, 0, 0, 0, 0, None, 3]),
        (row(NEW, 2, 0, 0, "00", 0, 3), []),
        (row(NEW, 2, 0, 0, 0, 0, 2), []),
        (row(NEW, 2, "", "", "", "", "/", 2), [2, None, None, None, None, None, 2]),
        (row(NEW, "", "", 2, "", 0, 0, 0, 0, 2), [2, None, 0, 0, 0, 0, 2]),
        (row(NEW, "1,234", 0, 0, 0, 0, 0, "1234件"), [1234, 0, 0, 0, 0, 0, 1234]),
        (row(NEW, 2, 0, 0, 0, 0, "012", 2), [2, 0, 0, 0, 0, None, 2]),
        (row(NEW, 2, 0, 0, 0, 0, "约1", 3), []),
        (row(NEW, 1, 2, 3, 4, 5, 6, 7, 28), []),
    ],
    ids=["one zero", "two zeros", "three", "unproved", "unproved width", "missing", "blank", "colspan", "comma", "012", "words", "wide"],
)  # fmt: skip
def test_rows_of_applicants(line: str, expected: list[float | None]) -> None:
    found = {f.party: f.value for f in figures.find(line)}
    assert [found.get(party) for party in PARTIES] == (expected or [None] * 7)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            f"{HEADER}\n| 行政强制 | 20项 | 减14 | / |",
            [("行政强制", "上一年项目数量", 20, "项"), ("行政强制", "本年增/减", -14, None)],
        ),
        (f"{HEADER}\n| 行政强制 | 20 | 6 |", []),
        ("信息内容\n上一年项目数量\n本年增/减\n| 收费 | 118 | 减少5项 |", [("收费", "上一年项目数量", 118, None), ("收费", "本年增/减", -5, "项")]),
        (f"{HEADER}\n| 行政许可 | 1 | 增1 | 2 |\n三、其他\n| 名称 | 甲 | 乙 |\n| 桌 | 1 | 2 | 3 |", [("行政许可", "上一年项目数量", 1, None), ("行政许可", "本年增/减", 1, None), ("行政许可", "处理决定数量", 2, None)]),
        ("| 结果维持 | 总计 |\n| 总计 | 1 | 2 | 3 |", []),
        (
            "| 行政复议 | | | | |\n| 结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计 |\n| 1 | 0 | 0 | / | 1 |",
            [("行政复议", "结果维持", 1, None), ("行政复议", "结果纠正", 0, None), ("行政复议", "其他结果", 0, None), ("行政复议", "总计", 1, None)],
        ),
        ("| 指标 | 单位 | 数值 |\n| 一、生产总值 | 亿元 | 5 |\n| 二、人口 | 人 | 6 |\n| 三、户数 | 户 | 7 |", []),
        ("| 指标 | 单位 | 统计数 |\n| 一、主动公开信息数 | 条 | 5 |\n| 二、举报 | 件 | |\n| 其中：来信 | 3 | 件 |\n| 三、经费（万元） | - | 7 |", [("主动公开信息数", None, 5, "条"), ("举报/来信", None, 3, "件"), ("经费", None, 7, "万元")]),
        ("| 名称 | 数量 |\n| 公开栏 | 5 |", []),
    ],
    ids=["article 20", "too few cells", "shredded header", "another table after it", "two groups", "reconsideration alone", "economy", "old form", "no form"],
)  # fmt: skip
def test_tables(table: str, expected: list[tuple[str, str | None, float, str | None]]) -> None:
    assert shown(table) == expected


def test_ten_numbers_are_litigation() -> None:
    header = f"行政诉讼\n{tables.row(['结果维持', '结果纠正', '其他结果', '尚未审结', '总计'] * 2)}"
    found = shown(f"{header}\n{tables.row(list('1111400000'))}")
    assert found[4] == ("行政诉讼/未经复议直接起诉", "总计", 4, None)
    assert found[9] == ("行政诉讼/复议后起诉", "总计", 0, None)


def _figure(path: str, value: float, party: str | None = None, at: int = 0) -> Figure:
    return Figure(tuple(path.split("/")), party, value, None if party else "件", Span(at, at + 1))


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([_figure("收到申请数", 5), _figure("收到申请数/当面", 2), _figure("收到申请数/网络", 2)], [("分项之和应等于合计（收到申请数）", 4, 5)]),
        ([_figure("收到申请数", 5), _figure("收到申请数/当面", 2)], []),
        ([_figure("收到申请数", 5), _figure("收到申请数/当面", 6)], [("分项之和应等于合计（收到申请数）", 6, 5)]),
        ([_figure("主动公开政府信息数", 5), _figure("主动公开政府信息数/甲", 9), _figure("主动公开政府信息数/乙", 9)], []),
        ([_figure("依申请公开数量", 5), _figure("依申请公开数量/依申请方式/甲", 2), _figure("依申请公开数量/依申请方式/乙", 2)], [("分项之和应等于合计（依申请公开数量）", 4, 5)]),
        ([_figure("行政复议", v, p) for p, v in (("结果维持", 1), ("结果纠正", 1), ("其他结果", 0), ("尚未审结", 0), ("总计", 3))], [("复议各结果之和应等于总计", 2, 3)]),
        ([_figure("行政复议", v, p) for p, v in (("结果维持", 1), ("总计", 3))], []),
        ([_figure("行政诉讼/复议后起诉", v, p) for p, v in (("结果维持", 4), ("总计", 3))], [("诉讼各结果之和应等于总计（复议后起诉）", 4, 3)]),
        ([_figure("本年新收政府信息公开申请数量", v, p) for p, v in zip(PARTIES, (1, 1, 0, 0, 0, 0, 3), strict=True)], [("各类申请人之和应等于总计", 2, 3)]),
        ([_figure("收到申请数", 5), _figure("收到申请数/当面", 5), _figure("收到申请数", 6), _figure("收到申请数/当面", 6)], []),
        ([], []),
    ],
)  # fmt: skip
def test_arithmetic(given_: list[Figure], expected: list[tuple[str, float, float]]) -> None:
    assert [(wrong.rule, wrong.expected, wrong.found) for wrong in figures.check(tuple(given_))] == expected


@pytest.mark.parametrize("change", [1, -1], ids=["more", "less"])
@pytest.mark.parametrize("path", [path for path in REPORTS if path.name != CONTRADICTORY], ids=lambda path: path.stem)
def test_a_wrong_cell_is_noticed(path: Path, change: int) -> None:
    """Any total of a sound report, changed by one, contradicts the rest of the table."""
    found = figures.find(texts_of(path)["1"])
    for at, figure in enumerate(found):
        if figure.party == "总计" or figure.indicator[-1] in ("收到申请数", "申请答复数", "行政诉讼数量"):
            wrong = Figure(figure.indicator, figure.party, figure.value + change, figure.unit, figure.span)
            assert figures.check((*found[:at], wrong, *found[at + 1 :])), figure


def test_tables_of_words_are_sorted() -> None:
    for name, column in (("figures_columns.tsv", "column"), ("figures_sums.tsv", "indicator")):
        words = [row[column] for row in rows(name)]
        assert words == sorted(set(words))


LINES = st.sampled_from(
    [NEW, "信息内容", "结果维持", "总计", "行政复议", "（一）予以公开", "其中：", "其中", "|", "||", "| |", "| 条 |", "| 1 | 条 |", "（（", "三、（三）：1.",
     HEADER, row(NEW, *range(7)), row("（七）总计", *range(7)), row("", *range(15)), row("行政复议", *range(5)), row("主动公开", "条", 3),
     row("其中", "条", 3), row("四、结转下年度", *"0000000"), row("三、结果", "不予公开", "1.国家秘密", *range(7)), "公" * 70, "00", "| 00 | 0 |"]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.lists(LINES | st.text(alphabet="|0123 -/增减条件（一）、其中：\n", max_size=30), max_size=25)
    | st.lists(st.text(max_size=20))
)
def test_any_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = figures.find(text)
    for figure in found:
        line = text[slice(*figure.span)]
        assert line in text.split("\n")
        assert tables.cells(line)
        assert all(figure.indicator)
        assert figure.unit != ""
    assert [figure.span for figure in found] == sorted(figure.span for figure in found)
    for wrong in figures.check(found):
        assert wrong.expected != wrong.found
        assert wrong.span in {figure.span for figure in found}


@pytest.mark.parametrize(
    "unit",
    [
        row("其中", "条", 3),
        row("（一）其他", *range(7)),
        HEADER,
        "（" * 50,
        "| " * 500,
        "三、（一）：1." * 4,
        row(NEW, *range(7)),
    ],
    ids=["其中", "row", "header", "brackets", "pipes", "marks", "reports"],
)
def test_time_is_linear(unit: str) -> None:
    """Twenty times the text takes at most sixty times as long: far from four hundred."""

    def seconds(times: int) -> float:
        start = time.perf_counter()
        figures.check(figures.find("| 主动公开 | 条 | 1 |\n" + f"{unit}\n" * times))
        return time.perf_counter() - start

    seconds(100)
    assert min(seconds(2000) for _ in range(3)) < 60 * max(min(seconds(100) for _ in range(5)), 1e-3)
