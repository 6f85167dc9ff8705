"""Which files of a folder belong to which page: those it links to, relative to itself.

Such a file is no document of its own. A page that links to many files is a list of documents, not a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

MOST_LINKED = 20
"""Files of one document; a page that links to more is a list."""

PAGES = frozenset({".html", ".htm"})
FILES = frozenset({".pdf", ".docx", ".doc", ".wps", ".ofd", ".xlsx", ".csv", ".zip"})

_HREF = re.compile(rb"""<a\s[^>]{0,500}?href\s*=\s*["']?\s*([^"'>]{1,1000})""", re.IGNORECASE)


def is_file(href: str) -> bool:
    """True for a link to a file that is no page: ``./P020160405.pdf``, ``附件1.xlsx?v=2``."""
    try:
        return Path(urlsplit(href).path).suffix.lower() in FILES
    except ValueError:  # [ in a host's place
        return False


def linked(data: bytes, page: Path, files: Mapping[Path, object]) -> tuple[Path, ...]:
    """Those of ``files`` (resolved paths) to which a page links relative to itself, in its order, each once.

    Nothing when it links to more than MOST_LINKED. Addresses of other hosts and links out of the folder lead to none.
    """
    found: dict[Path, None] = {}
    for match in _HREF.finditer(data):
        for target in _targets(match[1].strip(), page):
            if target in files:
                found[target] = None
    return tuple(found) if len(found) <= MOST_LINKED else ()


def named(paths: str, root: Path, files: Mapping[Path, object]) -> tuple[Path, ...]:
    """Those of ``files`` that the manifest's column ``attachments`` gives a page: paths in the folder, ``|`` between them.

    A crawler writes it, for the links of a site often begin at its root. Nothing for more than MOST_LINKED.
    """
    found = tuple(path for name in paths.split("|") if name and (path := (root / name).resolve()) in files)
    return found if len(found) <= MOST_LINKED else ()


def _targets(href: bytes, page: Path) -> Iterable[Path]:
    """Where a relative link may lead: names are written in UTF-8 or in the page's own Chinese encoding, as they are or escaped."""
    for encoding in ("utf-8", "gb18030"):
        try:
            parts = urlsplit(unescape(href.decode(encoding)))
            if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
                return
            target = page.parent / unquote(parts.path, encoding, "strict").replace("\\", "/")
            if target.suffix.lower() in FILES:
                yield target.resolve()
        except (ValueError, OSError):  # not of this encoding; [ in a host's place; a name that no system takes
            continue
