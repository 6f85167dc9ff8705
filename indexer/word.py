"""Word files: .docx by python-docx, the old .doc (and .wps, which is the same) by legacy-doc."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from legacy_doc import ExtractionOptions, LegacyDocError, extract_text
from lxml import etree

from gongwen import tables
from gongwen.errors import UnreadableDocument
from indexer.archive import open_checked
from indexer.extracted import MOST_TEXT, Extracted, bounded

_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
_TEXT, _TAB, _BREAK, _RETURN, _HYPHEN = (qn(f"w:{name}") for name in ("t", "tab", "br", "cr", "noBreakHyphen"))
_SPAN, _TAB_STOPS = qn("w:gridSpan"), qn("w:tabs")
# What a newer Word draws stands a second time for an older one; python-docx knows no name for it.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST_COLUMNS = 60


def read_docx(data: bytes) -> Extracted:
    """The text of a .docx, one line a paragraph and ``| … | … |`` a row; text boxes where they are anchored.

    Numbers that Word counts by itself (automatic lists), headers, footers and comments are no part of it. Raises
    :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``).
    """
    open_checked(data)
    try:
        body = docx.Document(io.BytesIO(data)).element.body
    except (KeyError, ValueError, AttributeError, etree.XMLSyntaxError, docx.exceptions.PythonDocxError) as error:
        raise UnreadableDocument(f"the Word file is broken: {error}", stage="extract") from error
    return Extracted(bounded("\n".join(line for line in _blocks(body) if line.strip())))


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield from "".join(_pieces(child)).split("\n")
        elif child.tag == _TABLE:
            yield from _rows(child)
        elif isinstance(child.tag, str):  # content controls and the like wrap blocks
            yield from _blocks(child)


def _pieces(paragraph: Any) -> Iterator[str]:
    """The text of a paragraph; a text box in it stands on lines of its own."""
    skipped = 0  # levels inside something whose text is not the paragraph's
    for event, part in etree.iterwalk(paragraph, events=("start", "end")):
        if part.tag in (_FALLBACK, _TAB_STOPS):
            skipped += 1 if event == "start" else -1
        elif skipped:
            continue
        elif event == "end":
            if part.tag == _TEXT:
                yield part.text or ""
            elif part.tag == _PARAGRAPH and part is not paragraph:
                yield "\n"
        elif part.tag == _TAB:
            yield "\t"
        elif part.tag in (_BREAK, _RETURN) or (part.tag == _PARAGRAPH and part is not paragraph):
            yield "\n"
        elif part.tag == _HYPHEN:
            yield "-"


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(_ROW):
        cells: list[str] = []
        for cell in row.iterchildren(_CELL):
            span = cell.find(f"./{qn('w:tcPr')}/{_SPAN}")
            width = span.get(qn("w:val"), "1") if span is not None else "1"
            text = " ".join("".join(_pieces(each)) for each in cell.iterchildren(_PARAGRAPH)).split()
            cells += [" ".join(text).replace("|", "/"), *[""] * (min(_number(width), _MOST_COLUMNS) - 1)]
        if any(cells):
            yield tables.row(cells[:_MOST_COLUMNS])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def read_doc(data: bytes) -> Extracted:
    """The text of an old Word file, one line a paragraph; cells of a table stand in one line.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for an encrypted or broken file.
    """
    try:
        # The size of the file was looked at when it was read.
        found = extract_text(data, options=ExtractionOptions(len(data), 4 * MOST_TEXT))
    except LegacyDocError as error:
        raise UnreadableDocument(f"the .doc cannot be read ({error}); save it as .docx", stage="extract") from error
    return Extracted(bounded(found.text))
