"""One key for the number of an order 令 or an announcement 公告, however its body is written.

The same order is 国务院令第711号, 中华人民共和国国务院令第711号 and 国令第711号; within the province 浙江省人民政府令第388号 is also
浙江省政府令第388号 and 省政府令第388号. Other numbers have one normal form already.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from gongwen import divisions, issuers
from gongwen.types import DocNumber, Level, Region

_ORDER = re.compile(r"(?:中华人民共和国)?(?P<body>.*?)(?P<bare>(?:令|公告|通告)(?:[0-9]{4}年)?第[0-9]+号)")
_COUNTRY = "中华人民共和国"
_KIND = re.compile(r"(?:令|公告|通告)$")
_GOVERNMENT = re.compile(r"(?<!人民)政府$")
_RELATIVE = re.compile(r"(?P<kind>省|自治区|市|县)人民政府")


@lru_cache(maxsize=4096)  # the same few orders are cited again and again
def key(number: str, place: tuple[str, ...]) -> str:
    """The key of a number as a document of some place writes it; ``place`` are division codes from the province down.

    >>> key("中华人民共和国国务院令第711号", ()), key("省政府令第388号", ("330000", "330800"))
    ('国务院令第711号', '浙江省人民政府令第388号')
    >>> key("国发〔2012〕9号", ())
    '国发〔2012〕9号'
    """
    match = _ORDER.fullmatch(number)
    if match is None or not match["body"]:
        return number
    name = "国务院" if match["body"] == "国" else _GOVERNMENT.sub("人民政府", match["body"])
    relative = _RELATIVE.fullmatch(name)
    region = _within(relative["kind"], place) if relative else None
    return (issuers.government_name(region) if region else issuers.body(name).name) + match["bare"]


def writings(number: DocNumber) -> tuple[DocNumber, ...]:
    """The same number of an order or announcement with its body written otherwise; none of any other number.

    >>> from gongwen import docnumber
    >>> [str(one) for one in writings(docnumber.parse("国务院令第711号"))]
    ['国令第711号', '中华人民共和国国务院令第711号']
    """
    match = _ORDER.fullmatch(str(number))
    kind = _KIND.search(number.code)
    if match is None or kind is None or not match["body"]:
        return ()
    body = number.code[: kind.start()].removeprefix(_COUNTRY)
    if body in ("国", "国务院"):
        bodies = ["国务院", "国", f"{_COUNTRY}国务院"]
    else:
        full = _GOVERNMENT.sub("人民政府", body)
        named = issuers.body(full)
        short = f"{full[:-4]}政府" if full.endswith("人民政府") else full
        bodies = [body, full, named.name, short, *([f"{_COUNTRY}{named.name}"] if named.level is Level.CENTRAL else [])]
    codes = dict.fromkeys(f"{one}{kind[0]}" for one in bodies)
    return tuple(replace(number, code=code) for code in codes if code != number.code)


def without_body(number: DocNumber) -> DocNumber | None:
    """The number as a document of the body itself may have it: 公告2020年第65号 of 市场监管总局公告2020年第65号; None of others."""
    kind = _KIND.search(number.code)
    return replace(number, code=kind[0]) if kind and kind.start() and _ORDER.fullmatch(str(number)) else None


def is_one(number: str, other: str) -> bool:
    """True of two numbers that differ only in that one names no body: 令第15号, 衢州市人民政府令第15号."""
    one, two = _ORDER.fullmatch(number), _ORDER.fullmatch(other)
    return bool(one and two and one["bare"] == two["bare"] and not (one["body"] and two["body"]))


def _within(kind: str, place: tuple[str, ...]) -> Region | None:
    """The division that a document of some place calls the province, the city or the county."""
    found = (divisions.by_code(code) for code in place)
    return next((region for region in found if region and region.names[-1].endswith(kind)), None)
