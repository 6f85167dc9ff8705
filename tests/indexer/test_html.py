"""HTML pages: the header box, the text with its edges, tables whose rows can be read alone."""

from __future__ import annotations

import json

import pytest

from gongwen import document, labels
from gongwen.errors import UnreadableDocument
from indexer.extract import extract
from indexer.html import read_html
from tests.support import SHARED

PARAGRAPHS = "".join(
    f"<p>第{n}项工作要求各单位认真落实，明确责任，按时完成，并将结果向社会公开，接受群众监督。</p>" for n in range(1, 9)
)


def page(box: str, body: str, head: str = "") -> str:
    return f"<html><head><title>某通知 - 某市人民政府</title>{head}</head><body><div class=nav><a>首页</a><a>新闻</a></div>{box}{body}<div>版权所有 某市</div></body></html>"


@pytest.mark.parametrize(
    "box",
    [
        "<table><tr><td>索 引 号：</td><td>330803/2021-46933</td><td>发文字号：</td><td>衢政办发〔2021〕5号</td></tr><tr><td>发布日期：</td><td>2021-02-20</td></tr></table>",
        "<table><tr><th>索引号</th><td>330803/2021-46933</td></tr><tr><th>发文字号</th><td>衢政办发〔2021〕5号</td></tr><tr><th>发布日期</th><td>2021-02-20</td></tr></table>",
        "<ul><li>索引号：330803/2021-46933</li><li>文号：衢政办发〔2021〕5号</li><li>公开日期：2021-02-20</li></ul>",
        "<dl><dt>索引号</dt><dd>330803/2021-46933</dd><dt>文号</dt><dd>衢政办发〔2021〕5号</dd><dt>公开日期</dt><dd>2021-02-20</dd></dl>",
        "<div><span class=l>索引号：</span><span>330803/2021-46933</span></div><div><b>文号：</b><span>衢政办发〔2021〕5号</span></div><div>公开日期：2021-02-20</div>",
    ],
    ids=["table", "th", "list", "dl", "spans"],
)
def test_the_header_box_in_any_markup(box: str) -> None:
    found = {
        labels.field_of(label): value
        for label, value in read_html(page(box, f"<div id=zoom>{PARAGRAPHS}</div>")).metadata
    }
    assert found["index_number"] == "330803/2021-46933"
    assert found["doc_number"] == "衢政办发〔2021〕5号"
    assert found["published"] == "2021-02-20"


def test_an_empty_label_takes_no_neighbours_value() -> None:
    box = "<table><tr><td>文号：</td><td></td><td>有效性：</td><td></td><td>发布日期：</td><td>2021-02-20</td></tr></table>"
    found = {
        labels.field_of(label): value
        for label, value in read_html(page(box, f"<div id=zoom>{PARAGRAPHS}</div>")).metadata
    }
    assert found == {"published": "2021-02-20"}


def test_meta_names_of_the_national_standard() -> None:
    head = '<meta name="ArticleTitle" content="关于做好防汛工作的通知"><meta name="PubDate" content="2020-06-01 10:00">'
    found = read_html(page("", f"<div>{PARAGRAPHS}</div>", head))
    assert found.title == "关于做好防汛工作的通知"
    assert ("发布日期", "2020-06-01 10:00") in found.metadata


def test_title_signature_and_date_are_kept_without_a_named_container() -> None:
    body = f"<div class=x><h3>关于做好防汛工作的通知</h3><p>某政发〔2020〕1号</p>{PARAGRAPHS}<p align=right>某市水利局</p><p align=right>2020年6月1日</p></div>"
    text = read_html(page("", body)).text
    assert "某政发〔2020〕1号" in text
    assert text.rstrip().endswith("某市水利局\n2020年6月1日")


def test_a_layout_table_does_not_run_paragraphs_together() -> None:
    body = f"<table><tr><td width=100>菜单</td><td><table><tr><td>{PARAGRAPHS}</td></tr></table></td></tr></table>"
    lines = read_html(page("", body)).text.split("\n")
    assert sum(line.startswith("第") for line in lines) == 8


SECOND = "<p>二、加强值守。</p><p>某市水利局</p><p>2020年6月1日</p>"


