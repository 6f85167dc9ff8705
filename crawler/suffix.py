"""What kind of file an answer is kept as: by its bytes, and where they may be any text, by what the site and the URL say."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler import json_lists
from crawler.addresses import Refused
from crawler.fetching import Answer
from gongwen.errors import UnreadableDocument
from indexer.decoding import decode
from indexer.kinds import Kind, kind_of

_SUFFIX = {Kind.DOCX: ".docx", Kind.DOC: ".doc", Kind.PDF: ".pdf", Kind.OFD: ".ofd", Kind.XLSX: ".xlsx", Kind.ZIP: ".zip", Kind.HTML: ".html"}  # fmt: skip
_PAGES = ("text/html", "application/xhtml+xml")


def suffix_of(url: str, answer: Answer) -> str:
    """The suffix of the file in which an answer is kept.

    >>> suffix_of("http://www.qz.gov.cn/a.doc", Answer("", 200, {}, b"<!DOCTYPE html><html>"))
    '.html'

    Raises :class:`~crawler.addresses.Refused` (stage ``answer``) for what nobody reads.
    """
    name = urlsplit(url).path.lower()
    page = ".htm" if name.endswith(".htm") else ".html"
    try:
        kind = kind_of(answer.body, "")
    except UnreadableDocument as error:
        if name.endswith(".xls"):
            return ".xls"  # cannot be read yet, but belongs to its page
        raise Refused(str(error), stage="answer") from error
    if kind in _SUFFIX:
        return page if kind is Kind.HTML else _SUFFIX[kind]
    if name.endswith((".txt", ".csv")):
        return name[-4:]
    said = answer.headers.get("content-type", "").lower()
    if said.startswith("text/plain"):
        return ".txt"
    if said.startswith(_PAGES) and json_lists.read(answer.body) is None and _is_text(answer.body):
        return page
    raise Refused("neither a page nor a file that can be read", stage="answer")


def _is_text(data: bytes) -> bool:
    try:
        return bool(decode(data))
    except UnreadableDocument:
        return False
