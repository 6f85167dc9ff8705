"""Chinese numerals: read by place and by unit; what is neither has no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("06", 6),
        ("2016", 2016),
        ("一", 1),
        ("十", 10),
        ("十七", 17),
        ("二十", 20),
        ("廿一", 21),
        ("卅", 30),
        ("一百", 100),
        ("一百零五", 105),
        ("一百一十", 110),
        ("八百四十三", 843),
        ("二千零一十六", 2016),
        ("二〇一六", 2016),
        ("二○一六", 2016),
        ("二零一六", 2016),
        ("二OO九", 2009),
        ("二00九", 2009),
        ("两百", 200),
        ("〇", 0),
        ("", None),
        ("十百", None),
        ("百千", None),
        ("一百零零", None),
        ("一百十", 110),
        ("元", None),
        ("号", None),
        ("1一年", None),
        ("-1", None),
        ("⑱", None),
        ("3²", None),
        ("٣", None),
        ("1234567890", None),
        ("一二三四五六七八九十", None),
    ],
)
def test_value(text: str, value: int | None) -> None:
    assert numerals.value(text) == value


@given(st.integers(1, 9999))
def test_every_number_written_by_unit_is_read_back(number: int) -> None:
    written, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if zero and written else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    assert numerals.value(written) == number


@given(st.text(alphabet=[*numerals.CHARS, "0", "1", "号"], max_size=12))
def test_never_raises_never_negative(text: str) -> None:
    value = numerals.value(text)
    assert value is None or value >= 0
