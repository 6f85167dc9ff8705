"""Personal data: what is found, what is left alone, and how it is masked."""

from __future__ import annotations

import csv
import json
import re
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import personal
from gongwen.data import rows
from gongwen.normalize import normalize
from gongwen.types import PersonalKind, PersonalMention

CASES = Path(__file__).parent / "cases"
NOTICES = Path(__file__).parents[3] / "shared" / "data" / "notices" / "docs.jsonl"
needs_notices = pytest.mark.skipif(
    not NOTICES.is_file(), reason=f"the notices are not on this machine: {NOTICES} is absent"
)
# What random texts are made of: everything the rules look at, and its neighbours.
PIECES = ["姓名", "申请人:张三", "联系人", "咨询电话:", "13800001111", "11010519491231002X", "6228480012345671", "户名:", "家庭住址:", "住", "府前路", "12号", "502室", "某市红十字会", "| ", "\n", "\n|", "。", ",", " ", "1", "-", "*", "X", "〇", "１", "³"]  # fmt: skip


@pytest.mark.cases("personal.tsv")
def test_find(case: dict[str, str]) -> None:
    folded = normalize(case["text"]).folded
    found = personal.find(folded)
    assert "|".join(f"{m.kind.value}:{folded[m.span.start : m.span.end]}" for m in found) == case["expected"], case[
        "reason"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证号:11010519491231002X。", "身份证号:110*************2X。"),
        ("身份证:110105 19491231 002X", "身份证:110*** ******** **2X"),
        ("申请人:张三,电话138-0000-1111", "申请人:张三,电话138-****-**11"),
        ("卡号:6228480012345671", "卡号:622***********71"),
        ("家庭住址:衢江区樟潭街道府前路12号3单元502室", "家庭住址:衢江区樟潭街道*************"),
        ("家庭住址:柯城区府前路12号", "家庭住址:柯城区府前路***"),
        ("住址:莲花小区8栋301室", "住址:**********"),
        ("联系人:张三,联系电话:13800001111", "联系人:张三,联系电话:13800001111"),
    ],
)
def test_mask(text: str, expected: str) -> None:
    assert personal.mask(text, personal.find(text)) == expected


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=60))
def test_any_text_gives_ordered_disjoint_spans_and_a_mask_that_leaves_nothing(text: str) -> None:
    found = personal.find(text)
    ends = [0, *(m.span.end for m in found)]
    assert all(end <= m.span.start < m.span.end <= len(text) for end, m in zip(ends, found, strict=False))
    masked = personal.mask(text, found)
    assert len(masked) == len(text)
    numbers = [m for m in found if m.kind is not PersonalKind.HOME_ADDRESS]
    left = {m.span for m in personal.find(masked)}
    assert not left & {m.span for m in numbers}


def test_a_check_character_tells_every_single_wrong_digit() -> None:
    """GB 11643-1999, ISO 7064 MOD 11-2: one wrong digit never passes."""
    right = "11010519491231002X"
    assert personal.is_id_card(right)
    for place in range(17):
        for digit in "0123456789":
            if digit != right[place]:
                assert not personal.is_id_card(right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize(
    "junk", ["", "X", "⑱", "3²", "11010519491231002", "１１０１０５１９４９１２３１００２Ｘ", "6" * 16, "62" * 40]
)
def test_junk_is_no_number(junk: str) -> None:
    assert not personal.is_id_card(junk)
    assert not personal.is_bank_card(junk)


def test_every_cue_has_a_class_that_the_rules_know() -> None:
    assert {row["class"] for row in rows("personal_cues.tsv")} <= {"person", "office", "staff", "name", "none"}
    cues = [row["cue"] for row in rows("personal_cues.tsv")]
    assert len(cues) == len(set(cues))
    assert {row["class"] for row in rows("personal_addresses.tsv")} == {"sure", "beside"}


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "13800001111 ",
        "住",
        "家庭住址:1号",
        "姓名",
        "|住址",
        "\n|姓名|13800001111|",
        "4111 1111 1111 1111 ",
        "户名:张三6228480012345671",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """Eight times the text takes at most about eight times as long (20 allowed for noise)."""
    small, large = unit * (20_000 // len(unit)), unit * (160_000 // len(unit))
    assert _seconds(large) < 20 * max(_seconds(small), 0.002)


def test_speed_on_ordinary_text() -> None:
    text = (
        "为进一步做好政务公开工作,根据国办发〔2014〕12号,经市政府同意,现将有关事项通知如下:一、2021年完成投资12.5亿元。联系人:王某,0570-0000000。\n"
        * 4000
    )
    assert len(text.encode()) / 1e6 / _seconds(text) > 5


def _seconds(text: str) -> float:
    best = 9.0
    for _ in range(3):
        start = time.perf_counter()
        personal.find(text)
        best = min(best, time.perf_counter() - start)
    return best


@cache
def _notices() -> dict[str, str]:
    documents = [json.loads(line) for line in NOTICES.read_text("utf-8").splitlines()]
    return {one["id"]: normalize(one["text"]).folded for one in documents}


@needs_notices
@pytest.mark.parametrize("part", ["rule", "test"])
def test_precision_and_recall_over_the_mobile_numbers_of_the_notices(part: str) -> None:
    """All 104 mobile numbers of 599 notices, labelled by reading; 60 formed the rule, 44 did not."""
    with (CASES / "personal_notices.tsv").open(encoding="utf-8") as lines:
        labels = [
            row
            for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
            if row["set"] == part
        ]
    right = wrong = missed = 0
    for row in labels:
        mentions = _mobiles(row["id"])
        hit = int(row["start"]) in mentions
        right += hit and row["label"] == "personal"
        wrong += hit and row["label"] != "personal"
        missed += not hit and row["label"] == "personal"
    assert len(labels) == {"rule": 60, "test": 44}[part]
    assert (wrong, missed) == (0, 0), f"precision {right}/{right + wrong}, recall {right}/{right + missed}"


@needs_notices
def test_nothing_else_in_the_notices_is_personal() -> None:
    found: list[tuple[str, PersonalMention]] = [
        (key, m) for key, text in _notices().items() for m in personal.find(text)
    ]
    assert {m.kind for _, m in found} == {PersonalKind.MOBILE}
    assert len(found) == 37


@needs_notices
def test_every_mobile_number_of_the_notices_is_labelled() -> None:
    labelled = {
        tuple(line.split("\t")[:2]) for line in (CASES / "personal_notices.tsv").read_text("utf-8").splitlines()
    }
    pattern = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
    for key, text in _notices().items():
        for match in pattern.finditer(text):
            assert (key, str(match.start())) in labelled


def _mobiles(key: str) -> set[int]:
    return {m.span.start for m in personal.find(_notices()[key]) if m.kind is PersonalKind.MOBILE}
