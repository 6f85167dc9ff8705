"""The corpus folder: files written whole or not at all, and the manifest that says where they come from."""

from __future__ import annotations

import csv
import errno
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.state import State
from gongwen.errors import FolderNotWritten
from indexer.sources import MANIFEST, read_manifest

FOLDER = ".crawl"
NO_PLACE = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP)
_OURS = ("url", "fetched", "attachments", "gone")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raises :class:`~gongwen.errors.FolderNotWritten` where the block fails for the disk or the system's rights.

    What a site does raises neither of the two errors: it is refused or failed.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise FolderNotWritten(
            f"{folder}: cannot be written: {reason}; make room or give the right to write, then run the same command again:"
            " it goes on from here"
        ) from error


def write(folder: Path, name: str, data: bytes) -> None:
    """Writes a file below the folder by way of ``.crawl/part``, so that no half file has a name.

    Raises ``OSError``; one of :data:`NO_PLACE` when nothing can stand at this path, because a file has the name of one of its
    folders, a folder has its own, it is overlong, or a part of it is a link that leads out of the folder.
    """
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise OSError(errno.ELOOP, f"{name} leads out of {folder}")
    part = folder / FOLDER / "part"
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def write_manifest(folder: Path, state: State) -> None:
    """Writes ``manifest.tsv`` anew: rows of files that are not the crawl's, and other columns, stay as they are."""
    path = folder / MANIFEST
    table = read_manifest(path) if path.exists() else {}
    # A row with a time of fetching is the crawl's own; without its file it would be a fault of the manifest.
    table = {name: row for name, row in table.items() if not row.get("fetched") or (folder / name).exists()}
    for file, url, fetched, gone, attached in state.files():
        kept = {name: value for name, value in table.get(file, {}).items() if name not in _OURS}
        table[file] = {**kept, "path": file, "url": url, "fetched": fetched, "attachments": attached}
        if gone:
            table[file]["gone"] = "yes"
    columns = dict.fromkeys(["path", "title", "url", "origin", "licence", "note", *_OURS])
    columns.update(dict.fromkeys(name for row in table.values() for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(columns), delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(table[name] for name in table)
    write(folder, MANIFEST, out.getvalue().encode())
