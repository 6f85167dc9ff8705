"""Layout: a page copied as text to its documents, its metadata and its fragments."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import layout
from gongwen.data import rows

PROSE = (
    "为贯彻落实党中央、国务院关于全面推进政务公开工作的决策部署，进一步做好我市政务公开工作，结合我市实际，"
    "经市政府同意，现就进一步加强和改进我市政务公开工作有关事项通知如下，请认真贯彻执行，确保各项工作落到实处。\n"
)
NOTICE = f"杭州市人民政府办公厅关于加强政务公开工作的通知\n杭政办发〔2016〕6号\n各区、县（市）人民政府：\n{PROSE * 3}"
TITLES = [f"衢州市人民政府{year}年政府信息公开工作年度报告" for year in (2009, 2010, 2013)]


def test_a_plain_document() -> None:
    (page,), fragments = layout.read(NOTICE)
    assert fragments == ()
    assert page.title == "杭州市人民政府办公厅关于加强政务公开工作的通知"
    assert page.text.splitlines()[:2] == [page.title, "杭政办发〔2016〕6号"]
    assert page.metadata == ()
    assert page.original is None


def test_the_header_becomes_metadata() -> None:
    header = "索引号：330100/2016-1　公开方式：主动公开\n发布日期：2016-08-18 09:00\n文号：\n杭政办发〔2016〕6号\n"
    (page,), _ = layout.read(header + NOTICE)
    assert dict(page.metadata) == {
        "索引号": "330100/2016-1",
        "公开方式": "主动公开",
        "发布日期": "2016-08-18 09:00",
        "文号": "杭政办发〔2016〕6号",
    }
    assert page.text.startswith("杭州市人民政府办公厅关于")


@pytest.mark.parametrize(
    ("label", "following"),
    [
        ("有效性", "衢政办发〔2019〕5号"),
        ("主题词", "衢州市人民政府办公室"),
        ("主题词", "衢州市人民政府办公室关于做好防汛工作的通知"),
    ],
    ids=["a number", "a body", "a title"],
)
def test_an_empty_label_takes_no_line_of_the_document(label: str, following: str) -> None:
    body = f"{following}\n关于做好防汛工作的通知\n各县：\n{'请做好防汛工作，确保人民群众生命财产安全。' * 4}"
    (page,), _ = layout.read(f"索引号：330803/2019-1\n{label}：\n{body}")
    assert (label, following) not in page.metadata
    assert page.text.startswith(following)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("政府信息公开", "found"),
        ("衢州市人民政府门户网站", "found"),
        ("衢州市人民政府", "found"),
        ("杭州市人民政府办公厅关于加强政务公开...", "found"),
        ("杭州市人民政府办公厅关于加强政务公开工作", "found"),
        ("杭州市召开政务公开工作会议", "given"),
        ("关于加强另一项工作的通知", "given"),
    ],
)
def test_a_title_of_the_site_or_cut_gives_way_to_that_of_the_text(given: str, shown: str) -> None:
    (page,), _ = layout.read(NOTICE, title=given)
    assert page.title == (NOTICE.split("\n", maxsplit=1)[0] if shown == "found" else given)


@pytest.mark.parametrize("end", ["\n", "\n\n", " \n"])
def test_a_break_at_the_end_changes_nothing(end: str) -> None:
    source = f"关于做好防汛工作的通知 各县： {PROSE.strip()} 衢州市人民政府办公室 2020年6月1日"
    assert layout.read(source + end) == layout.read(source)
    (page,), _ = layout.read(source)
    assert page.title == "关于做好防汛工作的通知"


def test_a_label_whose_value_stands_below_it() -> None:
    (page,), _ = layout.read(
        f"文号：\n衢政办发〔2019〕5号\n发布机构：\n衢州市人民政府办公室\n关于做好防汛工作的通知\n各县：\n{'请做好防汛工作，确保人民群众生命财产安全。' * 4}"
    )
    assert {("文号", "衢政办发〔2019〕5号"), ("发布机构", "衢州市人民政府办公室")} <= set(page.metadata)


def test_a_label_in_the_text_is_text() -> None:
    (page,), _ = layout.read(
        f"{NOTICE}来源：各地上报的统计数据，经市统计局核实以后由本办公厅汇总，并在政府门户网站上公布，供公众查阅参考使用，欢迎社会各界监督。\n"
    )
    assert "各地上报的统计数据" in page.text
    assert page.metadata == ()


@pytest.mark.parametrize(
    "line",
    [
        "当前位置：首页 > 政务公开",
        "首页 > 政务公开 > 通知公告",
        "【打印】【关闭】",
        "【字体：大 中 小】",
        "分享到：微信 微博",
        "上一篇：关于其他事项的通知",
        "扫一扫在手机打开当前页",
        "版权所有：杭州市人民政府",
        "浙ICP备05027089号",
        "浙公网安备33010602000001号",
        "网站标识码：3301000001",
        "- 3 -",
        "第3页 共5页",
        "请输入搜索",
        "高级检索",
        "返回顶部",
        "此页无正文",
        "浏览次数：35",
    ],
)
def test_lines_of_the_site_are_dropped(line: str) -> None:
    plain, _ = layout.read(NOTICE)
    for source in (f"{line}\n{NOTICE}", f"{NOTICE}\n{line}\n"):
        (page,), fragments = layout.read(source)
        assert page.text == plain[0].text
        assert fragments == ()


@pytest.mark.parametrize(
    "line", ["一、总体要求", "第三条 本办法所称政务公开", "打印机采购情况", "首页", "第3页的表格需要重新填写"]
)
def test_lines_of_the_document_stay(line: str) -> None:
    (page,), _ = layout.read(f"{NOTICE}{line}\n{PROSE}")
    assert (line in page.text.splitlines()) == (line != "首页")


def test_several_reports_become_several_pages() -> None:
    source = "\n".join(f"{title}。\n{PROSE * 3}" for title in TITLES)
    pages, fragments = layout.read(source)
    assert [page.title for page in pages] == TITLES
    assert fragments == ()


def test_one_report_whose_title_comes_twice_is_one_page() -> None:
    pages, _ = layout.read(f"{TITLES[0]}\n{TITLES[0]}\n{PROSE * 3}")
    assert [page.title for page in pages] == TITLES[:1]


def test_what_the_caller_knows_goes_to_the_only_document() -> None:
    (page,), _ = layout.read(
        NOTICE, title="页面标题的通知", metadata=(("文号", "杭政办发〔2016〕6号"),), url="http://a"
    )
    assert (page.title, page.metadata, page.url) == ("页面标题的通知", (("文号", "杭政办发〔2016〕6号"),), "http://a")


def test_a_cut_off_copy_is_a_fragment_with_its_reason() -> None:
    cut = "根据省政府办公厅关于做好政府信息公开工作年度报告编制和公布工作的通知要求，现向社会公布本年度报告，报告中所列数据的统计期限自1月1日起至12月31日止..."
    (page,), fragments = layout.read(f"{NOTICE}{cut}\n")
    assert [(fragment.text, fragment.reason) for fragment in fragments] == [(cut, "a cut-off copy of another page")]
    assert cut not in page.text


def test_traditional_text_is_kept_beside_the_simplified() -> None:
    source = (
        "杭州市人民政府辦公廳關(guān)于加強政務(wù)公開工作的通知\n"
        + "為貫徹落實決策部署，進一步做好政務(wù)公開工作。" * 12
    )
    (page,), _ = layout.read(source)
    assert page.title == "杭州市人民政府办公厅关于加强政务公开工作的通知"
    assert "wù" not in page.text
    assert page.original == source


@pytest.mark.parametrize("source", ["", "\n\n", "首页", "\x00\u200b", "请输入搜索\n高级检索"])
def test_no_document_gives_no_page(source: str) -> None:
    assert layout.read(source) == ((), ())


def test_too_little_text_is_a_fragment() -> None:
    pages, fragments = layout.read("欢迎访问")
    assert pages == ()
    assert [fragment.text for fragment in fragments] == ["欢迎访问"]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from([*TITLES, *NOTICE.split("\n"), "索引号：1", "文号：", "0", "规章", "首页", "a...", ""]),
        max_size=16,
    )
)
def test_never_raises_and_pages_hold_text(lines: list[str]) -> None:
    pages, fragments = layout.read("\n".join(lines))
    assert all(page.text.strip() for page in pages)
    assert all(fragment.text and fragment.reason for fragment in fragments)


@pytest.mark.parametrize("row", rows("page_noise.tsv"), ids=[row["reason"] for row in rows("page_noise.tsv")])
def test_noise_patterns_compile(row: dict[str, str]) -> None:
    assert not re.compile(row["pattern"]).fullmatch("")
    assert not re.compile(row["pattern"]).fullmatch("各区、县(市)人民政府:")


def test_links_under_related_articles_are_no_part_of_the_text() -> None:
    text = f"关于做好工作的通知\n各单位：\n{'为做好工作，现就有关事项通知如下。' * 12}\n相关稿件\n国务院安委会办公室部署工作"
    (page,), _ = layout.read(text)
    assert "安委会" not in page.text


def test_a_text_that_goes_on_after_related_articles_is_kept() -> None:
    text = f"关于做好工作的通知\n各单位：\n{'为做好工作，现就有关事项通知如下。' * 12}\n相关文件\n相关稿件\n现予公布。\n衢州市财政局\n2020年2月9日"
    (page,), _ = layout.read(text)
    assert "衢州市财政局\n2020年2月9日" in page.text


def test_a_date_with_a_space_is_not_broken_where_line_breaks_were_lost() -> None:
    text = (
        "关于做好工作的通知 各单位： "
        + "为做好工作，现就有关事项通知如下。" * 12
        + " 衢州市财政局 2020年2月6 日 2020年 2月 7日"
    )
    (page,), _ = layout.read(text)
    assert page.text.endswith("衢州市财政局\n2020年2月6 日\n2020年 2月 7日")
