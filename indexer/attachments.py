"""Which files of a folder belong to which page: those it links to or shows in itself, relative to itself.

Such a file is no document of its own. A page that links to many files is a list of documents, not a document; so is one
that links to several under titles of documents.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

MOST_LINKED = 20
"""Files of one document; a page that links to more is a list."""

PAGES = frozenset({".html", ".htm"})
FILES = frozenset({".pdf", ".docx", ".doc", ".wps", ".ofd", ".xlsx", ".csv", ".zip"})

_ENDINGS = tuple(FILES)
_LONGEST_PAGE = 4 * 1024 * 1024  # bytes of a page in which links are looked for
# A file is linked to, or shown in the page.
_HREF = re.compile(
    rb"""<(?:a\s[^>]{0,500}?href|(?:iframe|frame|embed)\s[^>]{0,500}?\bsrc|object\s[^>]{0,500}?\bdata)\s*=\s*(?:"([^">]{1,1000})|'([^'>]{1,1000})|([^\s"'>]{1,1000}))""",
    re.IGNORECASE,
)


_ELEMENT = re.compile(
    rb"""<a\s[^>]{0,500}?href\s*=\s*["']?([^"'>\s]{1,1000})[^>]{0,500}>.{0,600}?</a""", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile("关于[^<>]{2,80}的(?:通知|通告|公告|通报|意见|决定|批复|函|报告|请示|决议|令)")


def is_file(href: str) -> bool:
    """True for a link to a file that is no page: ``./P020160405.pdf``, ``附件1.xlsx?v=2``."""
    try:
        return Path(urlsplit(href).path).suffix.lower() in FILES
    except ValueError:  # [ in a host's place
        return False


def targets_of(page: str) -> tuple[str, ...]:
    """The places that the page at a place may link to, each once, in its order: relative to itself, on disk or not, links
    in them followed. Addresses of other hosts are none. Raises OSError when it cannot be read.
    """
    with open(page, "rb") as file:  # noqa: PTH123 - a Path for each of a million pages takes seconds
        data = file.read(_LONGEST_PAGE)
    folder, listed = page.rpartition("/")[0], documents_listed(data)
    hrefs = [match[match.lastindex or 0].strip() for match in _HREF.finditer(data)]
    found = (target for href in hrefs if href not in listed for target in _targets(href, folder))
    return tuple(dict.fromkeys(found))


def documents_listed(page: bytes) -> frozenset[bytes]:
    """The links to files, as they are written in a page, that are titles of documents, when there are several: what they lead
    to are documents of their own. ``<a href="1.pdf">关于做好防汛工作的通知</a> <a href="2.pdf">关于做好抗旱工作的通知</a>`` has both.
    """
    found: dict[bytes, str] = {}
    for match in _ELEMENT.finditer(page):
        if is_file(match[1].decode("latin-1")) and (title := _TITLE.search(_decoded(match[0]))):
            found[match[1]] = title[0]
    return frozenset(found) if len(set(found.values())) > 1 else frozenset()


def _decoded(markup: bytes) -> str:
    try:
        return markup.decode("utf-8")
    except UnicodeDecodeError:
        return markup.decode("gb18030", "replace")


def linked(targets: Iterable[str], files: Collection[str]) -> tuple[str, ...]:
    """Those of ``files`` (places) to which a page links; nothing when it links to more than MOST_LINKED."""
    found = tuple(target for target in targets if target in files)
    return found if len(found) <= MOST_LINKED else ()


def named(paths: str, root: str, files: Collection[str]) -> tuple[str, ...]:
    """Those of ``files`` that the manifest's column ``attachments`` gives a page: paths in the folder, ``|`` between them.

    A crawler writes it, for the links of a site often begin at its root. Nothing for more than MOST_LINKED.
    """
    found = tuple(path for name in paths.split("|") if name and (path := os.path.realpath(f"{root}/{name}")) in files)
    return found if len(found) <= MOST_LINKED else ()


def _targets(href: bytes, folder: str) -> Iterable[str]:
    """Where a relative link may lead: names are written in UTF-8 or in the page's own Chinese encoding, as they are or escaped."""
    for encoding in ("utf-8", "gb18030"):
        try:
            parts = urlsplit(unescape(href.decode(encoding)))
            if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
                return
            name = unquote(parts.path, encoding, "strict").replace("\\", "/")
            if name.lower().endswith(_ENDINGS):
                yield os.path.realpath(f"{folder}/{name}")
        except (ValueError, OSError):  # not of this encoding; [ in a host's place; a name that no system takes
            continue
