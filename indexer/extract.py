"""A source file to the pages it holds: its kind by content, a reader for the kind, the layout of the text.

A document and its attachments are one: the files a page links to, and in an archive what is named 附件 beside one document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gongwen import layout, tables
from gongwen.errors import UnreadableDocument
from gongwen.normalize import normalize
from gongwen.types import Fragment, Page
from indexer import archive, warc
from indexer.decoding import decode
from indexer.extracted import Attachment, Extracted, NeedsOcr, bounded
from indexer.html import read_html
from indexer.kinds import Kind, kind_of
from indexer.mhtml import page_of
from indexer.ofd import read_ofd
from indexer.pdf import read_pdf
from indexer.sheets import read_csv, read_xlsx
from indexer.word import read_doc, read_docx, read_word_xml

Ocr = Callable[[bytes], str]
"""Reads pages that are pictures: the bytes of a PDF or OFD to its text."""

_MD_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$|^\s*(?:-{3,}|\*{3,}|_{3,})\s*$", re.MULTILINE)
_MD_MARKS = ((re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE), r"\1"), (re.compile(r"\*\*(.+?)\*\*|__(.+?)__"), r"\1\2"), (re.compile(r"!?\[([^\]\n]*)\]\([^()\s]*\)"), r"\1"), (re.compile(r"^\s*>\s?", re.MULTILINE), ""))  # fmt: skip
_ATTACHMENT = re.compile(r"^[\s\d.、]*附[件表录图]")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_DEEPEST = 2  # archives in archives; more is no way to publish documents
_ONLY_LINKS = 200  # characters beside the links; no document read so far is shorter (gongwen.layout)


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file: its page and the attachments that belong to it."""

    page: Page
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: documents, and what of it is none, with reasons."""

    parts: tuple[Part, ...]
    fragments: tuple[Fragment, ...]


def extract(data: bytes, name: str) -> tuple[tuple[Page, ...], tuple[Fragment, ...]]:
    """The pages of a file and the fragments that are none, as :func:`read` finds them."""
    found = read(data, name)
    return tuple(part.page for part in found.parts), found.fragments


def read(data: bytes, name: str, attached: Sequence[tuple[str, bytes]] = (), ocr: Ocr | None = None) -> Contents:
    """The documents of a file. ``name`` tells the kind where the bytes do not; ``attached`` are names and bytes of the
    files that belong to it; ``ocr`` reads scanned pages, which are else refused.

    Raises :class:`~gongwen.errors.UnreadableDocument` with the stage that failed; ``split`` when the file holds text
    but no document.
    """
    kind = kind_of(data, name)
    if kind is Kind.ZIP:
        sources, fragments = _from_archive(data, ocr)
    elif kind is Kind.WARC:
        sources, fragments = _from_web_archive(data, ocr)
    else:
        attachments, fragments = _attachments(attached, ocr)
        sources = [_with_attachments(_text_of(data, name, ocr, optional=bool(attachments)), attachments)]
    parts: list[Part] = []
    for found, belonging in sources:
        pages, left = layout.read(found.text, title=found.title, metadata=found.metadata, url=found.url)
        fragments += left
        parts += [Part(page, () if place else belonging) for place, page in enumerate(pages)]
    if not parts:
        reasons = "; ".join(dict.fromkeys(fragment.reason for fragment in fragments)) or "no text"
        raise UnreadableDocument(f"no document in the file: {reasons}", stage="split")
    return Contents(tuple(parts), tuple(fragments))


_Source = tuple[Extracted, tuple[Attachment, ...]]


def _with_attachments(found: Extracted, attachments: tuple[Attachment, ...]) -> _Source:
    """A page that says nothing but the name of its file has that file's text."""
    text = found.text
    for link in sorted(found.linked, key=len, reverse=True):
        text = text.replace(link, "")
    if attachments and len("".join(text.split())) < _ONLY_LINKS:
        first, *others = attachments
        return Extracted(first.text, found.title, found.metadata, found.url), tuple(others)
    return found, attachments


def _attachments(
    attached: Iterable[tuple[str, bytes]], ocr: Ocr | None
) -> tuple[tuple[Attachment, ...], list[Fragment]]:
    """The attachments that can be read, and a fragment for each that cannot."""
    found: list[Attachment] = []
    faults: list[Fragment] = []
    for name, data in attached:
        try:
            if kind_of(data, name) is Kind.ZIP:
                inner, more = _attachments(_flat(data, faults), ocr)
                found, faults = [*found, *inner], [*faults, *more]
            else:
                found.append(Attachment(PurePosixPath(name).name, clean(_text_of(data, name, ocr).text)))
        except UnreadableDocument as error:
            faults.append(Fragment(name, f"an attachment that cannot be read: {error}"))
    bounded("".join(one.text for one in found))
    return tuple(found), faults


