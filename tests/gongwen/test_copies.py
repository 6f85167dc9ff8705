"""Copies of one document: found however pages print them, and never where a fact says it is another document."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen.copies import Printed, alike, group, likely, packed, signature
from tests.support import read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "copies.tsv")
TEXT = (
    "为做好新型冠状病毒感染肺炎疫情防控期间的商务工作，帮助企业经营，服务市民生活，特制定如下措施。一、全力保障生活必需品市场供应，实施"
    "两个点对点监测补货机制，统筹重点企业、一级批发市场及大型连锁超市的货源。二、对参与保供的企业给予补贴，补贴标准按照销售额的百分之二"
    "计算，每户不超过五十万元。三、各区商务主管部门应当于每日十六时前报送市场供应情况。本通知自印发之日起施行，有效期至疫情结束。"
)


def packed_of(text: str) -> bytes | None:
    signed = signature(text)
    return packed(signed) if signed else None


def printed(name: str, text: str, number: str = "", signed: str = "", issuer: str = "") -> Printed:
    day = date.fromisoformat(signed) if signed else None
    return Printed(name, packed_of(text), len(text), number or None, day, frozenset(filter(None, issuer.split("、"))))


@pytest.mark.parametrize("case", CASES, ids=[case["reason"] for case in CASES])
def test_copies(case: dict[str, str]) -> None:
    first = printed("a", TEXT, case["number"], case["signed"], case["issuer"])
    text = TEXT
    for change in filter(None, case["changes"].split(";")):
        old, _, new = change.partition("=")
        assert not old or old in text
        text = text.replace(old, new) if old else text + new
    second = printed("b", text, case["number2"], case["signed2"], case["issuer2"])
    assert bool(group([first, second])) == (case["copies"] == "yes"), case["reason"]


def test_the_fullest_stands_for_the_others() -> None:
    bare, dated, numbered = printed("a", TEXT), printed("b", TEXT, signed="2020-02-03"), printed("c", TEXT, "商发〔2020〕3号", "2020-02-03")  # fmt: skip
    assert group([bare, dated, numbered]) == {"c": ("a", "b")}


def test_a_law_stands_before_the_same_words_printed_as_a_part_of_it() -> None:
    part = Printed("a", packed_of(TEXT), len(TEXT) + 1, below=5)
    assert group([part, Printed("b", packed_of(TEXT), len(TEXT))]) == {"b": ("a",)}


def test_two_documents_that_one_bare_page_could_be_of_stay_apart() -> None:
    this, next_year = printed("a", TEXT, "商发〔2020〕3号"), printed("b", TEXT, "商发〔2021〕3号")
    found = group([this, next_year, printed("c", TEXT)])
    assert sum(len(copies) for copies in found.values()) == 1
    assert "a" not in {copy for copies in found.values() for copy in copies}
    assert "b" not in {copy for copies in found.values() for copy in copies}


@given(st.lists(st.sampled_from([TEXT, TEXT[::-1], TEXT[50:], TEXT[:60], TEXT * 2, "短"]), max_size=12), st.randoms())
def test_groups_are_disjoint_and_do_not_depend_on_the_order(texts: list[str], chance: object) -> None:
    items = [printed(f"{place:02}", text) for place, text in enumerate(texts)]
    found = group(items)
    members = [one for leader, copies in found.items() for one in (leader, *copies)]
    assert len(members) == len(set(members))
    chance.shuffle(items)  # type: ignore[attr-defined]
    assert group(items) == found


_VARIANTS = [TEXT, TEXT[::-1], TEXT[50:], TEXT[:-3] + "其他", TEXT * 2, TEXT[:60]]


@given(
    st.lists(
        st.tuples(st.sampled_from(_VARIANTS), st.sampled_from(["", "", "甲〔2020〕1号", "甲〔2020〕2号"])), max_size=12
    )
)
def test_only_the_likely_need_be_compared(texts: list[tuple[str, str]]) -> None:
    every = [printed(f"{place:02}", text, number) for place, (text, number) in enumerate(texts)]
    found = likely((place, one.signature, one.number) for place, one in enumerate(every) if one.signature)
    assert group(every[place] for place in found) == group(every)


def test_of_unlike_documents_none_is_likely() -> None:
    every = [printed(str(place), text) for place, text in enumerate((TEXT, TEXT[::-1]))]
    many = [printed(str(place), TEXT, f"甲〔2020〕{place}号") for place in range(5)]
    for some in (every, many):
        assert likely((place, one.signature or b"", one.number) for place, one in enumerate(some)) == []


@given(st.text(max_size=400))
def test_any_text_has_a_signature_or_none_and_is_like_itself(text: str) -> None:
    made = signature(text)
    assert made is None or (len(made) == 344 and alike(packed(made), packed(made)) == 1.0)


def test_a_thousand_forms_that_differ_by_name_are_compared_in_time() -> None:
    forms = [
        printed(f"{place}", TEXT, f"征公告〔2020〕{place}号", f"2020-01-{1 + place % 28:02}", f"第{place}乡人民政府")
        for place in range(2000)
    ]
    assert group(forms) == {}
