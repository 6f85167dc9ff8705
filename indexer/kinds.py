"""What kind of file it is, by its bytes; the name decides only where the bytes cannot (Markdown, CSV).

Government sites serve pages named ``.doc`` that are HTML, and Word files named ``.pdf``: the first bytes tell the truth.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from pathlib import PurePath

from gongwen.errors import UnreadableDocument
from indexer.archive import open_checked


class Kind(StrEnum):
    """A kind of file that can be read."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    WORD_XML = "word_xml"
    MHTML = "mhtml"
    OFD = "ofd"
    XLSX = "xlsx"
    ZIP = "zip"
    WARC = "warc"


SUFFIXES = frozenset(
    {
        ".txt",
        ".md",
        ".html",
        ".htm",
        ".pdf",
        ".docx",
        ".doc",
        ".wps",
        ".ofd",
        ".xlsx",
        ".csv",
        ".zip",
        ".warc",
        ".warc.gz",
    }
)
"""Names of files that are looked at."""

_BY_SUFFIX = {".html": Kind.HTML, ".htm": Kind.HTML, ".md": Kind.MARKDOWN, ".csv": Kind.CSV}
_NEVER_TEXT = frozenset({".pdf", ".docx", ".ofd", ".xlsx", ".zip"})  # a .doc may be anything that Word opens
# What may stand before a page and says nothing: spaces, comments, instructions (<?xml …?>), what a server left of its own (<%@ …%>).
_BEFORE = re.compile(r"(?:[\s\ufeff]+|<!--.*?-->|<\?.*?\?>|<%.*?%>)*+", re.DOTALL)
_BEGINS = re.compile(
    r"<(?:!doctype\s+html|html|head|title|meta|link|base|script|style|noscript|frameset|iframe|center|font|h[1-6]|br|ul|form)[\s/>]",
    re.IGNORECASE,
)
_HOLDS = re.compile(r"<(?:body|div|table|p)[\s>]", re.IGNORECASE)
_HEAD, _MOST_BEFORE = 4000, 65536  # bytes that are looked at, and those that what says nothing may take
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What Word writes under the name of .doc besides: a web page with its pictures in one MIME message, and XML in one file.
_MHTML = re.compile(
    rb"^\s*(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?Content-Type:\s*(?:multipart/related|multipart/alternative)",
    re.IGNORECASE,
)
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_WORD_XML = re.compile(rb"<\w+:wordDocument\s[^>]*office/word/2003/wordml|<\w+:package\s[^>]*office/2006/xmlPackage")
# First bytes of what is known and cannot be read, and what a person can do about it.
_GZIP = b"\x1f\x8b"
_UNREADABLE = (
    (b"Rar!", "a RAR archive; pack it as ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; pack it as ZIP"),
    (_GZIP, "a gzip file; unpack it"),
    (b"{\\rtf", "an RTF file; save it as .docx"),
    (b"\xff\xd8\xff", "a picture (JPEG); put the text in its place"),
    (b"\x89PNG", "a picture (PNG); put the text in its place"),
    (b"GIF8", "a picture (GIF); put the text in its place"),
    (b"II*\0", "a picture (TIFF); put the text in its place"),
    (b"MM\0*", "a picture (TIFF); put the text in its place"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in an OLE file's directory, in UTF-16, and what holding them means.
_ENCRYPTED, _WORD, _WORKBOOK, _SLIDES = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "WordDocument", "Workbook", "PowerPoint Document")
)


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of a file from its bytes and, for text, its name.

    >>> kind_of(b"%PDF-1.7 ...", "notice.doc"), kind_of("关于印发…的通知".encode(), "a.txt")
    (<Kind.PDF: 'pdf'>, <Kind.TEXT: 'text'>)

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a kind that is known and cannot be read,
    saying what to do.
    """
    head = data[:1024]
    if b"%PDF-" in head:
        return Kind.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    if data.startswith(b"WARC/") or (data.startswith(_GZIP) and name.lower().endswith((".warc.gz", ".warc"))):
        return Kind.WARC
    _refuse_unreadable(data)
    return _kind_of_text(data, name)


def _kind_of_text(data: bytes, name: str) -> Kind:
    head = data[:4000]
    if _MHTML.match(head) and _MIME.search(head):
        return Kind.MHTML
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml") and _WORD_XML.search(data[:8000]):
        return Kind.WORD_XML
    suffix = PurePath(name).suffix.lower()
    if suffix in (".html", ".htm", ".md", ".csv"):
        return _BY_SUFFIX[suffix]
    html = _is_html(data)
    if not html and suffix in _NEVER_TEXT and data.strip():
        raise UnreadableDocument(f"the file is named {suffix} and is none; it may be cut off", stage="extract")
    return Kind.HTML if html else Kind.TEXT


def _is_html(data: bytes) -> bool:
    """True for text that begins as a page does, whatever stands before, or has the tags of one early on."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "latin-1")
    text = data[:_MOST_BEFORE].decode(encoding, "ignore")  # tags are ASCII in every encoding of a page but UTF-16
    before = _BEFORE.match(text)
    return _BEGINS.match(text, before.end() if before else 0) is not None or _HOLDS.search(text, 0, _HEAD) is not None


def _refuse_unreadable(data: bytes) -> None:
    for start, what in _UNREADABLE:
        if data.startswith(start):
            raise UnreadableDocument(f"the file is {what}", stage="extract")


def _kind_of_zip(data: bytes) -> Kind:
    names = {name.lstrip("/").lower() for name in open_checked(data).namelist()}
    if "ofd.xml" in names:
        return Kind.OFD
    if "[content_types].xml" in names:
        for folder, kind in (("word/", Kind.DOCX), ("xl/", Kind.XLSX)):
            if any(name.startswith(folder) for name in names):
                return kind
        raise UnreadableDocument("an Office file that is neither text nor table; save it as PDF", stage="extract")
    return Kind.ZIP


def _kind_of_ole(data: bytes) -> Kind:
    if _ENCRYPTED in data:
        raise UnreadableDocument("the file is encrypted; save it without a password", stage="extract")
    if _WORD in data:
        return Kind.DOC
    if _SLIDES in data:
        raise UnreadableDocument("the file is an old PowerPoint file; save it as PDF", stage="extract")
    if _WORKBOOK in data or "Book".encode("utf-16-le") in data:
        raise UnreadableDocument("the file is an old Excel file (.xls); save it as .xlsx", stage="extract")
    raise UnreadableDocument("an Office file of an unknown kind; save it as .docx or PDF", stage="extract")
