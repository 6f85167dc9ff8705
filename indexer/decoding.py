"""Bytes of a file to text: UTF-8, GBK, GB18030, Big5, UTF-16, whatever the file says of itself."""

from __future__ import annotations

import codecs
import re
from functools import cache
from itertools import islice

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from gongwen.errors import UnreadableDocument

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_CHINESE = {"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "hz-gb-2312"}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_MOST_CHINESE = 0.7  # of the characters beyond ASCII; of real text 0.95 and more, of GBK read as EUC-KR 0.4
_MOST_NULS = 0.001
_MOST_BROKEN = 0.01  # above one character in a hundred the text is not what its author wrote


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of a file, line ends as ``\\n``.

    A byte-order mark decides; else UTF-8 when it is valid; else the encoding an HTML page declares, GB2312 and GBK
    read as their superset GB18030; else detection. ``declared`` is what is said of the file elsewhere, and counts when it
    says nothing itself. Of declared encodings those of the web count, and none when its text is not Chinese and another's
    is. A few broken bytes become U+FFFD, a few NULs are dropped.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``decode``) for an empty or binary file, and for a text
    of which more than 1 % cannot be decoded.
    """
    if not data.strip():
        raise UnreadableDocument("the file is empty", stage="decode")
    text = _decode(data, declared)
    if nuls := text.count("\0"):
        if nuls > max(2, _MOST_NULS * len(text)):
            raise UnreadableDocument("the file is binary (it holds NUL bytes), not text", stage="decode")
        text = text.replace("\0", "")
    broken = _broken(text)
    if broken > _most_broken(text):
        raise UnreadableDocument(
            f"{broken} of {len(text)} characters cannot be decoded; save the file as UTF-8 or GB18030", stage="decode"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    said = _DECLARED.search(data[:4096])
    names = [said[1].decode("ascii") if said else declared, detect_encoding(data[:200_000])]
    texts = [data.decode(known, "replace") for name in names if (known := _known(name))]
    best = min(texts, key=_broken, default=None)
    if best is None or not _is_chinese(best):
        # Latin-1 and its like read any bytes without a fault, so that a lie shows in what is read alone.
        others = [data.decode(encoding, "replace") for encoding in ("gb18030", "utf-8")]
        texts = [text for text in (*texts, *others) if _is_chinese(text) and _broken(text) <= _most_broken(text)]
        best = min(texts, key=_broken, default=best)
    return data.decode("gb18030", "replace") if best is None else best


def _known(name: str | None) -> str | None:
    """Python's name of an encoding of the web (https://encoding.spec.whatwg.org/#names-and-labels), else None.

    Python itself knows others, such as ``idna`` and ``unicode_escape``, which are none of a text. UTF-16 would not have
    let its own name be read.
    """
    if name is None:
        return None
    encoding = map_encoding_to_html5(name.lower(), fallback_utf8=False)
    if name.lower() in _CHINESE or encoding == "gbk":
        return "gb18030"
    return None if encoding is None or encoding.startswith("utf-16") else encoding


def _broken(text: str) -> int:
    return text.count("\ufffd")


def _most_broken(text: str) -> float:
    return max(2, _MOST_BROKEN * len(text))


def _is_chinese(text: str) -> bool:
    """Whether most of what is not ASCII are common Chinese characters; another encoding's bytes give rare or other ones."""
    sample = [found[0] for found in islice(_BEYOND_ASCII.finditer(text), 1000)]
    return sum(one in _common() for one in sample) > _MOST_CHINESE * len(sample)


@cache
def _common() -> frozenset[str]:
    """The characters of the first levels of GB/T 2312 and Big5, and their punctuation."""
    found: set[str] = set()
    for encoding, leads in (("gb2312", (*range(0xA1, 0xA4), *range(0xB0, 0xD8))), ("big5", range(0xA1, 0xC7))):
        for lead in leads:
            found.update(bytes([lead, trail]).decode(encoding, "ignore") for trail in range(0x40, 0xFF))
    return frozenset(one for one in found if len(one) == 1 and one > "\xff")
