"""A source file to the pages it holds: decode, extract by kind, read the layout."""

from __future__ import annotations

import re
from pathlib import PurePath

from gongwen import layout
from gongwen.errors import UnreadableDocument
from gongwen.types import Fragment, Page
from indexer.decoding import decode
from indexer.html import Extracted, read_html

_MD_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$|^\s*(?:-{3,}|\*{3,}|_{3,})\s*$", re.MULTILINE)
_MD_MARKS = ((re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE), r"\1"), (re.compile(r"\*\*(.+?)\*\*|__(.+?)__"), r"\1\2"), (re.compile(r"!?\[([^\]\n]*)\]\([^()\s]*\)"), r"\1"), (re.compile(r"^\s*>\s?", re.MULTILINE), ""))  # fmt: skip
_HTML = re.compile(r"^\s*(?:<!doctype html|<html|<\?xml[^>]*\?>\s*<html)|<(?:body|div|table|p)[\s>]", re.IGNORECASE)


def extract(data: bytes, name: str) -> tuple[tuple[Page, ...], tuple[Fragment, ...]]:
    """The pages of a file and the fragments that are none. ``name`` gives the kind by its suffix.

    Raises :class:`~gongwen.errors.UnreadableDocument` with the stage that failed; ``split`` when the file holds text
    but no document.
    """
    text = decode(data)
    suffix = PurePath(name).suffix.lower()
    if suffix in (".html", ".htm"):
        found = read_html(text)
    elif suffix == ".md":
        found = _read_markdown(text)
    else:
        found = read_html(text) if _HTML.search(text[:2000]) else Extracted(text)
    pages, fragments = layout.read(found.text, title=found.title, metadata=found.metadata, url=found.url)
    if not pages:
        reasons = "; ".join(dict.fromkeys(fragment.reason for fragment in fragments)) or "no text"
        raise UnreadableDocument(f"no document in the file: {reasons}", stage="split")
    return pages, fragments


def _read_markdown(text: str) -> Extracted:
    heading = re.search(r"^#\s+(.+?)\s*#*$", text, re.MULTILINE)
    text = _MD_RULE.sub("", text)
    for pattern, replacement in _MD_MARKS:
        text = pattern.sub(replacement, text)
    return Extracted(text, heading[1] if heading else None)
