"""The lists of 大汉 JPAAS, which ministries and Zhejiang's and Shandong's governments use: a page says only what to ask for
its list, and a script asks.

What is asked stands in ``querydata`` of an element: of the script that fetches the list, which is asked for at its ``url``, or of
the links to its pages, which are asked for at ``uniturl`` (``rows`` a page, ``count`` in all, this one is ``pageno``). The answer
is JSON with a piece of HTML. As on www.mofcom.gov.cn, www.miit.gov.cn, www.samr.gov.cn and www.xiaoshan.gov.cn in 2026. Pure.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from lxml import etree


def first(element: etree._Element) -> str | None:
    """Where the list is asked for that an element's script fetches; None for any other element.

    >>> said = '''<script url="/unit" queryData="{'webId':'52','tagId':'列表'}"></script>'''
    >>> first(etree.HTML(said).find(".//script"))
    '/unit?webId=52&tagId=%E5%88%97%E8%A1%A8'
    """
    asked, place = _asked(element), element.get("url")
    return f"{place}?{urlencode(asked)}" if asked and place else None


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
    return f"{place}?{urlencode({**asked, 'paramJson': wanted})}"


def html_of(data: bytes) -> str | None:
    """The piece of HTML in an answer; None for what is no such answer.

    >>> html_of('{"success":true,"code":"200","data":{"html":"<ul></ul>"}}'.encode())
    '<ul></ul>'
    """
    if data.lstrip()[:1] != b"{":
        return None
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return None
    found = answer.get("data")
    piece = found.get("html") if isinstance(found, dict) else None
    return piece if isinstance(piece, str) else None


def _asked(element: etree._Element) -> dict[str, str]:
    """What is asked, which is written as JSON with single quotes."""
    try:
        found = json.loads((element.get("querydata") or "").replace("'", '"'))
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _number(element: etree._Element, name: str) -> int:
    said = element.get(name) or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
