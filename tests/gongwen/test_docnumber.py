"""Document numbers: the cases a clerk would write, and what must hold for every number and every text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import docnumber
from gongwen.data import rows
from gongwen.errors import NotADocNumber
from gongwen.normalize import normalize
from gongwen.types import DocNumber, NumberForm, Span

LEAD_INS = [row["word"] for row in rows("number_lead_ins.tsv")]
KNOWN = [row["code"] for row in rows("issuer_codes.tsv")]
_PLACES = st.sampled_from(["衢", "杭", "娄", "安", "西湖", "江干", "黔东南", "乾安", "和", "原"])
_LOCAL = st.builds(
    "".join,
    st.tuples(_PLACES, st.sampled_from(["政", "府", "委", "政办", "府办"]), st.sampled_from(["发", "函", "字"])),
)
_YEARS = st.integers(1949, 2049)
_SERIALS = st.integers(1, 99_999)
BRACKETED = st.builds(DocNumber, st.sampled_from(KNOWN) | _LOCAL, _YEARS, _SERIALS)
ORDERS = st.builds(
    DocNumber,
    st.sampled_from(["国令", "国务院令", "财政部令", "浙江省人民政府令", "中华人民共和国主席令"]),
    st.none(),
    _SERIALS,
    st.just(NumberForm.ORDER),
)
YEARLY = st.builds(
    DocNumber,
    st.sampled_from(["公告", "通告", "国家税务总局公告", "交通运输部令"]),
    _YEARS,
    _SERIALS,
    st.just(NumberForm.YEARLY),
)
NUMBERS = BRACKETED | ORDERS | YEARLY
BEFORE = st.sampled_from(["", "。", "，", "（", "“", "《", "》", "\n", " ", "、", "根据", "按照", "转发", "和", "及"])
AFTER = st.sampled_from(
    ["", "。", "，", "）", "”", "\n", "文件", "精神", "要求", "的通知", "停止执行", "，2016年", "〔2016〕"]
)


def forms(text: str) -> str:
    return ";".join(str(mention.number) for mention in docnumber.find(normalize(text).folded))


@pytest.mark.cases("docnumber.tsv")
def test_find(case: dict[str, str]) -> None:
    assert forms(case["text"]) == case["expected"], case["reason"]


@pytest.mark.cases("docnumber.tsv")
def test_parse(case: dict[str, str]) -> None:
    if case["whole"] == "1":
        expected = case["expected"] or f"{case['text']}号"
        assert str(docnumber.parse(case["text"])) == expected, case["reason"]
    elif case["whole"] == "0":
        with pytest.raises(NotADocNumber, match="is not a document number"):
            docnumber.parse(case["text"])


def test_the_code_has_its_own_span() -> None:
    (mention,) = docnumber.find("根据国发〔2013〕39号精神")
    assert (mention.span, mention.code_span) == (Span(2, 13), Span(2, 4))


def test_the_numbers_of_a_list_share_a_span_and_stand_in_order() -> None:
    mentions = docnumber.find("国办发〔2013〕100、73号")
    assert [m.number.serial for m in mentions] == [73, 100]
    assert {m.span for m in mentions} == {Span(0, 16)}


def test_the_order_of_writing_does_not_change_the_value() -> None:
    assert (
        docnumber.parse("国发[2013]第039号") == docnumber.parse("国发〔２０１３〕39号") == DocNumber("国发", 2013, 39)
    )


@settings(deadline=None, max_examples=200)
@given(number=NUMBERS)
def test_the_normal_form_is_read_back(number: DocNumber) -> None:
    """STYLE 5: ``parse(str(n)) == n``."""
    assert docnumber.parse(str(number)) == number


@settings(deadline=None, max_examples=300)
@given(before=BEFORE, number=BRACKETED | ORDERS, after=AFTER)
def test_a_number_is_found_in_its_surroundings(before: str, number: DocNumber, after: str) -> None:
    """STYLE 5: ``find(a + str(n) + b)`` holds n, and its span slices back to it."""
    folded = normalize(before + str(number) + after).folded
    found = {mention.number: mention for mention in docnumber.find(folded)}
    assert number in found
    mention = found[number]
    assert folded[mention.span.start : mention.span.end] == str(number)
    assert folded[mention.code_span.start : mention.code_span.end] == number.code


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="国发办第号令公告年〔〕()《》、,2016一二十百 \n和根据", max_size=40))
def test_every_mention_lies_in_the_text_and_is_read_back(text: str) -> None:
    folded = normalize(text).folded
    for mention in docnumber.find(folded):
        assert 0 <= mention.span.start <= mention.code_span.start < mention.code_span.end < mention.span.end
        assert mention.span.end <= len(folded)
        assert folded[mention.code_span.start : mention.code_span.end] == mention.number.code
        assert docnumber.parse(str(mention.number)) == mention.number


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_parse_refuses_with_its_own_error_only(text: str) -> None:
    try:
        number = docnumber.parse(text)
    except NotADocNumber:
        return
    assert docnumber.parse(str(number)) == number


def test_a_hundred_brackets_are_no_number() -> None:
    assert docnumber.find("〔" * 100 + "2016" + "〕" * 100) == ()
    assert forms("〔" * 100 + "国发〔2013〕39号" + "〕" * 100) == "国发〔2013〕39号"


@pytest.mark.parametrize("word", LEAD_INS)
def test_a_lead_in_word_stands_only_at_the_start_of_a_known_code(word: str) -> None:
    """number_lead_ins.tsv: a known code that held one inside would be cut there."""
    assert [code for code in KNOWN if word in code[1:] and not code.startswith(word)] == []


def test_the_spans_of_a_letter_spaced_number_are_those_of_the_text() -> None:
    (mention,) = docnumber.find("文 件 国 办 发 〔 2 0 1 8 〕 3 0 号 。")
    assert (mention.span, mention.code_span) == (Span(4, 27), Span(4, 9))


@pytest.mark.parametrize("text", ["衢州市人民政府令\n〔第15号〕", "国务院令(第711号)", "公告(2020年第5号)"])
def test_a_serial_in_brackets_lies_whole_in_the_span(text: str) -> None:
    (mention,) = docnumber.find(text)
    assert mention.span == (0, len(text))
