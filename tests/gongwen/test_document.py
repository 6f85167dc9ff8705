"""A document's facts: from which place each is read, in which order places are trusted, and with what evidence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import document
from gongwen.types import DocNumber, Document, Fact, Genre, Level, Page, Span, Validity, Where

TITLE = "杭州市人民政府办公厅关于进一步加强和改进政务公开工作的通知"
BODY = "各区、县（市）人民政府：\n根据《浙江省人民政府办公厅关于加强政务公开的通知》（浙政办发明电〔2016〕74号）精神，现通知如下。"
SIGNED = "杭州市人民政府办公厅\n2016年8月17日"


def read(text: str, title: str | None = TITLE, **metadata: str) -> Document:
    return document.read(Page(text, title=title, metadata=tuple(metadata.items())))


def value(fact: Fact[object] | None) -> object:
    return fact.value if fact else None


def rule(fact: Fact[object] | None) -> str:
    assert fact is not None
    return fact.evidence.rule


def test_a_whole_document() -> None:
    found = read(f"{TITLE}\n杭政办发电〔2016〕6号\n{BODY}\n{SIGNED}")
    assert found.title == TITLE
    assert str(value(found.doc_number)) == "杭政办发电〔2016〕6号"
    assert [fact.value.name for fact in found.issuers] == ["杭州市人民政府办公厅"]
    assert found.issuers[0].value.level is Level.PREFECTURE
    assert found.region is not None
    assert found.region.value.names == ("浙江省", "杭州市")
    assert (value(found.year), value(found.signed), value(found.published)) == (2016, date(2016, 8, 17), None)
    assert value(found.genre) is Genre.NOTICE
    assert [str(cite.number) for cite in found.cites] == ["浙政办发明电〔2016〕74号"]
    assert len(found.numbers) == 2


def test_nothing_is_guessed() -> None:
    found = read("欢迎访问本网站。", title=None)
    facts = (found.doc_number, found.region, found.year, found.signed, found.published, found.genre, found.validity)
    assert facts == (None,) * 7
    assert (found.issuers, found.cites, found.numbers) == ((), (), ())


# -- number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"杭政办发〔2016〕6号\n{BODY}", "正文之前独占一行"),
        (f"（杭政办发〔2016〕6号）\n{BODY}", "正文之前独占一行"),
        (f"{TITLE}\n\n  杭政办发〔2016〕6号  \n{BODY}", "正文之前独占一行"),
        (f"{TITLE} 杭政办发〔2016〕6号\n{BODY}", "标题之后"),
        (f"{TITLE}（杭政办发〔2016〕6号）\n{BODY}", "标题之后"),
        (f"杭政办发〔2016〕6号          签发人：陈某某\n{TITLE}\n{BODY}", "正文之前与签发人、密级等同行"),
        (f"{TITLE}\n杭政办发〔2016〕6号          （A类）\n{BODY}", "正文之前与签发人、密级等同行"),
        (f"等级  特急·明电     杭政办发〔2016〕6号    浙机发 121号\n{TITLE}\n{BODY}", "正文之前与签发人、密级等同行"),
        (f"{TITLE}\n（杭政办发〔2016〕6号  二○一六年八月十七日）\n{BODY}", "正文之前与签发人、密级等同行"),
        (f"编号：杭政办发〔2016〕6号\n{TITLE}\n{BODY}", "正文之前与签发人、密级等同行"),
    ],
    ids=[
        "alone",
        "in brackets",
        "indented",
        "behind the title",
        "there in brackets",
        "who signs",
        "class",
        "urgency",
        "date",
        "label",
    ],
)
def test_own_number_in_the_head(text: str, expected: str) -> None:
    found = read(text)
    assert value(found.doc_number) == DocNumber("杭政办发", 2016, 6)
    assert rule(found.doc_number) == expected


def test_the_header_goes_before_the_text() -> None:
    found = read(f"杭政办发〔2016〕7号\n{BODY}", 文号="杭政办发[2016]第06号")
    assert value(found.doc_number) == DocNumber("杭政办发", 2016, 6)
    assert rule(found.doc_number) == "页面信息栏“文号”"


def test_the_number_of_the_pages_title_is_the_documents_own() -> None:
    found = read(BODY, title=f"{TITLE}（杭政办发〔2016〕6号）")
    assert (value(found.doc_number), rule(found.doc_number)) == (DocNumber("杭政办发", 2016, 6), "标题之后")
    assert read(BODY, title=f"《{TITLE}》解读（杭政办发〔2016〕6号）").doc_number is None, "that of what it explains"
    assert value(read(BODY, title=TITLE, 字号="杭政办发〔2016〕6号").doc_number) == DocNumber("杭政办发", 2016, 6)
    assert read(BODY, title=TITLE, 字号="大 中 小").doc_number is None


def test_a_number_beside_other_words_is_cited() -> None:
    found = read(f"{TITLE}\n现转发浙政发〔2016〕5号文件\n{BODY}")
    assert found.doc_number is None


def test_a_cited_number_is_not_the_documents_own() -> None:
    found = read(BODY)
    assert found.doc_number is None
    assert [str(cite.number) for cite in found.cites] == ["浙政办发明电〔2016〕74号"]


def test_an_empty_label_says_nothing() -> None:
    assert read(BODY, 文号="").doc_number is None
    assert read(BODY, 文号="无").doc_number is None


def test_the_own_number_is_no_citation() -> None:
    found = read(f"杭政办发〔2016〕6号\n{BODY}\n杭政办发〔2016〕6号自印发之日起施行。")
    assert [str(cite.number) for cite in found.cites] == ["浙政办发明电〔2016〕74号"]


# -- dates


@pytest.mark.parametrize(
    ("text", "metadata", "signed"),
    [
        (f"{BODY}\n{SIGNED}", {}, date(2016, 8, 17)),
        (f"{BODY}\n杭州市人民政府办公厅 2016年8月17日", {}, date(2016, 8, 17)),
        (f"{BODY}\n杭州市人民政府办公厅\n二〇一六年八月十七日", {}, date(2016, 8, 17)),
        (f"{BODY}\n杭州市人民政府办公厅\n二OO六年八月十七日", {}, date(2006, 8, 17)),
        (f"{BODY}\n{SIGNED}", {"成文日期": "2016-08-16"}, date(2016, 8, 16)),
        (f"{BODY}\n{SIGNED}", {"生成日期": "2016-08-19"}, date(2016, 8, 17)),
        (BODY, {"生成日期": "2016-08-19"}, date(2016, 8, 19)),
        (f"（2016年8月17日市政府常务会议通过）\n{BODY}", {}, date(2016, 8, 17)),
        (f"{BODY}\n2016年8月17日", {}, date(2016, 8, 17)),
        (f"{BODY}\n本通知自2016年9月1日起施行。", {}, None),
        (f"{BODY}\n附件：2016年8月17日会议名单", {}, None),
        (BODY, {"发布日期": "2016-08-18"}, None),
    ],
    ids=[
        "signature",
        "one line",
        "Chinese",
        "letters for zeros",
        "header first",
        "a page's date behind a signature",
        "a page's date alone",
        "passed",
        "alone at the end",
        "in force",
        "annex",
        "published only",
    ],
)
def test_signed(text: str, metadata: dict[str, str], signed: date | None) -> None:
    assert value(read(text, **metadata).signed) == signed


def test_published_is_in_the_header_only() -> None:
    assert value(read(f"{BODY}\n{SIGNED}", 发布日期="2016-08-18 09:00").published) == date(2016, 8, 18)
    assert read(f"{BODY}\n{SIGNED}").published is None
    assert read(BODY, 发布日期="2016-02-30").published is None


# -- issuers


def test_the_signature_goes_before_the_title_and_the_header() -> None:
    found = read(f"{BODY}\n杭州市财政局\n2016年8月17日", 发布机构="杭州市人民政府")
    assert [fact.value.name for fact in found.issuers] == ["杭州市财政局"]
    assert rule(found.issuers[0]) == "日期之上的署名"


def test_the_title_goes_before_the_header() -> None:
    found = read(BODY, 发布机构="杭州市大数据局")
    assert [fact.value.name for fact in found.issuers] == ["杭州市人民政府办公厅"]


def test_a_report_is_its_titles_bodys() -> None:
    text = "根据《中华人民共和国政府信息公开条例》编制。\n衢州市人民政府办公室\n2014年3月1日"
    found = read(text, title="衢州市人民政府2013年政府信息公开工作年度报告")
    assert [fact.value.name for fact in found.issuers] == ["衢州市人民政府"]
    assert value(found.year) == 2013


def test_a_work_report_is_of_the_place_of_its_congress() -> None:
    text = "政府工作报告\n——2020年3月26日在桐庐县第十六届人民代表大会第四次会议上\n桐庐县人民政府县长\n各位代表：\n现在，我代表县人民政府向大会报告工作。"
    found = read(text, title="政府工作报告")
    assert [fact.value.name for fact in found.issuers] == ["桐庐县人民政府"]
    assert value(found.region).names[-1] == "桐庐县"


def test_the_header_names_the_body_of_a_title_without_one() -> None:
    found = read("正文。", title="关于停车管理的通知", 发布单位="衢江区")
    assert [fact.value.name for fact in found.issuers] == ["衢州市衢江区人民政府"]
    assert found.region is not None
    assert found.region.value.code == "330803"


def test_the_code_names_the_body_when_nothing_else_does() -> None:
    found = read(f"国办发〔2014〕12号\n{BODY}", title="关于停车管理的通知")
    assert [fact.value.name for fact in found.issuers] == ["国务院办公厅"]
    assert rule(found.issuers[0]) == "机关代字“国办发”"
    assert found.region is None


def test_joint_issuers() -> None:
    found = read(f"{BODY}\n浙江省民政厅\n浙江省财政厅\n2016年8月17日", title="关于提高补贴标准的通知")
    assert [fact.value.name for fact in found.issuers] == ["浙江省民政厅", "浙江省财政厅"]


# -- region, year, genre, validity


def test_the_index_number_begins_with_the_code_of_the_region() -> None:
    found = read("正文。", title="关于停车管理的通知", 索引号="330803/2021-46933")
    assert found.region is not None
    assert found.region.value.code == "330803"
    assert found.region.evidence.span == Span(0, 6)
    assert value(found.index_number) == "330803/2021-46933"


@pytest.mark.parametrize("index", ["000014349/2019-00005", "990101/2021-1", "3308032021", ""])
def test_other_index_numbers_say_nothing_of_a_region(index: str) -> None:
    assert read("正文。", title="关于停车管理的通知", 索引号=index).region is None


def test_a_place_in_the_title_when_no_body_is_named() -> None:
    found = read("正文。", title="关于衢州市停车管理的通知")
    assert found.region is not None
    assert found.region.value.names == ("浙江省", "衢州市")
    assert found.issuers == ()


def test_an_ambiguous_place_is_none() -> None:
    assert read("正文。", title="关于鼓楼区停车管理的通知").region is None


@pytest.mark.parametrize(
    ("title", "text", "year"),
    [
        ("关于韶关市2021年预算执行情况和2022年预算草案的报告", "正文。", 2022),
        ("衢州市衢江区人民政府2020年度政府信息公开工作报告", "2021年2月19日", 2020),
        ("2014年全市工作要点", "正文。", 2014),
        ("关于印发2015年工作要点的通知", "杭政办发〔2014〕6号\n各县：\n正文。", 2014),
        ("关于停车管理的通知", "正文。\n杭州市财政局\n2016年8月17日", 2016),
        ("关于停车管理的通知", "2016年以来，我市停车难。2015年出台的办法于2016年修订。", 2016),
        ("关于停车管理的通知", "我市停车难。", None),
    ],
    ids=["budget", "report", "title", "number before title", "date", "named most in the text", "none"],
)
def test_year(title: str, text: str, year: int | None) -> None:
    assert value(read(text, title=title).year) == year


def test_what_an_order_publishes_is_an_order() -> None:
    found = read(f"浙江省人民政府令第388号\n{BODY}", title="浙江省行政处罚裁量基准办法")
    assert value(found.genre) is Genre.ORDER
    found = read(f"交通运输部令2019年第5号\n{BODY}", title="道路运输管理办法")
    assert value(found.genre) is Genre.ORDER
    found = read(f"农业农村部公告第250号\n{BODY}", title="饲料添加剂管理办法")
    assert value(found.genre) is Genre.REGULATION
    assert value(read(BODY, title="浙江省行政处罚裁量基准办法").genre) is Genre.REGULATION
    assert value(read(f"浙江省人民政府令第388号\n{BODY}", title="关于修改办法的决定").genre) is Genre.DECISION


def test_a_report_without_a_title_gets_ours_in_square_brackets() -> None:
    text = "本年度报告根据《中华人民共和国政府信息公开条例》的要求，由安顺市政府办公室综合2018年度安顺市各级政府的情况编制。"
    found = read(text, title=None)
    assert found.title == "[安顺市2018年政府信息公开工作年度报告]"
    assert value(found.genre) is Genre.ANNUAL_REPORT


@pytest.mark.parametrize(("text", "title"), [("", "[无题]"), ("某网站\n欢迎", "[某网站……]")])
def test_any_other_page_without_a_title(text: str, title: str) -> None:
    assert read(text, title=None).title == title


def test_a_title_with_its_number_behind() -> None:
    found = read(f"{BODY}", title=f"{TITLE} 杭政办发电〔2016〕6號")
    assert found.title == TITLE
    assert value(found.genre) is Genre.NOTICE


@pytest.mark.parametrize(
    ("label", "said", "expected"),
    [
        ("有效性", "有效", Validity.IN_FORCE),
        ("是否有效", "是", Validity.IN_FORCE),
        ("有效性", "失效", Validity.EXPIRED),
        ("时效性", "已废止", Validity.REPEALED),
        ("效力状态", "已修改", Validity.AMENDED),
        ("有效性", "有效期五年", None),
        ("有效性", "", None),
    ],
)
def test_validity_of_the_header(label: str, said: str, expected: Validity | None) -> None:
    assert value(read(BODY, **{label: said}).validity) == expected


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                TITLE,
                *BODY.split("\n"),
                *SIGNED.split("\n"),
                "杭政办发〔2016〕6号",
                "国务院令第711号",
                "",
                "二〇一六年八月",
                "|",
            ]
        ),
        max_size=12,
    ),
    st.sampled_from([None, "", TITLE, "2020年政府工作报告", "號"]),
)
def test_every_evidence_is_where_it_says(lines: list[str], title: str | None) -> None:
    found = read("\n".join(lines), title=title, 文号="国发[2013]39号", 发布日期="2016-08-18")
    places = {Where.TEXT: found.text, Where.TITLE: found.title}
    for fact in (found.doc_number, *found.issuers, found.region, found.year, found.signed, found.genre):
        if fact and fact.evidence.span and fact.evidence.where in places:
            start, end = fact.evidence.span
            assert places[fact.evidence.where][start:end] == fact.evidence.quote, fact
    for cite in found.cites:
        assert cite.span.end <= len(found.text)


def test_a_number_before_the_title_is_the_documents_own() -> None:
    text = "石政发〔2020〕3号-北京市石景山区人民政府关于印发《若干措施》的通知\n各街道办事处：\n现印发给你们。"
    found = read(text, title=text.split("\n", maxsplit=1)[0])
    assert (str(value(found.doc_number)), rule(found.doc_number)) == ("石政发〔2020〕3号", "标题之前")
    assert [fact.value.name for fact in found.issuers] == ["北京市石景山区人民政府"]
    assert found.cites == ()


def test_the_number_on_an_attachment_is_the_documents_own() -> None:
    found = read(f"{BODY}\n{SIGNED}\n杭政办发电〔2016〕6号附件1\n名单")
    assert (str(value(found.doc_number)), rule(found.doc_number)) == ("杭政办发电〔2016〕6号", "附件上所标的文号")
    cited = read(f"{BODY}\n{SIGNED}\n见杭政办发电〔2016〕6号附件1")
    assert cited.doc_number is None


def test_words_that_lead_to_the_matter_name_the_kind_of_a_signed_text_without_title() -> None:
    text = "为做好防控工作，经研究，现就有关要求通令如下：\n一、落实责任。\n杭州市人民政府\n2020年2月8日"
    found = read(text, title="杭州市疫情防控工作有关要求")
    assert (value(found.genre), rule(found.genre)) == (Genre.ORDER, "正文的引语")
    assert read(text.replace("\n杭州市人民政府\n2020年2月8日", ""), title="杭州市疫情防控工作有关要求").genre is None


def test_a_signer_under_a_shorter_name_is_the_titles_body() -> None:
    title = "中共衢州市委衢州市人民政府疫情防控工作领导小组指挥部关于登记的通告"
    found = read("现通告如下。\n衢州市委市政府疫情防控工作领导小组指挥部\n2020年2月9日", title=title)
    assert [fact.value.name for fact in found.issuers] == ["中共衢州市委衢州市人民政府疫情防控工作领导小组指挥部"]
    other = read("现通告如下。\n衢州市财政局\n2020年2月9日", title="衢州市人民政府关于登记的通告")
    assert [fact.value.name for fact in other.issuers] == ["衢州市财政局"]


def test_what_cannot_be_read_is_marked_where_it_stands() -> None:
    found = read("姓名：李\ue000，地址\ufffd。")
    assert found.text == "姓名：李〓，地址\ufffd。"
    assert found.unreadable == (Span(4, 5), Span(8, 9))
