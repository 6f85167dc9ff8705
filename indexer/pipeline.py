"""One file to its records: read, extract, understand, cut into words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.schema import SCHEMA_VERSION
from gongwen import dates, document, lexicon
from gongwen.errors import SettingsError, UnreadableDocument
from gongwen.types import Fragment
from gongwen.words import Segmenter
from indexer.extract import extract
from indexer.records import record
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile, fingerprint

DOMAIN_WORDS = "domain_words.txt"


@dataclass(frozen=True, slots=True)
class FileRecords:
    """The records of one file, and the fragments of it that are no document."""

    records: tuple[dict[str, Any], ...]
    fragments: tuple[Fragment, ...]


class Pipeline:
    """Turns files into records; build it once, it holds the segmenter and the day for which validity is stored."""

    def __init__(self, settings: IndexerSettings, today: date | None = None) -> None:
        self.today = today or datetime.now(dates.CHINA).date()
        words = read_domain_words(settings.synonyms_dir)
        self._segmenter: Segmenter = lexicon.segmenter(words)
        self._settings = settings
        self.version = f"{SCHEMA_VERSION}.{reading_version()}.{lexicon.digest(words)}"

    def fingerprint(self, file: SourceFile) -> tuple[bytes, str]:
        """The file's bytes and what sync compares.

        Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``read``) when the file cannot be read or is too large.
        """
        try:
            size = file.path.stat().st_size
            if size > self._settings.max_file_bytes:
                most = self._settings.max_file_bytes
                raise UnreadableDocument(
                    f"the file has {size} bytes, more than the {most} allowed by WENHAO_MAX_FILE_BYTES", stage="read"
                )
            data = file.read()
        except OSError as error:
            raise UnreadableDocument(f"the file cannot be read: {error.strerror or error}", stage="read") from error
        about = "\n".join(f"{key}={value}" for key, value in sorted(file.about.items()))
        return data, fingerprint(data + about.encode(), self.version)

    def records(self, file: SourceFile, data: bytes, source_hash: str) -> FileRecords:
        """The records of a file. ``source_hash`` gets the number of records behind a colon, so that a half-written
        file is seen as changed.

        Raises :class:`~gongwen.errors.UnreadableDocument` with the stage that failed.
        """
        pages, fragments = extract(data, file.path.name)
        stamp = f"{source_hash}:{len(pages)}"
        found = tuple(
            record(document.read(page), file, part, stamp, self._segmenter, today=self.today)
            for part, page in enumerate(pages)
        )
        return FileRecords(found, fragments)


def read_domain_words(folder: Path) -> tuple[str, ...]:
    """The words of ``domain_words.txt``; none when there is no such file."""
    path = folder / DOMAIN_WORDS
    if not path.exists():
        return ()
    try:
        return lexicon.parse_words(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8: {error}") from error


@cache
def reading_version() -> str:
    """Twelve digits that change with any rule or table of the reading, so that no record of older rules stays."""
    found = hashlib.sha256()
    for package in ("gongwen", "indexer"):
        root = Path(str(files(package)))
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.tsv")]):
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]
