"""Documents of a set: rows of a file, or the files of a folder as they are; and judged questions about them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gongwen import document
from gongwen.errors import InputError, UnreadableDocument
from indexer.extract import extract
from indexer.sources import discover


@dataclass(frozen=True, slots=True)
class Text:
    """One document as plain rankers see it. ``id`` is the name that right answers are given by."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the documents that answer it; ``kind`` groups questions inside a set."""

    qid: str
    text: str
    gold: frozenset[str]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents are: a file of rows ``{id, title?, text}``, or a folder of pages.

    A row is named by its id; the n-th document of a page file by ``path#n``, n from 1.
    """

    path: Path

    @property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    @property
    def collection(self) -> str:
        """The name it is indexed under."""
        return self.path.name if self.is_folder else f"{self.path.parent.name}-{self.path.name.partition('.')[0]}"

    def texts(self) -> Iterator[Text]:
        """Every document as plain text; of a folder, what the project's own extraction gives."""
        if self.is_folder:
            yield from _pages(self.path)
            return
        for number, row in rows(self.path):
            yield Text(_id(self.path, number, row), str(row.get("title") or ""), _text(self.path, number, row))

    def digest(self) -> str:
        """Changes with any byte of the documents."""
        found = hashlib.sha256()
        if self.is_folder:
            for file in discover(self.path, self.collection).files:
                found.update(file.source.encode() + b"\0" + hashlib.sha256(file.read()).digest())
        else:
            found.update(self.path.read_bytes())
        return found.hexdigest()


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a JSONL file, plain or .gz, with their line numbers from 1; empty lines are passed over.

    Raises :class:`~gongwen.errors.InputError` naming file and line of what is no JSON object.
    """
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path}:{number}: no JSON: {error}") from error
            if not isinstance(row, dict):
                raise InputError(f"{path}:{number}: expected an object, found {type(row).__name__}")
            yield number, row


def questions(path: Path) -> list[Question]:
    """Questions ``{qid, query, gold: [id]}`` of a JSONL file, in its order.

    Raises :class:`~gongwen.errors.InputError` naming file and line: a field is missing or empty, a qid occurs twice.
    """
    found: dict[str, Question] = {}
    for number, row in rows(path):
        missing = [name for name in ("qid", "query", "gold") if row.get(name) in (None, "", [])]
        if missing:
            raise InputError(f"{path}:{number}: without {', '.join(missing)}")
        if not isinstance(row["gold"], list):
            raise InputError(f"{path}:{number}: gold must be a list of ids")
        qid = str(row["qid"])
        if qid in found:
            raise InputError(f"{path}:{number}: qid {qid} occurs twice")
        found[qid] = Question(qid, str(row["query"]), frozenset(map(str, row["gold"])))
    return list(found.values())


def digest(sources: tuple[Source, ...]) -> str:
    """Twelve digits that change with any document of the sources."""
    return hashlib.sha256("".join(f"{one.collection}\0{one.digest()}\0" for one in sources).encode()).hexdigest()[:12]


@cache
def texts(sources: tuple[Source, ...]) -> tuple[Text, ...]:
    """All documents of the sources, read once.

    Raises :class:`~gongwen.errors.InputError` when two have the same id.
    """
    found: dict[str, Text] = {}
    for source in sources:
        for one in source.texts():
            if one.id in found:
                raise InputError(f"{source.path}: the id {one.id} occurs twice")
            found[one.id] = one
    return tuple(found.values())


def _pages(folder: Path) -> Iterator[Text]:
    for file in discover(folder, folder.name).files:
        try:
            pages, _ = extract(file.read(), file.path.name)
        except UnreadableDocument:
            continue
        for part, page in enumerate(pages, 1):
            read = document.read(page)
            yield Text(f"{file.source.partition('/')[2]}#{part}", read.title, read.text)


def _id(path: Path, number: int, row: dict[str, Any]) -> str:
    if row.get("id") in (None, ""):
        raise InputError(f"{path}:{number}: without id")
    return str(row["id"])


def _text(path: Path, number: int, row: dict[str, Any]) -> str:
    if not isinstance(row.get("text"), str):
        raise InputError(f"{path}:{number}: without text")
    return str(row["text"])
