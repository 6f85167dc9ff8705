"""One file to its records: read, extract, understand, cut into words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.schema import SCHEMA_VERSION
from gongwen import dates, document, lexicon
from gongwen.errors import SettingsError, UnreadableDocument
from gongwen.types import Fragment
from gongwen.words import Segmenter
from indexer import scanned
from indexer.privacy import masked
from indexer.records import record, with_attachments
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile, fingerprint

if TYPE_CHECKING:
    from indexer.extract import Part

DOMAIN_WORDS = "domain_words.txt"


@dataclass(frozen=True, slots=True)
class FileRecords:
    """The records of one file, and the fragments of it that are no document."""

    records: tuple[dict[str, Any], ...]
    fragments: tuple[Fragment, ...]


class Pipeline:
    """Turns files into records; build it once, it holds the segmenter and the day for which validity is stored.

    ``version`` changes with everything that would make the same file give other records.
    """

    def __init__(self, settings: IndexerSettings, today: date | None = None) -> None:
        self.today = today or datetime.now(dates.CHINA).date()
        self.settings = settings
        self._words = read_domain_words(settings.synonyms_dir)
        # What is read differently when it changes belongs to the version: also the masking, and who reads scanned pages.
        how = f"{settings.mask_personal:d}{settings.ocr_command or ''}"
        self.version = f"{SCHEMA_VERSION}.{reading_version()}.{lexicon.digest(self._words)}.{how}"

    @cached_property
    def _segmenter(self) -> Segmenter:
        return lexicon.segmenter(self._words)

    def fingerprint(self, file: SourceFile) -> tuple[bytes, str]:
        """The file's bytes and what sync compares.

        Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``read``) when the file cannot be read or is too large.
        """
        data = self._read(file.path)
        about = "\n".join(f"{key}={value}" for key, value in sorted(file.about.items()))
        seen = hashlib.sha256(data + about.encode())
        for path in file.attached:
            try:
                belonging = self._read(path)
            except UnreadableDocument as error:
                belonging = str(error).encode()
            seen.update(path.name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(belonging).digest())
        return data, fingerprint(seen.digest(), self.version)

    def _read(self, path: Path) -> bytes:
        try:
            size = path.stat().st_size
            if size > self.settings.max_file_bytes:
                most = self.settings.max_file_bytes
                raise UnreadableDocument(
                    f"the file has {size} bytes, more than the {most} allowed by WENHAO_MAX_FILE_BYTES", stage="read"
                )
            return path.read_bytes()
        except OSError as error:
            raise UnreadableDocument(f"the file cannot be read: {error.strerror or error}", stage="read") from error

    def records(self, file: SourceFile, data: bytes, source_hash: str) -> FileRecords:
        """The records of a file. ``source_hash`` gets the number of records behind a colon, so that a half-written
        file is seen as changed.

        Raises :class:`~gongwen.errors.UnreadableDocument` with the stage that failed.
        """
        # Not above: the process that runs those that read would take 66 MB for libraries it never uses.
        from indexer import extract

        attached, faults = self._attached(file)
        ocr = self._ocr if self.settings.ocr_command else None
        found = extract.read(data, file.path.name, attached, ocr)
        stamp = f"{source_hash}:{len(found.parts)}"
        records = tuple(self._record(part, file, number, stamp) for number, part in enumerate(found.parts))
        return FileRecords(records, (*found.fragments, *faults))

    def _record(self, part: Part, file: SourceFile, number: int, stamp: str) -> dict[str, Any]:
        whole, places = with_attachments(document.read(part.page), part.attachments)
        whole, counts = masked(whole) if self.settings.mask_personal else (whole, {})
        return record(
            whole, file, number, stamp, self._segmenter, today=self.today, attachments=places, personal=counts
        )

    def _attached(self, file: SourceFile) -> tuple[list[tuple[str, bytes]], list[Fragment]]:
        found, faults = [], []
        for path in file.attached:
            try:
                found.append((path.name, self._read(path)))
            except UnreadableDocument as error:
                faults.append(Fragment(path.name, str(error)))
        return found, faults

    def _ocr(self, data: bytes) -> str:
        return scanned.read(data, self.settings.ocr_command or "", 4 * self.settings.read_seconds)


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
