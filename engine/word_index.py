"""The word index 词索引: the documents that say most of some words, best first, in milliseconds.

Meilisearch finds the documents that hold a word, but cannot sum what several words weigh (BM25). This index can, and nothing
else: no filter, no facet, no text. It is derived from the documents' index by :mod:`indexer.word_indexing`, and lies in a
folder of its own (:attr:`~engine.settings.EngineSettings.words`) that the processes of one machine share.

A million documents (3.5 GB of text) are 352 MB here, written in two minutes; the 400 nearest to a question take 9 ms, of
60,000 articles .3 ms. Among the first 100 found stood .99 of the right answers to citizens' questions, and of those
to lay questions on articles of law .70, where united queries of the engine held .98 and .54 (docs/measurements.md).
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy

from engine.schema import JOINER, Field
from gongwen.errors import EngineError

_log = logging.getLogger("wenhao.engine")
_FORM = 1  # of the index; one of another form is not read
_CURRENT = "current.json"
_HEAP = 64_000_000  # bytes in which words are gathered before they are written; three times as many were no faster
_WORD = re.compile(r"\w")
FIELDS = (Field.ID, Field.TITLE, Field.TEXT, Field.COPY_OF)
"""What :meth:`WordIndexWriter.put` reads of a record."""


@dataclass(frozen=True, slots=True)
class _Current:
    """Which folder is in use, and of which version of the documents' index it is; "" while it is being changed."""

    name: str = ""
    version: str = ""
    form: int = _FORM

    @classmethod
    def read(cls, folder: Path) -> _Current:
        try:
            found = cls(**json.loads((folder / _CURRENT).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()
        return found if found.form == _FORM else cls()

    def write(self, folder: Path) -> None:
        new = folder / f"{_CURRENT}.new"
        new.write_text(json.dumps({"name": self.name, "version": self.version, "form": self.form}), "utf-8")
        new.replace(folder / _CURRENT)


class WordIndexWriter:
    """Writes the word index, in the one process that writes the documents' index.

    ``begin``, ``remove`` and ``put``, then ``finish``. Killed in between, the index belongs to no version and is made anew
    the next time; readers have the old one until then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._writer: Any = None

    def is_of(self, version: str) -> bool:
        """True when it holds the documents of that version of their index (:meth:`engine.protocol.Writer.version`)."""
        current = _Current.read(self._folder)
        return bool(version) and current.version == version and (self._folder / current.name).is_dir()

    def begin(self, *, anew: bool) -> None:
        """Begin a change of the index that is there, or an empty one beside it. Raises :class:`EngineError`."""
        current = _Current.read(self._folder)
        try:
            if anew:
                self._name = str(int(current.name or "0") + 1)
                shutil.rmtree(self._folder / self._name, ignore_errors=True)
                (self._folder / self._name).mkdir(parents=True)
                index = tantivy.Index(_schema(), path=str(self._folder / self._name))
            else:
                self._name = current.name
                _Current(self._name).write(self._folder)
                index = tantivy.Index.open(str(self._folder / self._name))
            self._writer = index.writer(_HEAP, 1)
        except (OSError, ValueError) as error:
            raise self._failed(error) from error

    def remove(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are no error."""
        for document_id in ids:
            self._writer.delete_documents_by_term("id", document_id)

    def put(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add documents that are not there; a copy is not added, for the document that it is a copy of stands for it."""
        for record in records:
            if not record.get(Field.COPY_OF):
                words = " ".join(_words(record))
                self._writer.add_document(tantivy.Document(id=record[Field.ID], words=words))

    def finish(self, version: str) -> None:
        """End the change: what was written is found from now on, and is of that version. Raises :class:`EngineError`."""
        try:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
            _Current(self._name, version).write(self._folder)
        except (OSError, ValueError) as error:
            raise self._failed(error) from error
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != self._name:
                shutil.rmtree(other, ignore_errors=True)

    def _failed(self, error: Exception) -> EngineError:
        return EngineError(
            f"the word index in {self._folder} cannot be written: {error}; make room there, then run `wenhao sync`. The documents are stored and found without it"
        )


class WordIndexReader:
    """Finds in the word index as it is at each question; safe for concurrent calls."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._opened: _Opened | None = None

    async def nearest(self, words: Sequence[str], most: int) -> tuple[str, ...]:
        """Return the ids of at most ``most`` documents, those that say most of the words first; () without an index.

        >>> await reader.nearest(("公租房", "申请", "条件"), 2)  # doctest: +SKIP
        ('0c1f5be2a7d34f6b9d10', '5e0f3f4f2a1b4c8d9e77')
        """
        return await asyncio.to_thread(self._nearest, tuple(word.casefold() for word in words), most)

    def documents(self) -> int:
        """Return the number of documents in it; 0 without an index."""
        index = self._current()
        return 0 if index is None else index.documents

    def _nearest(self, words: tuple[str, ...], most: int) -> tuple[str, ...]:
        index = self._current()
        try:
            return () if index is None else index.nearest(words, most)
        except (OSError, ValueError) as error:  # files that broke after they were opened
            _log.warning("the word index in %s cannot be searched, searches go on without it: %s", self._folder, error)
            return ()

    def _current(self) -> _Opened | None:
        """The index in use, opened again when it was changed."""
        try:
            told = (self._folder / _CURRENT).stat()
        except OSError:
            return None
        with self._lock:
            if self._stamp != (told.st_ino, told.st_mtime_ns):
                self._opened = self._open()
                self._stamp = (told.st_ino, told.st_mtime_ns)
            return self._opened

    def _open(self) -> _Opened | None:
        name = _Current.read(self._folder).name
        try:
            return _Opened(self._folder / name) if name else None
        except (OSError, ValueError) as error:
            _log.warning("the word index in %s cannot be read, searches go on without it: %s", self._folder, error)
            return None


class _Opened:
    """The word index as it was when it was opened, whatever becomes of its files."""

    def __init__(self, folder: Path) -> None:
        index = tantivy.Index.open(str(folder))
        index.config_reader("Manual")
        self._schema = index.schema
        self._searcher = index.searcher()
        self.documents = int(self._searcher.num_docs)
        # A search asks twice: for the documents, and for what is counted of them.
        self.nearest = lru_cache(maxsize=256)(self._nearest)

    def _nearest(self, words: tuple[str, ...], most: int) -> tuple[str, ...]:
        terms = [tantivy.Query.term_query(self._schema, "words", word, "freq") for word in dict.fromkeys(words)]
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        found = self._searcher.search(asked, most, count=False).hits
        return tuple(self._searcher.doc(address)["id"][0] for _, address in found)


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _words(record: Mapping[str, Any]) -> list[str]:
    """The words of a record's title and text."""
    text = f"{record.get(Field.TITLE) or ''}{JOINER}{record.get(Field.TEXT) or ''}".casefold()
    return [piece for piece in text.split(JOINER) if piece.isalnum() or _WORD.search(piece)]
