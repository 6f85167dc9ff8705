"""Pages of a web archive, WARC (ISO 28500), as crawlers keep them; read by the library FastWARC, nothing is fetched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecordType

from gongwen.errors import UnreadableDocument
from indexer.archive import MOST_BYTES, MOST_ENTRIES

_OK = 200
_SUFFIXES = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
_NO_DOCUMENTS = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript", "application/json")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of a web server: the address, a name with a suffix that fits, and the bytes of the body; or, with
    ``fault``, where the archive is broken and why nothing follows."""

    url: str
    name: str = ""
    data: bytes = b""
    fault: str | None = None


def fetched(data: bytes) -> Iterator[Fetched]:
    """The answers in an archive (plain or gzipped) that may be documents: status 200, no picture, style or script.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a broken archive, and for one that is larger
    unpacked than other archives may be.
    """
    count = size = 0
    url = ""
    try:
        for record in ArchiveIterator(io.BytesIO(data), record_types=WarcRecordType.response, auto_decode="all"):
            headers: Any = record.http_headers  # None in a record that was cut off, whatever its type says
            url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
            kind = (record.http_content_type or "").lower()
            if headers is None or headers.status_code != _OK or kind.startswith(_NO_DOCUMENTS) or not url:
                continue
            count += 1
            body = record.reader.read(MOST_BYTES - size + 1)
            size += len(body)
            if count > MOST_ENTRIES or size > MOST_BYTES:
                raise UnreadableDocument(
                    f"the web archive holds more than {MOST_ENTRIES} pages or {MOST_BYTES} bytes; split it",
                    stage="extract",
                )
            yield Fetched(url, _name(url, kind), body)
    except (OSError, ValueError, EOFError) as error:
        if not count:
            raise UnreadableDocument(f"the web archive is broken: {error}", stage="extract") from error
        yield Fetched(url, fault=f"the web archive is broken behind this page: {error}")


def _name(url: str, kind: str) -> str:
    """The last part of an address, with the suffix that its media type says: ``art_1024.html``."""
    path = PurePosixPath(unquote(urlsplit(url).path))
    return f"{path.stem or 'index'}{_SUFFIXES.get(kind) or path.suffix.lower()}"
