"""Dates: the ways documents write them, and days the calendar does not have."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import dates
from gongwen.normalize import normalize
from gongwen.types import Span

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def chinese(number: int) -> str:
    """A month or day as documents wrote it: 十七, 二十, 三十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{'一二三'[tens - 1]}十") + (
        " 一二三四五六七八九"[ones].strip()
    )


@pytest.mark.cases("dates.tsv")
def test_find(case: dict[str, str]) -> None:
    found = dates.find(normalize(case["text"]).folded)
    assert ";".join(mention.date.isoformat() for mention in found) == case["expected"], case["reason"]


@settings(deadline=None, max_examples=150)
@given(DAYS)
def test_every_day_is_read_in_every_form(day: date) -> None:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    forms = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month:02}月{day.day:02}日",
        f"{year}年{chinese(day.month)}月{chinese(day.day)}日",
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
    ]
    for form in forms:
        folded = normalize(f"（{form}）").folded
        (mention,) = dates.find(folded)
        assert (mention.date, mention.span) == (day, Span(1, len(folded) - 1)), form


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789年月日二〇一零十廿-./ \n", max_size=30))
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    folded = normalize(text).folded
    place = 0
    for mention in dates.find(folded):
        assert place <= mention.span.start < mention.span.end <= len(folded)
        place = mention.span.end


def test_parse_takes_the_first_date_of_a_value() -> None:
    assert dates.parse("2021-02-20 13:34") == date(2021, 2, 20)
    assert dates.parse("2021年") is None
    assert dates.parse("") is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("衢州市2013年度报告", [2013]),
        ("2021年预算执行情况和2022年预算草案", [2021, 2022]),
        ("2022—2024年", [2024]),
        ("12013年", []),
        ("2013号", []),
        ("1899年", []),
    ],
)
def test_find_years(text: str, years: list[int]) -> None:
    found = dates.find_years(normalize(text).folded)
    assert [year for year, _ in found] == years
    assert all(text[span.start : span.end] == str(year) for year, span in found)