@pytest.mark.parametrize(
    ("between", "second", "why"),
    [
        ("", "<div class=TRS_Editor>{}</div>", "siblings"),
        ("", "<div><div class='left TRS_Editor'>{}</div></div>", "each in a frame of its own"),
        ("", "<div class=TRS_Editor><div class=TRS_Editor>{}</div></div>", "one in another is read once"),
        (
            "<div class=TRS_Editor><a href=/a>关于其他事项的通知</a></div>",
            "<div class=TRS_Editor>{}</div>",
            "links to pages",
        ),
        ("<aside><div class=TRS_Editor>相关文件</div></aside>", "<div class=TRS_Editor>{}</div>", "beside the text"),
        (f"<div class=TRS_Editor>{PARAGRAPHS}</div>", "<div class=TRS_Editor>{}</div>", "the same text again"),
    ],
    ids=lambda value: value if value.isascii() and "<" not in value else "",
)
def test_a_text_in_several_containers_is_read_whole(between: str, second: str, why: str) -> None:
    body = f"<div class=TRS_Editor>{PARAGRAPHS}</div>{between}{second.format(SECOND)}"
    lines = read_html(page("", body)).text.split("\n")
    assert len(lines) == 8 + 3, why
    assert lines[-3:] == ["二、加强值守。", "某市水利局", "2020年6月1日"]


def test_a_short_container_before_the_long_one_is_read_too() -> None:
    body = f"<div class=TRS_Editor>某政发〔2020〕1号</div><div class=TRS_Editor>{PARAGRAPHS}</div>"
    assert read_html(page("", body)).text.startswith("某政发〔2020〕1号\n第1项")


@pytest.mark.parametrize("opening", ["<td>", "<th>", "<td colspan=3>"])
def test_a_row_of_one_cell_is_a_line(opening: str) -> None:
    rows = "".join(
        f"<tr>{opening}{line}</td></tr>" for line in ("某政发〔2020〕1号", "一、要求<br>二、时限", "2020年6月1日")
    )
    lines = read_html(page("", f"<div id=zoom>{PARAGRAPHS}<table>{rows}</table></div>")).text.split("\n")
    assert lines[8:] == ["某政发〔2020〕1号", "一、要求", "二、时限", "2020年6月1日"]


def test_a_row_of_one_cell_inside_a_table_stays_a_row() -> None:
    rows = [
        "<td colspan=2>防汛物资表",
        "<td>项目<td>数量",
        "<td colspan=2>一、水泵",
        "<td>大<td>3",
        "<td colspan=2>注：截至五月",
    ]
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    lines = read_html(page("", f"<div id=zoom>{PARAGRAPHS}<table>{table}</table></div>")).text.split("\n")
    assert [line.replace("|  |", "| |") for line in lines[8:]] == ["防汛物资表", "| 项目 | 数量 |", "| 一、水泵 | |", "| 大 | 3 |", "注：截至五月"]  # fmt: skip


def test_a_cell_beside_one_that_reaches_down_stays_a_row() -> None:
    table = "<table><tr><td rowspan=2>防汛</td><td>38</td></tr><tr><td>21</td></tr></table>"
    assert read_html(page("", f"<div id=zoom>{PARAGRAPHS}{table}</div>")).text.endswith("| 防汛 | 38 |\n| 防汛 | 21 |")


@pytest.mark.parametrize("ruby", ["度<rt>dù</rt>", "度<rp>(</rp><rt>dù</rt><rp>)</rp>", "<rb>度</rb><rt>dù</rt>"])
def test_how_a_word_is_spoken_is_no_part_of_the_text(ruby: str) -> None:
    body = f"<div id=zoom><p>高<ruby>{ruby}</ruby>重视。</p>{PARAGRAPHS}</div>"
    assert read_html(page("", body)).text.startswith("高度重视。\n")


def test_spans_of_cells_are_repeated_so_that_each_row_reads_alone() -> None:
    table = (
        "<table><tr><td rowspan=2>（三）不予公开</td><td>1.属于国家秘密</td><td>0</td></tr><tr><td>2.其他</td><td>3</td></tr>"
        "<tr><td colspan=2>（七）总计</td><td>3</td></tr></table>"
    )
    lines = read_html(page("", f"<div id=zoom>{PARAGRAPHS}{table}</div>")).text.split("\n")
    assert "| （三）不予公开 | 1.属于国家秘密 | 0 |" in lines
    assert "| （三）不予公开 | 2.其他 | 3 |" in lines
    assert "| （七）总计 | | 3 |" in [line.replace("|  |", "| |") for line in lines]


