"""Word files: the main part of a .docx by lxml, the old .doc (and .wps, which is the same) by legacy-doc."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from legacy_doc import ExtractionOptions, LegacyDocError, extract_text
from lxml import etree

from gongwen import tables
from gongwen.errors import UnreadableDocument
from indexer.archive import open_checked
from indexer.extracted import MOST_TEXT, Extracted, bounded

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The same names in files of ISO 29500 strict and in the flat XML of Word 2003.
_OTHER_SPACES = (
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
    "{http://schemas.microsoft.com/office/word/2003/wordml}",
)
_BODY, _PARAGRAPH, _TABLE, _ROW, _CELL = (f"{_W}{name}" for name in ("body", "p", "tbl", "tr", "tc"))
_TEXT, _TAB, _BREAK, _RETURN, _HYPHEN = (f"{_W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen"))
_RELATIONS = "_rels/.rels"
_USUAL_MAIN = "word/document.xml"
# What a newer Word draws stands a second time for an older one.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Tab stops are none of the text; what was deleted or moved away is not either; headers and notes stand beside it.
_NO_TEXT = frozenset(
    (_FALLBACK, *(f"{_W}{name}" for name in ("tabs", "del", "moveFrom", "sectPr", "footnote", "endnote")))
)
_MOST_COLUMNS = 60


def read_docx(data: bytes) -> Extracted:
    """The text of a .docx, one line a paragraph and ``| … | … |`` a row; text boxes where they are anchored.

    Numbers that Word counts by itself (automatic lists), headers, footers and comments are no part of it. Raises
    :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``).
    """
    with open_checked(data) as archive:
        try:
            content = archive.read(_main_part(archive))
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise UnreadableDocument(f"the Word file is broken: {error}", stage="extract") from error
    return read_word_xml(content)


def read_word_xml(data: bytes) -> Extracted:
    """The text of a Word file that is one XML file (Word 2003, or a later one's flat form), as :func:`read_docx` gives it.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``).
    """
    try:
        root = _parse(data)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(f"the Word file is broken: {error}", stage="extract") from error
    body = next(root.iter(_BODY), None)
    if body is None:
        body = _renamed_body(root)
    if body is None:
        raise UnreadableDocument("the Word file is broken: it has no body", stage="extract")
    return Extracted(bounded("\n".join(line for line in _blocks(body) if line.strip())))


def _main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that holds the text. Other parts are not looked at: a picture that is missing loses nothing."""
    try:
        relations = _parse(archive.read(_RELATIONS))
    except (KeyError, etree.XMLSyntaxError):
        return _USUAL_MAIN
    for relation in relations:
        # Strict files have the same last word in another namespace.
        if relation.get("Type", "").endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/")
    return _USUAL_MAIN


def _parse(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True))


def _renamed_body(root: Any) -> Any:
    """The body of a file of another namespace, its names those of the usual one."""
    for space in _OTHER_SPACES:
        for body in root.iter(f"{space}body"):
            for element in body.iter(f"{space}*"):
                element.tag = element.tag.replace(space, _W)
                for name, value in element.attrib.items():
                    element.set(name.replace(space, _W), value)
            return body
    return None


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield from "".join(_pieces(child)).split("\n")
        elif child.tag == _TABLE:
            yield from _rows(child)
        elif isinstance(child.tag, str) and child.tag not in _NO_TEXT:  # content controls and the like wrap blocks
            yield from _blocks(child)


def _pieces(paragraph: Any) -> Iterator[str]:
    """The text of a paragraph; a text box in it stands on lines of its own."""
    skipped = 0  # levels inside something whose text is not the paragraph's
    for event, part in etree.iterwalk(paragraph, events=("start", "end")):
        if part.tag in _NO_TEXT:
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
            span = cell.find(f"./{_W}tcPr/{_W}gridSpan")
            width = span.get(f"{_W}val", "1") if span is not None else "1"
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