def clean(text: str) -> str:
    """The text of an attachment as the core would give a document's: normalised, its tables one line a row."""
    return "\n".join(tables.rejoin([line for line in normalize(text).text.split("\n") if line.strip()]))


def _from_archive(data: bytes, ocr: Ocr | None) -> tuple[list[_Source], list[Fragment]]:
    """The documents of an archive: one with its attachments (附件1.xlsx), or else each file for itself."""
    faults: list[Fragment] = []
    texts: list[tuple[str, Extracted]] = []
    for name, member in _flat(data, faults):
        try:
            texts.append((name, _text_of(member, name, ocr)))
        except UnreadableDocument as error:
            faults.append(Fragment(name, str(error)))
    bounded("".join(found.text for _, found in texts))
    mains = [found for name, found in texts if not _is_attachment(name)]
    if len(mains) != 1:
        return [(found, ()) for _, found in texts], faults
    others = [(name, found) for name, found in texts if found is not mains[0]]
    belonging = tuple(Attachment(PurePosixPath(name).name, clean(found.text)) for name, found in others)
    return [(mains[0], belonging)], faults


def _from_web_archive(data: bytes, ocr: Ocr | None) -> tuple[list[_Source], list[Fragment]]:
    """The pages of a web archive, each with the address it was fetched from; what is no document is a fragment.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``split``) when no record of it may be a page.
    """
    faults: list[Fragment] = []
    found: list[_Source] = []
    for one in warc.fetched(data):
        try:
            if one.fault:
                raise UnreadableDocument(one.fault, stage="extract")
            if kind_of(one.data, one.name) in (Kind.ZIP, Kind.WARC):
                raise UnreadableDocument("an archive inside a web archive; unpack it", stage="extract")
            page = _text_of(one.data, one.name, ocr)
            found.append((replace(page, url=page.url or one.url), ()))
        except UnreadableDocument as error:
            faults.append(Fragment(one.url, str(error)))
    if not found and not faults:
        reason = "no record of the web archive is the answer of a server (response, status 200) with a page or a file"
        raise UnreadableDocument(f"no document in the file: {reason}", stage="split")
    return found, faults


def _is_attachment(name: str) -> bool:
    return any(_ATTACHMENT.match(part) for part in PurePosixPath(name).parts)


def _flat(data: bytes, faults: list[Fragment], depth: int = 1) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the files in an archive and the archives in it; what cannot be unpacked goes to ``faults``."""
    for member in archive.members(data):
        try:
            if member.fault:
                faults.append(Fragment(member.name, member.fault))
            elif kind_of(member.data, member.name) is not Kind.ZIP:
                yield member.name, member.data
            elif depth >= _DEEPEST:
                faults.append(Fragment(member.name, f"an archive inside {depth} archives; unpack it"))
            else:
                yield from ((f"{member.name}/{name}", inner) for name, inner in _flat(member.data, faults, depth + 1))
        except UnreadableDocument as error:
            faults.append(Fragment(member.name, str(error)))


def _text_of(data: bytes, name: str, ocr: Ocr | None, *, optional: bool = False) -> Extracted:
    kind = kind_of(data, name)
    if kind is Kind.HTML:
        return read_html(decode(data), optional=optional)
    try:
        return READERS[kind](data)
    except NeedsOcr:
        if ocr is None:
            raise
        return Extracted(bounded(ocr(data)))
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # what a library raises on a damaged file is not in its documentation
        said = _ADDRESS.sub("", str(error))  # differs from one run to the next
        reason = f"the file is broken; open it and save it again ({type(error).__name__}: {said})"
        raise UnreadableDocument(reason, stage="extract") from error


def _read_markdown(data: bytes) -> Extracted:
    text = decode(data)
    heading = re.search(r"^#\s+(.+?)\s*#*$", text, re.MULTILINE)
    text = _MD_RULE.sub("", text)
    for pattern, replacement in _MD_MARKS:
        text = pattern.sub(replacement, text)
    return Extracted(bounded(text), heading[1] if heading else None)


READERS: dict[Kind, Callable[[bytes], Extracted]] = {
    Kind.TEXT: lambda data: Extracted(bounded(decode(data))),
    Kind.MARKDOWN: _read_markdown,
    Kind.HTML: lambda data: read_html(decode(data)),
    Kind.CSV: lambda data: read_csv(decode(data)),
    Kind.PDF: read_pdf,
    Kind.DOCX: read_docx,
    Kind.DOC: read_doc,
    Kind.WORD_XML: read_word_xml,
    Kind.MHTML: lambda data: read_html(page_of(data)),
    Kind.OFD: read_ofd,
    Kind.XLSX: read_xlsx,
}
"""A reader for every kind but archives, whose members have kinds of their own. A new kind is one line here and one in
:func:`indexer.kinds.kind_of`."""