def test_scripts_and_styles_never_reach_the_text() -> None:
    text = read_html(
        page("", f"<div id=zoom><script>alert(1)</script><style>p{{}}</style>{PARAGRAPHS}<!-- note --></div>")
    ).text
    assert "alert" not in text
    assert "note" not in text


@pytest.mark.parametrize("source", ["<html></html>", "<html><body><script>x</script></body></html>", "<p></p>"])
def test_a_page_without_text_is_refused(source: str) -> None:
    with pytest.raises(UnreadableDocument) as raised:
        read_html(source)
    assert raised.value.stage == "extract"


def test_deep_nesting_and_wide_tables_are_bounded() -> None:
    deep = "<div>" * 1000 + PARAGRAPHS + "</div>" * 1000
    assert "第1项" in read_html(page("", deep)).text
    with pytest.raises(UnreadableDocument, match="deeply"):
        read_html(page("", "<div>" * 5000 + PARAGRAPHS + "</div>" * 5000))
    wide = f"<table><tr><td rowspan=99999999 colspan=99999999>甲</td></tr>{'<tr><td>乙</td></tr>' * 50}</table>"
    assert len(read_html(page("", f"<div id=zoom>{PARAGRAPHS}{wide}</div>")).text) < 100_000


GOLD = SHARED / "data" / "state_council" / "gold.jsonl"


@pytest.mark.skipif(not GOLD.exists(), reason=f"the State Council pages are not on this machine: {GOLD} is absent")
def test_the_state_council_pages_give_what_their_site_says() -> None:
    wrong = []
    for line in GOLD.read_text("utf-8").splitlines():
        gold = json.loads(line)
        path = GOLD.parent / "pages" / f"{gold['id']}.html"
        found = document.read(extract(path.read_bytes(), path.name)[0][0])
        said = {
            "title": found.title,
            "doc_number": str(found.doc_number.value) if found.doc_number else None,
            "index_number": found.index_number.value if found.index_number else None,
            "signed": f"{found.signed.value:%Y年%m月%d日}" if found.signed else None,
            "published": f"{found.published.value:%Y年%m月%d日}" if found.published else None,
        }
        wrong += [
            (gold["id"], name, gold[name], value)
            for name, value in said.items()
            if gold.get(name) and gold[name] != value
        ]
    assert wrong == []


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("关于做好防汛工作的通知_政策文件_衢州市人民政府", "关于做好防汛工作的通知"),
        ("关于做好防汛工作的通知 - 政策文件 - 衢州市人民政府", "关于做好防汛工作的通知"),
        ("关于做好防汛工作的通知|衢州市人民政府", "关于做好防汛工作的通知"),
        ("关于做好防汛工作的通知 ZZCR—2019—01013", "关于做好防汛工作的通知 ZZCR—2019—01013"),
        ("通知-衢州市人民政府", "通知-衢州市人民政府"),
    ],
)
def test_the_site_behind_a_title_is_no_part_of_it(written: str, title: str) -> None:
    body = "<div id=zoom>" + "<p>请各地做好防汛工作，确保人民群众生命财产安全。</p>" * 6 + "</div>"
    assert read_html(f"<html><head><title>{written}</title></head><body>{body}</body></html>").title == title


@pytest.mark.parametrize(
    ("above", "number"),
    [
        ("<h1>关于做好防汛工作的通知</h1><div>衢政办发〔2019〕5号</div>", "衢政办发〔2019〕5号"),
        ("<h1>关于做好防汛工作的通知</h1><h2>（衢政办发〔2019〕5号）</h2>", "（衢政办发〔2019〕5号）"),
        ("<h2>关于做好防汛工作的通知</h2><p><span>衢政办发〔2019〕5号</span></p>", "衢政办发〔2019〕5号"),
        ("<div class=nav><a>衢政办发〔2018〕1号</a></div><h1>关于做好防汛工作的通知</h1>", None),
        ("<h1>关于做好防汛工作的通知</h1><div>根据衢政办发〔2019〕5号</div>", None),
    ],
)
@pytest.mark.parametrize("named", ["class=TRS_Editor", "class=con"])
def test_a_number_between_heading_and_text_is_the_documents(above: str, number: str | None, named: str) -> None:
    found = read_html(f"<html><body>{above}<div {named}>{PARAGRAPHS}</div></body></html>")
    assert dict(found.metadata).get("文号") == number
