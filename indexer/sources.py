"""The files of a corpus folder, and what its optional ``manifest.tsv`` says of them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gongwen.errors import InputError, SettingsError, UnreadableDocument
from indexer import attachments
from indexer.decoding import decode
from indexer.kinds import SUFFIXES
from indexer.looks import look
from indexer.page_links import PageLinks

MANIFEST = "manifest.tsv"
_NOT_DOCUMENTS = frozenset({"readme.md", "readme.txt", "license", "license.txt", "license.md", MANIFEST})
_READ, _PAGES, _ATTACHABLE = (tuple(kinds) for kinds in (SUFFIXES, attachments.PAGES, attachments.FILES))


class SourceFile(NamedTuple):
    """One file of a collection. ``location`` is where it is on disk, ``source`` its path inside the folder, with ``/``,
    prefixed by the collection; ``attached`` are the files that belong to it.

    A listing holds one for every file, so what can be told from these five is not kept: a million take 300 MB. (A frozen
    dataclass takes three times as long to make.)
    """

    location: str
    collection: str
    source: str
    about: Mapping[str, str] = MappingProxyType({})
    attached: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        return Path(self.location)

    def read(self) -> bytes:
        return self.path.read_bytes()

    def appearance(self, version: str) -> str:
        """What shows from outside whether the file, or one that belongs to it, has been written (:func:`indexer.looks.look`),
        and ``version``; "" when that cannot be told.
        """
        own, known = look(self.location), self._known(version)
        if not self.attached:
            return own and f"{known} {own}"
        looks = [own, *map(look, self.attached)]
        return " ".join((known, *looks)) if all(looks) else ""

    def is_known_by(self, appearance: str, version: str) -> bool:
        """True for an appearance of this ``version``, of what the manifest says now and of as many files: only a write to
        one of them can have changed it."""
        known, *looks = appearance.split(" ")
        return known == self._known(version) and len(looks) == 1 + len(self.attached)

    def _known(self, version: str) -> str:
        return _about(version, *sorted(self.about.items())) if self.about else _about(version)


@lru_cache(1024)
def _about(*known: str | tuple[str, str]) -> str:
    return hashlib.blake2b(repr(known).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Listing:
    """The readable files of a folder in stable order, and those left out, with reasons. What belongs to a file as its
    attachment is not listed for itself.

    ``unread`` are the folders in it that could not be listed (paths as of files): what they hold is not known to be gone.
    ``touched`` are the places on disk (files, or folders with all in them) where something was written since the last sync,
    from who saw it; None when nobody did, and every file has to be looked at. ``linked``: some files are links to others.
    """

    collection: str
    files: tuple[SourceFile, ...]
    skipped: tuple[tuple[str, str], ...]
    unread: tuple[str, ...] = ()
    touched: frozenset[str] | None = None
    linked: bool = False
    _below: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def covers(self, source: str) -> bool:
        """False for the path of a file in a folder that could not be listed."""
        return not any(source.startswith(f"{folder}/") for folder in self.unread)

    def having_seen(self, touched: Iterable[str]) -> Listing:
        """The listing for one who saw every write since the last sync: ``touched`` are the places, as the system names
        them. What a link leads to, or a manifest says of others, is written elsewhere: then all are looked at.
        """
        places = frozenset(touched)
        if self.linked or any(Path(place).name == MANIFEST for place in places):
            return self
        return replace(self, touched=places)

    def is_untouched(self, file: SourceFile) -> bool:
        """True when surely neither the file was written nor one that belongs to it."""
        if self.touched is None:
            return False
        if self._is_touched(file.location):
            return False
        return not any(self._is_touched(str(place)) for place in file.attached)

    def parted(self) -> tuple[Sequence[SourceFile], Sequence[SourceFile]]:
        """The files that may have been written, and those that surely were not; all and none where nobody saw the writes."""
        if self.touched is None:
            return self.files, ()
        written: list[SourceFile] = []
        others: list[SourceFile] = []
        for file in self.files:
            (others if self.is_untouched(file) else written).append(file)
        return written, others

    def _is_touched(self, place: str) -> bool:
        """True when it was written, or a folder that it is in; of each folder that is told once, for a million files."""
        if place in (self.touched or ()):
            return True
        folder = place.rpartition("/")[0]
        known = self._below.get(folder)
        if known is None:
            known = self._below[folder] = bool(folder) and self._is_touched(folder)
        return known


def discover(folder: Path, collection: str, links: PageLinks | None = None) -> Listing:
    """The documents' files below a folder (or the one file given), sorted by path. With ``links``, pages are not read again
    to see what belongs to them.

    Hidden files, README and the manifest are no documents. A file of an unknown kind, a folder that cannot be listed, and
    a link that leads out of the folder, is skipped with a reason.

    Raises :class:`~gongwen.errors.InputError` when there is no such folder or it cannot be listed, and
    :class:`~gongwen.errors.SettingsError` when the manifest is wrong.
    """
    root = folder.resolve()
    if not root.exists():
        raise InputError(f"{folder}: there is no such folder; give the folder that holds the documents")
    if root.is_file():
        return Listing(collection, (SourceFile(str(root), collection, f"{collection}/{root.name}"),), ())
    try:
        manifest = read_manifest(root / MANIFEST) if (root / MANIFEST).exists() else {}
    except OSError as error:  # not that there is none: the folder may not be entered
        raise InputError(f"{folder}: the folder cannot be listed: {error.strerror or error}") from error
    files, skipped, unread, linked = [], [], [], False
    for entry, relative in _walk(root):
        if isinstance(entry, OSError):
            skipped.append((relative, f"the folder cannot be listed: {entry.strerror or entry}"))
            unread.append(f"{collection}/{relative}")
        elif not _is_unicode(relative):
            skipped.append((relative.encode("utf-8", "replace").decode(), "its name is no UTF-8; rename the file"))
        elif entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
            skipped.append((relative, "a link that leads out of the folder"))
        elif not entry.name.lower().endswith(_READ):
            skipped.append((relative, f"files of kind {Path(entry.name).suffix or '(none)'} are not read"))
        else:
            linked = linked or entry.is_symlink()
            file = SourceFile(entry.path, collection, f"{collection}/{relative}")
            files.append(file._replace(about=manifest[relative]) if relative in manifest else file)
    listed = tuple(_with_attachments(files, str(root), links))
    if links is not None:
        links.finish(str(root))
    return Listing(collection, listed, tuple(skipped), tuple(unread), linked=linked)


def _with_attachments(files: list[SourceFile], root: str, links: PageLinks | None) -> list[SourceFile]:
    """The files that stand for themselves, each page with the files it links to or the manifest gives it."""
    # Folders that are links are not entered, so a file's place is what it resolves to, unless it is a link itself.
    places = {
        file.location: os.path.realpath(file.location) if Path(file.location).is_symlink() else file.location
        for file in files
        if file.location.lower().endswith(_ATTACHABLE)
    }
    if not places:
        return files
    others = frozenset(places.values())
    targets_of = attachments.targets_of if links is None else links.of
    found: dict[str, tuple[Path, ...]] = {}
    taken: set[str] = set()
    for file in files:
        if not file.location.lower().endswith(_PAGES):
            continue
        try:
            linked = attachments.linked(targets_of(file.location), others)
        except OSError:
            continue  # reported when it is read
        belonging = (*linked, *attachments.named(file.about.get("attachments", ""), root, others))
        if belonging:
            found[file.source] = tuple(map(Path, dict.fromkeys(belonging)))
            taken.update(belonging)
    return [
        file._replace(attached=found.get(file.source, ())) for file in files if places.get(file.location) not in taken
    ]


def _is_unicode(name: str) -> bool:
    return name.isascii() or name.encode("utf-8", "replace").decode() == name


def _walk(root: Path) -> Iterator[tuple[os.DirEntry[str] | OSError, str]]:
    """Every file but hidden ones and those that are no documents, and its path inside the folder; in the order of paths.
    A folder that cannot be listed comes with its error.

    As the system lists them: 100,000 files by os.walk and a Path for each took 1.6 s, so 0.3.

    Raises :class:`~gongwen.errors.InputError` when the folder itself cannot be listed.
    """
    waiting: list[tuple[os.DirEntry[str], str]] = []

    def open_folder(location: str | Path, inside: str) -> None:
        with os.scandir(location) as entries:
            listed = sorted(entries, key=lambda entry: entry.name, reverse=True)
        waiting.extend((entry, inside + entry.name) for entry in listed if not entry.name.startswith("."))

    try:
        open_folder(root, "")
    except OSError as error:
        raise InputError(f"{root}: the folder cannot be listed: {error.strerror or error}") from error
    while waiting:
        entry, relative = waiting.pop()
        if not entry.is_dir(follow_symlinks=False):
            if _is_file(entry) and relative.lower() not in _NOT_DOCUMENTS:
                yield entry, relative
            continue
        try:
            open_folder(entry.path, f"{relative}/")
        except FileNotFoundError:
            continue  # removed while we look
        except OSError as error:
            yield error, relative


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def read_manifest(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a manifest by their ``path`` column, in any encoding that documents may have. Columns: path, title, url,
    origin, licence, note, fetched, attachments; any may be empty but path.

    Raises :class:`~gongwen.errors.SettingsError` naming file and line.
    """
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"{path}: the manifest cannot be read: {error.strerror or error}; mend or remove it"
        ) from error
    except UnreadableDocument as error:
        raise SettingsError(f"{path}:1: the manifest cannot be read: {error}; mend or remove it") from error
    reader = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        return dict(_rows(reader, path))
    except csv.Error as error:
        raise SettingsError(
            f"{path}:{reader.reader.line_num}: the manifest cannot be read: {error}; mend the line"
        ) from error


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if "path" not in (reader.fieldnames or []):
        raise SettingsError(
            f"{path}:1: the manifest needs a header row with a column 'path'; it has {reader.fieldnames}"
        )
    for row in reader:
        if not row["path"]:
            raise SettingsError(f"{path}:{reader.line_num}: the column 'path' is empty; name a file of the folder")
        yield row["path"], {key: value.strip() for key, value in row.items() if key and value and value.strip()}


def fingerprint(data: bytes, version: str) -> str:
    """What sync compares: changes when the file's bytes do, or the version of the reading."""
    return hashlib.sha256(version.encode() + b"\0" + data).hexdigest()[:24]
