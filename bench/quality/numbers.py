"""Set ``numbers``: every own document number of the sample documents in the ways people write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from opencc import OpenCC

from bench.quality.documents import Question

_BRACKETED = re.compile(r"(?P<code>\D+)〔(?P<year>\d{4})〕(?P<serial>\d+)号")
_SERIAL = re.compile(r"\d+(?=号)")
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

# For the usual form 杭政办发电〔2016〕6号, filled with code, year and serial.
FORMS = {
    "square": "{code}[{year}]{serial}号",
    "round": "{code}({year}){serial}号",
    "lenticular": "{code}【{year}】{serial}号",
    "no_brackets": "{code}{year}年{serial}号",
    "words": "{code} {year} {serial}号",
    "third": "{code}〔{year}〕第{serial}号",
    "partial": "{part} {year} {serial}号",
}


def questions(numbers: dict[str, str]) -> list[Question]:
    """The questions by the numbers of documents, up to 15 writings of each; right is the document itself.

    A number two documents share (公告2020年第5号 of two bodies) has both for its right answer. A writing that leaves the
    number as it was is not asked.
    """
    found = []
    for name, number in numbers.items():
        right = frozenset(other for other, same in numbers.items() if same == number)
        found += [Question(f"{kind}:{name}", text, right, kind) for kind, text in writings(number).items()]
    return found


def writings(number: str) -> dict[str, str]:
    """Kind of writing -> the number written so.

    >>> writings("杭政办发电〔2016〕6号")["partial"]
    '杭政办 2016 6号'
    >>> writings("安顺市人民政府令第37号")["chinese_digits"]
    '安顺市人民政府令第三十七号'
    """
    found = {"canonical": number}
    if match := _BRACKETED.fullmatch(number):
        code = match["code"]
        part = code[:3] if len(code) > 3 else code[:-1]
        found |= {kind: form.format(part=part, **match.groupdict()) for kind, form in FORMS.items()}
        if len(part) < 2:  # of 民发 only 民 would be left, which nobody types
            del found["partial"]
    for kind, change in _CHANGES.items():
        if (text := change(number)) != number:
            found[kind] = text
    return found


def chinese(value: int) -> str:
    """A number below 10,000 in Chinese.

    >>> [chinese(n) for n in (6, 10, 16, 20, 105, 110, 298, 1003)]
    ['六', '十', '十六', '二十', '一百〇五', '一百一十', '二百九十八', '一千〇三']
    """
    digits = str(value)
    units = ["千", "百", "十", ""][-len(digits) :]
    text = "".join(
        f"{digit.translate(_DIGITS)}{unit}" if digit != "0" else "〇" for digit, unit in zip(digits, units, strict=True)
    )
    text = re.sub("〇+", "〇", text).rstrip("〇")
    return text[1:] if text.startswith("一十") else text


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


_CHANGES: dict[str, Callable[[str], str]] = {
    "full_width": lambda number: number.translate(_WIDE).replace("〔", "（").replace("〕", "）"),
    "spaced": lambda number: re.sub(r"(?<=[〔〕第])|(?=[〔〕第号])", " ", number).strip(),
    "traditional": lambda number: str(_to_traditional().convert(number)),
    "leading_zero": lambda number: _SERIAL.sub(lambda match: match[0].zfill(3), number),
    "no_final": lambda number: number.removesuffix("号"),
    "chinese_digits": lambda number: re.sub(r"〔(\d+)〕", lambda match: f"〔{match[1].translate(_DIGITS)}〕", _SERIAL.sub(lambda match: chinese(int(match[0])), number)),
    "lower_case": str.lower,  # codes with Latin letters only
    "sentence": lambda number: f"请问{number}还有效吗",
}  # fmt: skip
