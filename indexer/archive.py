"""ZIP archives, and the office formats that are ZIP archives: what they may hold at most, and their members.

Nothing is ever written to disk, so a member named ``../../etc/passwd`` is a name and no place. Sizes are those the archive
states, and Python's zipfile never yields more than stated, so the check holds for archives that lie.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from gongwen.errors import UnreadableDocument

MOST_ENTRIES = 5_000
"""Members of one archive; a workbook of 200 sheets has some 500."""

MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all members together, unpacked."""

MOST_RATIO = 200
"""Unpacked to packed size: XML of office files packs 5 to 30 times, a long run of equal cells 100; a bomb 1,000."""

_SMALL = 16 * 1024 * 1024  # below this, whatever the ratio, a member costs little
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name with ``/``, and its bytes or why they cannot be had."""

    name: str
    data: bytes = b""
    fault: str | None = None


def open_checked(data: bytes) -> zipfile.ZipFile:
    """The archive, when its directory keeps the limits above; nothing is unpacked yet.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a broken, encrypted or oversized one.
    """
    try:
        # Names without the flag for UTF-8 were written by Chinese systems in their own encoding.
        archive = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="gb18030")
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise _refused(f"the archive is broken: {error}") from error
    except UnicodeDecodeError:
        archive = zipfile.ZipFile(io.BytesIO(data))
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise _refused(f"the archive has {len(infos)} members, more than {MOST_ENTRIES}")
    size = sum(info.file_size for info in infos)
    if size > MOST_BYTES:
        raise _refused(f"the archive unpacks to {size} bytes, more than {MOST_BYTES}")
    if size > _SMALL and size > MOST_RATIO * len(data):
        raise _refused(f"the archive unpacks to {size // max(1, len(data))} times its size, more than {MOST_RATIO}")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise _refused("the archive is encrypted; put the files in it without a password")
    return archive


def members(data: bytes) -> Iterator[Member]:
    """The files of an archive in the order of their names; a link or an unreadable one comes with its fault.

    Folders, hidden files and the resource forks of macOS are left out. Raises as :func:`open_checked` does.
    """
    archive = open_checked(data)
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        name = info.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if info.is_dir() or any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            yield Member(name, fault="a link, which is not followed")
            continue
        try:
            yield Member(name, archive.read(info))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            yield Member(name, fault=f"cannot be unpacked: {error}")


def _refused(reason: str) -> UnreadableDocument:
    return UnreadableDocument(reason, stage="extract")
