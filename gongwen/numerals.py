"""Chinese numerals 汉字数字: 二〇一六, 八百四十三, 廿一 and their values."""

from __future__ import annotations

DIGITS = {
    "〇": 0,
    "○": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHARS = "".join(DIGITS) + "".join(_UNITS) + "廿卅"
_ZEROS = str.maketrans("O0", "○○")  # typists' zeros among Chinese digits: 二OO九, 二00九


def value(text: str) -> int | None:
    """The value of a numeral in Chinese or ASCII digits, read by place (二〇一六) or by unit (八百四十三); None if it is none.

    >>> value("二〇一六"), value("八百四十三"), value("十七"), value("06"), value("十百")
    (2016, 843, 17, 6, None)
    """
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十").translate(_ZEROS)
    if not text or len(text) > 9:
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    return _by_unit(text)


def _by_unit(text: str) -> int | None:
    total, digit, last_unit = 0, None, 10_000
    for char in text:
        if char in _UNITS:
            unit = _UNITS[char]
            if unit >= last_unit or digit == 0:
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
        elif char in DIGITS:
            if digit or digit == DIGITS[char]:
                return None
            digit = DIGITS[char]
        else:
            return None
    return total + (digit or 0)
