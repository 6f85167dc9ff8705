"""Pages of a web archive, WARC (ISO 28500), as crawlers keep them; read by the library FastWARC, nothing is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, WarcReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from gongwen.errors import UnreadableDocument
from indexer.archive import MOST_BYTES, MOST_ENTRIES

_OK = 200
_SUFFIXES = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
_NO_DOCUMENTS = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript", "application/json")  # fmt: skip
_BROKEN = (OSError, ValueError, EOFError)
_GZIP = (GzipReader, re.compile(rb"\x1f\x8b"))
# What a body may be packed by, and how one begins that truly is. Crawlers keep bodies unpacked under the headers that
# were sent with the packed ones. Another coding is none that a browser undoes.
_CODINGS: dict[str, tuple[Callable[[io.BytesIO], WarcReader], re.Pattern[bytes]]] = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "deflate": (partial(GzipReader, zlib=True), re.compile(rb"x[\x01\x5e\x9c\xda]")),
    # It has no mark; but what is neither a ZIP, an OLE file, a PDF nor UTF-16 has no control characters.
    "br": (BrotliReader, re.compile(rb"(?!PK|\xd0\xcf|%|\xff\xfe|\xfe\xff).{0,200}?[\x00-\x08\x0e-\x1a]", re.DOTALL)),
    "zstd": (ZstdReader, re.compile(rb"\x28\xb5\x2f\xfd")),
    "chunked": (ChunkedReader, re.compile(rb"[0-9A-Fa-f]+[ \t]*(?:;[^\r\n]{0,200})?\r\n")),
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of a web server: the address, a name with a suffix that fits, and the bytes of the body; or, with
    ``fault``, why they cannot be had, or where the archive is broken and why nothing follows."""

    url: str
    name: str = ""
    data: bytes = b""
    fault: str | None = None


def fetched(data: bytes) -> Iterator[Fetched]:
    """The answers in an archive (plain or gzipped) that may be documents: status 200, no picture, style or script. One that
    is broken comes with its fault, and the others after it.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a broken archive, and for one that is larger
    unpacked than other archives may be.
    """
    count = size = 0
    url = ""
    try:
        for record in ArchiveIterator(io.BytesIO(data), record_types=WarcRecordType.response, parse_http=False):
            url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
            found = _answer(record, url, MOST_BYTES - size + 1)
            if found is None:
                continue
            count += 1
            size += len(found.data)
            if count > MOST_ENTRIES or size > MOST_BYTES:
                raise UnreadableDocument(
                    f"the web archive holds more than {MOST_ENTRIES} pages or {MOST_BYTES} bytes; split it",
                    stage="extract",
                )
            yield found
    except _BROKEN as error:
        if not count:
            raise UnreadableDocument(f"the web archive is broken: {error}", stage="extract") from error
        yield Fetched(url, fault=f"the web archive is broken behind this page: {error}")


def _answer(record: WarcRecord, url: str, most: int) -> Fetched | None:
    """What a record holds, at most so many bytes; None for what is no page. Raises what the library does where the archive
    itself cannot be read on."""
    try:
        record.parse_http()
    except _BROKEN as error:
        return Fetched(url, fault=f"the head of the answer is broken: {error}")
    headers: Any = record.http_headers  # None in a record that was cut off, whatever its type says
    kind = (record.http_content_type or "").lower()
    if headers is None or headers.status_code != _OK or kind.startswith(_NO_DOCUMENTS) or not url:
        return None
    body = record.reader.read(most)
    # The body was packed first, and what was packed cut into chunks.
    codings = (*headers.get_multiple("Content-Encoding"), *headers.get_multiple("Transfer-Encoding"))
    for coding in reversed([name.strip().lower() for line in codings for name in line.split(",")]):
        if coding not in _CODINGS:
            continue
        reader, beginning = _CODINGS[coding]
        try:
            body = reader(io.BytesIO(body)).read(most)
        except _BROKEN:
            if beginning.match(body):
                return Fetched(url, fault=f"the answer is broken: it cannot be unpacked ({coding})")
    return Fetched(url, _name(url, kind), body)


def _name(url: str, kind: str) -> str:
    """The last part of an address, with the suffix that its media type says: ``art_1024.html``."""
    path = PurePosixPath(unquote(urlsplit(url).path))
    return f"{path.stem or 'index'}{_SUFFIXES.get(kind) or path.suffix.lower()}"
