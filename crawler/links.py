"""What an answer leads to: the links of a page, the pages of a sitemap or a feed.

Sitemaps and feeds are read by lxml, not by trafilatura: its readers leave out what it holds to be no article (PDF files,
lists), which are what we look for, and ask the network themselves.
"""

from __future__ import annotations

import gzip
import io
import re
from dataclasses import dataclass

from lxml import etree, html

from crawler import urls
from crawler.addresses import Refused
from gongwen.errors import UnreadableDocument
from indexer.decoding import decode

MOST = 5000
_UNPACKED = 50 * 1024 * 1024  # bytes of a sitemap, by its own standard
_XML = re.compile(
    rb"^\W{0,10}(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?(urlset|sitemapindex|rss|feed|RDF|datastore)\b",
    re.DOTALL,
)
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Links in their order, each once; ``is_list`` for an answer that is no document (sitemap, feed), ``keep`` False when
    its author wants it in no index."""

    links: tuple[str, ...] = ()
    is_list: bool = False
    keep: bool = True


def of_xml(data: bytes, url: str) -> Found | None:
    """The links of a sitemap, an index of sitemaps, an RSS or Atom feed, a group of a list's records (``_of_datastore``);
    None for anything else."""
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(_UNPACKED)
        except (OSError, EOFError):
            return None
    if not _XML.match(data[:2000]):
        return None
    try:
        tree = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError:
        return None
    if tree is not None and tree.tag == "datastore":
        return Found(_normal(_of_datastore(tree), url), is_list=True)
    found = []
    for element in tree.iter() if tree is not None else ():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "loc":
            found.append(element.text or "")
        elif name == "link" and element.get("rel", "alternate") in ("alternate", "enclosure"):
            found.append(element.get("href") or element.text or "")
    return Found(_normal(found, url), is_list=True)


def of_page(data: bytes, url: str) -> Found:
    """The links of an HTML page: to pages, frames and files. ``nofollow`` and ``noindex`` are obeyed."""
    try:
        tree = html.document_fromstring(decode(data))
    except (UnreadableDocument, etree.ParserError, ValueError):
        return Found()
    base_element = tree.find(".//base[@href]")
    base = _joined(base_element.get("href") or "", url) or url if base_element is not None else url
    wishes, found = "", []
    for element in tree.iter("a", "area", "iframe", "frame", "meta", "link", "script"):
        if element.tag == "script":
            found += _of_script(element)
        elif element.tag == "meta":
            if (element.get("name") or "").lower() == "robots":
                wishes = (element.get("content") or "").lower()
            elif (element.get("http-equiv") or "").lower() == "refresh":
                found += _REFRESH.findall(element.get("content") or "")
        elif element.tag == "link":
            if re.search(r"rss|atom", element.get("type") or ""):
                found.append(element.get("href") or "")
        elif "nofollow" not in (element.get("rel") or ""):
            found.append(element.get("href") or element.get("src") or "")
    links = () if re.search("nofollow|none", wishes) else _normal(found, base)
    return Found(links, keep=not re.search("noindex|none", wishes))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)


def _of_script(script: html.HtmlElement) -> list[str]:
    """The links of a list that a page holds as data, to be shown by its script."""
    text = (script.text or "").strip()
    if "xml" not in (script.get("type") or "") or not text.startswith("<datastore"):
        return []
    try:
        tree = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError:
        return []
    return _of_datastore(tree) if tree is not None else []


def _of_datastore(tree: etree._Element) -> list[str]:
    """The links of a list of 大汉 JCMS, which many provinces use: each ``record`` is a piece of HTML, and ``nextgroup`` has
    the link to the next group of records (``/module/web/jpage/dataproxy.jsp?page=1&…``), which answers with a datastore too."""
    found = []
    for element in tree.iter("record", "nextgroup"):
        if (element.text or "").strip():
            piece = html.fromstring(f"<div>{element.text}</div>")
            found += [anchor.get("href") or "" for anchor in piece.iter("a")]
    return found


def _normal(found: list[str], base: str) -> tuple[str, ...]:
    joined = (_joined(link, base) for link in found[:MOST] if link.strip())
    return tuple(dict.fromkeys(link for link in joined if link))


def _joined(link: str, base: str) -> str | None:
    try:
        return urls.normal(link, base)
    except Refused:
        return None
