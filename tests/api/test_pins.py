"""Pins: the table's faults, and which questions meet a pin until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import pins
from gongwen.errors import SettingsError
from tests.support import ROOT, read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "pin_faults.tsv")
HEADER = "question\tdocument\treason\tuntil\n"
ROW = "低保怎么申请\t衢政办发[2022]第037号\t现行办法\t2027-12-31\n"


@pytest.mark.parametrize("case", CASES, ids=[case["reason"] for case in CASES])
def test_a_table_has_this_fault_or_none(case: dict[str, str]) -> None:
    rows = case["rows"].replace("⏎", "\n").replace("⇥", "\t")
    found, faults = pins.read(HEADER + rows)
    if case["fault"]:
        assert [case["fault"] in fault for fault in faults] == [True]
    else:
        assert faults == []
        assert found


@pytest.mark.parametrize("header", ["question\tdocument\treason", "低保\t衢政办发〔2022〕37号\t甲\t2027-12-31"])
def test_a_table_without_its_columns_is_refused_at_its_first_line(header: str) -> None:
    assert "pins.tsv:1: the first line must name the columns" in pins.read(header + "\n" + ROW)[1][0]


@pytest.mark.parametrize("question", ["低保怎么申请", " 低保怎么申请？", "低保怎麼申請?", "低保怎么申请。"])
def test_one_question_in_many_writings_meets_its_pin(question: str) -> None:
    found = pins.Pins(pins.read(HEADER + ROW)[0]).of(question, date(2026, 1, 1))
    assert [pin.document for pin in found] == ["衢政办发〔2022〕37号"]


@pytest.mark.parametrize("question", ["低保", "低保怎么申请表", "低保 怎么申请", "", "？"])
def test_another_question_does_not(question: str) -> None:
    assert pins.Pins(pins.read(HEADER + ROW)[0]).of(question, date(2026, 1, 1)) == ()


def test_a_pin_holds_through_its_last_day() -> None:
    table = pins.Pins(pins.read(HEADER + ROW)[0])
    assert table.of("低保怎么申请", date(2027, 12, 31))
    assert table.of("低保怎么申请", date(2028, 1, 1)) == ()


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_has_faults_with_their_line(text: str) -> None:
    assert all(fault.startswith("pins.tsv:") for fault in pins.read(text)[1])


def test_a_faulty_table_is_refused_with_all_its_faults(tmp_path: Path) -> None:
    (tmp_path / "pins.tsv").write_text(HEADER + ROW + ROW + "低保\n", "utf-8")
    with pytest.raises(SettingsError, match=r"pins\.tsv:3: .*\npins\.tsv:4: "):
        pins.load(tmp_path)


def test_no_table_is_no_pins_and_the_repositorys_is_right(tmp_path: Path) -> None:
    assert len(pins.load(tmp_path)) == 0
    assert pins.read(pins.read_file(ROOT / "synonyms"))[1] == []
