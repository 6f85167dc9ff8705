"""Lists that an interface of the site gives as JSON, for a script to show. Pure.

Those of 大汉 JPAAS, which ministries and Zhejiang's and Shandong's governments use, are found from the page: it says what its script
asks. What is asked stands in ``querydata`` of an element: of the script that fetches the list, which is asked for at its ``url``, or of
the links to its pages, which are asked for at ``uniturl`` (``rows`` a page, ``count`` in all, this one is ``pageno``). The answer
is JSON with a piece of HTML. As on www.mofcom.gov.cn, www.miit.gov.cn, www.samr.gov.cn and www.xiaoshan.gov.cn in 2026.

Any other (开普 UCAP has ``/searchList/…?_isJson=true&page=1``, as on www.csrc.gov.cn) is read when its address is given: the addresses
of pages and files in it are its links, and its next page has the next number, until one has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

_DOCUMENT = re.compile(
    r"(?:https?:/|/|\.{1,2})?/[^\s<>\"]{1,1000}\.(?:s?html?|jhtml|pdf|docx?|wps|ofd|xlsx?|zip)(?:\?[^\s<>\"]*)?",
    re.IGNORECASE,
)
_LONGEST = 5 * 1024 * 1024  # bytes: read, brackets alone take twenty times as much
_PAGE_NUMBERS = frozenset(
    {"page", "pageno", "pagenum", "pageindex", "pagenumber", "currentpage", "curpage", "currpage"}
)


def first(element: etree._Element) -> str | None:
    """Where the list is asked for that an element's script fetches; None for any other element.

    >>> said = '''<script url="/unit" queryData="{'webId':'52','tagId':'列表'}"></script>'''
    >>> first(etree.HTML(said).find(".//script"))
    '/unit?webId=52&tagId=%E5%88%97%E8%A1%A8'
    """
    asked, place = _asked(element), element.get("url")
    return _with(place, asked) if asked and place else None


def following(element: etree._Element) -> str | None:
    """Where the next page of a list is asked for; None for its last one and for any other element.

    >>> said = '''<div uniturl="/unit" querydata="{'webId':'52'}" rows="15" count="31" pageno="2"></div>'''
    >>> following(etree.HTML(said).find(".//div"))
    '/unit?webId=52&paramJson=%7B%22pageNo%22%3A3%2C%22pageSize%22%3A15%7D'
    """
    asked, place = _asked(element), element.get("uniturl")
    rows, count, page = (_number(element, name) for name in ("rows", "count", "pageno"))
    if not asked or not place or not rows or page * rows >= count:
        return None
    wanted = json.dumps({"pageNo": page + 1, "pageSize": rows}, separators=(",", ":"))
    return _with(place, asked | {"paramJson": wanted})


def read(data: bytes) -> Any:
    """What an answer says; None for what is no JSON, or too long to be a page of a list."""
    if data.lstrip()[:1] not in (b"{", b"[") or len(data) > _LONGEST:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def html_of(answer: Any) -> str | None:
    """The piece of HTML in an answer; None for what is no such answer.

    >>> html_of({"success": True, "code": "200", "data": {"html": "<ul></ul>"}})
    '<ul></ul>'
    """
    found = answer.get("data") if isinstance(answer, dict) else None
    piece = found.get("html") if isinstance(found, dict) else None
    return piece if isinstance(piece, str) else None


def addresses_in(answer: Any) -> Iterator[str]:
    """Yield the addresses of pages and files in an answer, in its order.

    >>> list(addresses_in({"data": {"rows": 18, "results": [{"title": "公告", "url": "//www.csrc.gov.cn/c1/content.shtml"}]}}))
    ['//www.csrc.gov.cn/c1/content.shtml']
    """
    waiting = [answer]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _DOCUMENT.fullmatch(one):
                yield one
        elif isinstance(one, dict | list):
            waiting += reversed(list(one.values()) if isinstance(one, dict) else one)


def next_number(url: str) -> str | None:
    """The address of the next page of a list; None where nothing in it is the number of a page.

    >>> next_number("https://www.csrc.gov.cn/searchList/a1a0?_isJson=true&page=1")
    'https://www.csrc.gov.cn/searchList/a1a0?_isJson=true&page=2'
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for at, (name, value) in enumerate(pairs):
        if name.lower() in _PAGE_NUMBERS and value.isascii() and value.isdigit() and len(value) < 7:
            pairs[at] = (name, str(int(value) + 1))
            return urlunsplit(parts._replace(query=urlencode(pairs)))
    return None


def _asked(element: etree._Element) -> dict[str, str]:
    """What is asked, which is written as JSON with single quotes."""
    try:
        found = json.loads((element.get("querydata") or "").replace("'", '"'))
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _with(place: str, asked: dict[str, str]) -> str:
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"


def _number(element: etree._Element, name: str) -> int:
    said = element.get(name) or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
