"""Index numbers 索引号 and the codes of organisations in them.

A site makes its index numbers of whose page it is, a year and a serial: 330803/2021-46933, 11330800002618436A/2021-12345.
The first part is one of three codes, each with a check of its own, so that a serial is not taken for one:

    division       行政区划代码, six digits of GB/T 2260 (330803 衢江区)
    credit_code    统一社会信用代码, 18 characters of GB 32100-2015 with a check character (ISO/IEC 7064 MOD 31-3 weights);
                   characters 3-8 are the division of the body that registered it, 9-17 the organisation code
    organisation   组织机构代码, 9 characters of GB 11714-1997 with a check character (00261843-6, also without the hyphen)
"""

from __future__ import annotations

import re

from gongwen import divisions
from gongwen.types import IdentifierKind, Level, Region

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_SHAPE = re.compile(rf"[1-9A-GY][1-9][0-9]{{6}}[{_CREDIT}]{{10}}(?![0-9A-Z])")
_ORGANISATION_SHAPE = re.compile(r"[0-9A-Z]{8}-?[0-9X](?![0-9A-Z])")
_DIVISION_SHAPE = re.compile(r"[1-9][0-9]{5}(?=[/-])")


def kind_of(index_number: str) -> IdentifierKind | None:
    """What an index number begins with; None when it is none of the three codes, or its check character is wrong.

    >>> kind_of("330803/2021-46933"), kind_of("11330803000014349N/2024-00001"), kind_of("000014349/2024-00001")
    (<IdentifierKind.DIVISION: 'division'>, <IdentifierKind.CREDIT_CODE: 'credit_code'>, <IdentifierKind.ORGANISATION: 'organisation'>)
    >>> kind_of("11330803000014348N/2024-00001") is None  # one digit wrong
    True
    """
    head = index_number[:40].strip().upper()
    if (match := _CREDIT_SHAPE.match(head)) and is_credit_code(match[0]):
        return IdentifierKind.CREDIT_CODE
    if (match := _DIVISION_SHAPE.match(head)) and divisions.by_code(match[0]):
        return IdentifierKind.DIVISION
    if (match := _ORGANISATION_SHAPE.match(head)) and is_organisation_code(match[0]):
        return IdentifierKind.ORGANISATION
    return None


def region_of_index(index_number: str, year: int | None = None) -> Region | None:
    """The place that an index number's code names in a year (CE): a division's own, or that of the credit code's registrar.

    A credit code tells whose office registered the body. For a state organ (11) below the centre, that is its own place; one
    registered by the centre (110000 stands for both 北京市 and the centre in it) tells nothing.

    >>> str(region_of_index("330803/2021-46933")), region_of_index("000014349/2024-00001")
    ('浙江省衢州市衢江区', None)
    >>> str(region_of_index("11330803000014349N/2024-00001"))
    '浙江省衢州市衢江区'
    """
    kind = kind_of(index_number)
    head = index_number.strip()
    if kind is IdentifierKind.DIVISION:
        return divisions.by_code(head[:6], year)
    if kind is IdentifierKind.CREDIT_CODE and head.startswith("11") and head[2:8] not in ("100000", "110000"):
        found = divisions.by_code(head[2:8], year)
        return found if found and found.level is not Level.CENTRAL else None
    return None


def is_credit_code(text: str) -> bool:
    """True for 18 characters that are a 统一社会信用代码 with the right check character (GB 32100-2015).

    >>> is_credit_code("11330803000014349N"), is_credit_code("11330803000014349P"), is_credit_code("")
    (True, False, False)
    """
    if len(text) != 18 or any(char not in _CREDIT for char in text):
        return False
    total = sum(_CREDIT.index(char) * weight for char, weight in zip(text, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT[-total % 31] == text[17]


def is_organisation_code(text: str) -> bool:
    """True for 组织机构代码 of eight characters and a check character, with or without a hyphen (GB 11714-1997).

    >>> is_organisation_code("00001434-9"), is_organisation_code("000014349"), is_organisation_code("00001434-8")
    (True, True, False)
    """
    code = text[:-2] + text[-1] if text[-2:-1] == "-" else text
    if len(code) != 9 or any(not (char.isascii() and (char.isdigit() or "A" <= char <= "Z")) for char in code):
        return False
    total = sum(int(char, 36) * weight for char, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]
