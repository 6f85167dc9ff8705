"""The name of the file in which a page is kept: readable, the same each time, harmless on every file system. Pure."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes, urlsplit

_LONGEST = 60  # characters of a part: at most 180 bytes of UTF-8, and 255 are allowed
_ODD = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def file_of(url: str, suffix: str, *, distinct: bool = False, flat: bool = False) -> PurePosixPath:
    """The path of a URL's file inside the corpus folder; ``suffix`` says what it is.

    A digest of the URL ends the name when the path alone does not tell it apart: a query, a name that had to be changed,
    another file of the same name (``distinct``), or no folder because a file has the name of one (``flat``).

    >>> str(file_of("http://www.qz.gov.cn/art/2020/5/5/art_1.html", ".html"))
    'www.qz.gov.cn/art/2020/5/5/art_1.html'
    """
    parts = urlsplit(url)
    names = [_decoded(name) for name in parts.path.split("/") if name]
    last = names.pop() if names and not parts.path.endswith("/") else "index"
    stem = last[: -len(PurePosixPath(last).suffix)] if PurePosixPath(last).suffix else last
    kept = [_harmless(name) for name in [*names, stem]]
    changed = kept != [*names, stem] or PurePosixPath(last).suffix.lower() not in ("", suffix)
    kept = kept[-1:] if flat else kept
    if parts.query or changed or distinct or flat:
        kept[-1] = f"{kept[-1]}~{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    return PurePosixPath(_harmless(parts.netloc.replace(":", "_")), *kept[:-1], kept[-1] + suffix)


def _decoded(name: str) -> str:
    data = unquote_to_bytes(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _harmless(name: str) -> str:
    """One part of a path: nothing hidden, reserved, overlong or leading elsewhere."""
    clean = _ODD.sub("_", name)[:_LONGEST].strip(". ")
    return f"_{clean}" if not clean or _RESERVED.fullmatch(clean) else clean
