"""A search as a feed: Atom (RFC 4287) and JSON Feed 1.1, the newest documents first. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from api.schemas import Hit, SearchAnswer

_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, in any writing.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN = date(1949, 10, 1)  # Atom wants a day of every entry; of a document without one nothing better is known


def atom(answer: SearchAnswer, site: str, site_name: str, address: str) -> bytes:
    """The hits of a search as an Atom feed; ``site`` is the address of this site without a slash, ``address`` the feed's own.

    An entry's id follows from the document's identifier alone, so that it stays when the title changes.
    """
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-CN"})
    _text(feed, "title", _title(answer, site_name))
    _text(feed, "id", address)
    ET.SubElement(feed, "link", {"rel": "self", "href": address, "type": "application/atom+xml"})
    days = [_day(hit) for hit in answer.hits]
    _text(feed, "updated", _moment(max(days, default=_UNKNOWN)))
    for hit, day in zip(answer.hits, days, strict=True):
        entry = ET.SubElement(feed, "entry")
        _text(entry, "title", hit.title or hit.doc_number or hit.id)
        _text(entry, "id", f"urn:wenhao:{hit.id}")
        ET.SubElement(entry, "link", {"href": f"{site}{hit.url}"})
        _text(entry, "updated", _moment(day))
        _text(ET.SubElement(entry, "author"), "name", hit.issuer or site_name)
        _text(entry, "summary", passage(hit))
        if hit.doc_number:
            ET.SubElement(entry, "category", {"term": hit.doc_number, "label": "文号"})
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def json_feed(answer: SearchAnswer, site: str, site_name: str, address: str) -> dict[str, Any]:
    """The same as a JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(answer, site_name),
        "home_page_url": f"{site}/",
        "feed_url": address,
        "language": "zh-CN",
        "items": [_item(hit, site) for hit in answer.hits],
    }


def _item(hit: Hit, site: str) -> dict[str, Any]:
    item = {
        "id": f"urn:wenhao:{hit.id}",
        "url": f"{site}{hit.url}",
        "title": hit.title,
        "content_text": passage(hit),
        "date_published": _moment(_day(hit)),
        "authors": [{"name": hit.issuer}] if hit.issuer else [],
        "tags": [tag for tag in (hit.doc_number, *hit.region) if tag],
    }
    return {name: value for name, value in item.items() if value}


def _title(answer: SearchAnswer, site_name: str) -> str:
    return f"{answer.query} - {site_name}" if answer.query else site_name


def _day(hit: Hit) -> date:
    return hit.published or hit.signed or (date(hit.year, 1, 1) if hit.year else _UNKNOWN)


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")


def passage(hit: Hit) -> str:
    """The passage of a hit that answers best, as plain text."""
    return unescape(re.sub(r"</?mark>", "", hit.snippet_html))  # our own markup: marks and escapes, nothing else


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = _NO_XML.sub("", value)
