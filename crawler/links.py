"""What an answer leads to: the links of a page, the pages of a sitemap, a feed or a part of a list.

Sitemaps and feeds are read by lxml, not by trafilatura: its readers leave out what it holds to be no article (PDF files,
lists), which are what we look for, and ask the network themselves.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urljoin, urlsplit

from lxml import etree, html

from crawler import json_lists, list_scripts, urls
from crawler.addresses import Refused
from gongwen.errors import UnreadableDocument
from indexer import attachments
from indexer.decoding import decode

MOST = 5000
_UNPACKED = 50 * 1024 * 1024  # bytes of a sitemap, by its own standard
_XML = re.compile(
    rb"^\W{0,10}(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?(urlset|sitemapindex|rss|feed|RDF|datastore)\b",
    re.DOTALL,
)
_NEXT = re.compile(r"\s*(?:下一?[页頁]|后一?页|next)\s*[>›»]*\s*", re.IGNORECASE)
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Links in their order, each once; those among them that are ``following`` lead to a part of the same list, and are no
    deeper than it, of which ``counted`` are those that its own count bounds; ``is_list`` for an answer that is no document
    (sitemap, feed, part of a list), ``keep`` False when its author wants it in no index."""

    links: tuple[str, ...] = ()
    following: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    is_list: bool = False
    keep: bool = True


def of_list(data: bytes, url: str) -> Found | None:
    """The links of a sitemap, an index of sitemaps, an RSS or Atom feed, a group of a list's records (``_of_datastore``), a
    part of a list in JSON (:mod:`crawler.json_lists`); None for anything else."""
    answer = json_lists.read(data)
    if answer is None:
        return _of_xml(data, url)
    piece = json_lists.html_of(answer)
    if piece is None:
        found = addresses(list(json_lists.addresses_in(answer)), url)
        following = addresses(list(filter(None, [json_lists.next_number(url)])), url)
        if not found:  # what is behind the last page of a list is empty
            return Found(is_list=True) if following else None
        return Found((*found, *following), following, is_list=True)
    try:
        return _of_tree(html.fragment_fromstring(piece, create_parent="div"), url, url, is_list=True)
    except (etree.ParserError, ValueError):
        return Found(is_list=True)


def addresses(found: Sequence[str], base: str, encoding: str = "utf-8") -> tuple[str, ...]:
    """Links in the form in which URLs are kept, each once; those that cannot be asked are left out.

    >>> addresses(["b.html", "http://user:pw@a.gov.cn/", "#top", "b.html"], "http://a.gov.cn/")
    ('http://a.gov.cn/b.html', 'http://a.gov.cn/')
    """
    joined = (_joined(link, base, encoding) for link in found[:MOST] if link.strip())
    return tuple(dict.fromkeys(link for link in joined if link))


def _of_xml(data: bytes, url: str) -> Found | None:
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
        return Found(addresses(_of_datastore(tree), url), addresses(_next_groups(tree), url), is_list=True)
    found = []
    for element in tree.iter() if tree is not None else ():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "loc":
            found.append(element.text or "")
        elif name == "link" and element.get("rel", "alternate") in ("alternate", "enclosure"):
            found.append(element.get("href") or element.text or "")
    return Found(addresses(found, url), is_list=True)


def of_page(data: bytes, url: str) -> Found:
    """The links of an HTML page: to pages, frames and files. ``nofollow`` and ``noindex`` are obeyed."""
    try:
        tree = html.document_fromstring(decode(data))
    except (UnreadableDocument, etree.ParserError, ValueError):
        return Found()
    base_element = tree.find(".//base[@href]")
    base = _joined(base_element.get("href") or "", url) or url if base_element is not None else url
    named = [(one.get("name") or "", one.get("content") or "") for one in tree.iter("meta")]
    wishes = " ".join(content.lower() for name, content in named if name.lower() == "robots")
    keep = not re.search("noindex|none", wishes)
    if re.search("nofollow|none", wishes):
        return Found(keep=keep)
    return replace(_of_tree(tree, base, url, _encoding(data)), keep=keep)


def _of_tree(tree: html.HtmlElement, base: str, url: str, encoding: str = "utf-8", *, is_list: bool = False) -> Found:
    """The links of a page or a piece of one; what scripts ask for belongs to the page's own ``url``, whatever its base."""
    found, following, counted = list[str](), list[str](), list[str]()
    for element in tree.iterfind(".//*[@querydata]"):
        counted += filter(None, (json_lists.first(element), json_lists.following(element)))
    for element in tree.iter("a", "area", "iframe", "frame", "embed", "object", "meta", "link", "script"):
        if element.tag == "script":
            if (records := _datastore(element)) is not None:
                found += _of_datastore(records)
                following += _next_groups(records)
            elif page := list_scripts.next_page(element.text or ""):
                found.append(page)
                following.append(page)
        elif leads := _of_element(element):
            found += leads
            following += leads if _is_next(element) else ()
    units = addresses(counted, url)
    return Found(
        tuple(dict.fromkeys((*addresses(found, base, encoding), *units))),
        tuple(dict.fromkeys((*addresses(following, base, encoding), *units))),
        units,
        is_list=is_list,
    )


def _of_element(element: etree._Element) -> list[str]:
    """Where an element of a page leads."""
    if element.tag == "meta":
        refreshes = (element.get("http-equiv") or "").lower() == "refresh"
        return _REFRESH.findall(element.get("content") or "") if refreshes else []
    if element.tag == "link":
        return [element.get("href") or ""] if re.search(r"rss|atom", element.get("type") or "") else []
    if "nofollow" in (element.get("rel") or ""):
        return []
    link = element.get("href") or element.get("src") or (element.get("data") if element.tag == "object" else None) or ""
    return [link, *_in_viewer(link)]


def _in_viewer(link: str) -> list[str]:
    """The file that a page's viewer is told to show: ``/pdfjs/web/viewer.html?file=/P020200505.pdf``."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return []
    return [urljoin(link, file) for file in parse_qs(parts.query).get("file", ()) if attachments.is_file(file)]


def _is_next(element: etree._Element) -> bool:
    return element.get("rel") == "next" or _NEXT.fullmatch("".join(map(str, element.itertext()))) is not None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)


def _datastore(script: html.HtmlElement) -> etree._Element | None:
    """The list that a page holds as data, to be shown by its script."""
    text = (script.text or "").strip()
    if "xml" not in (script.get("type") or "") or not text.startswith("<datastore"):
        return None
    try:
        return etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError:
        return None


def _of_datastore(tree: etree._Element) -> list[str]:
    """The links of a list of 大汉 JCMS, which many provinces use: each ``record`` is a piece of HTML."""
    return [*_anchors(tree, "record"), *_next_groups(tree)]


def _next_groups(tree: etree._Element) -> list[str]:
    """Where the next records are: ``/module/web/jpage/dataproxy.jsp?page=1&…``, which answers with a datastore too."""
    return _anchors(tree, "nextgroup")


def _anchors(tree: etree._Element, name: str) -> list[str]:
    pieces = (element.text for element in tree.iter(name) if (element.text or "").strip())
    return [anchor.get("href") or "" for piece in pieces for anchor in html.fromstring(f"<div>{piece}</div>").iter("a")]


def _encoding(data: bytes) -> str:
    """What a page's links are escaped by behind the question mark."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _joined(link: str, base: str, encoding: str = "utf-8") -> str | None:
    try:
        return urls.normal(link, base, encoding=encoding)
    except Refused:
        return None
