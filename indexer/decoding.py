"""Bytes of a file to text: UTF-8, GBK, GB18030, Big5, UTF-16, whatever the file says of itself."""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

from gongwen.errors import UnreadableDocument

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_CHINESE = {"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "hz-gb-2312"}
_MOST_BROKEN = 0.01  # above one character in a hundred the text is not what its author wrote


def decode(data: bytes) -> str:
    """The text of a file, line ends as ``\\n``.

    A byte-order mark decides; else UTF-8 when it is valid; else the encoding an HTML page declares, GB2312 and GBK
    read as their superset GB18030; else detection. A few broken bytes become U+FFFD.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``decode``) for an empty or binary file, and for a text
    of which more than 1 % cannot be decoded.
    """
    if not data.strip():
        raise UnreadableDocument("the file is empty", stage="decode")
    text = _decode(data)
    if "\0" in text:
        raise UnreadableDocument("the file is binary (it holds NUL bytes), not text", stage="decode")
    broken = text.count("\ufffd")
    if broken > max(2, _MOST_BROKEN * len(text)):
        raise UnreadableDocument(
            f"{broken} of {len(text)} characters cannot be decoded; save the file as UTF-8 or GB18030", stage="decode"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:4096])
    detected = detect_encoding(data[:200_000]) or "gb18030"
    candidates = [declared[1].decode("ascii").lower()] if declared else []
    texts = [_decode_as(data, name) for name in [*candidates, detected]]
    return min(
        (text for text in texts if text is not None),
        key=lambda text: text.count("\ufffd"),
        default=data.decode("gb18030", "replace"),
    )


def _decode_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode("gb18030" if encoding.lower() in _CHINESE else encoding, "replace")
    except LookupError:
        return None
