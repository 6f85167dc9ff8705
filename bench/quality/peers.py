"""What others would do with the same documents and questions: established rankers over the plain text, as they come.

No peer knows facts, fields of a 公文, synonyms or stop words. Words are jieba's (rjieba, its Rust edition) in its
accurate mode. Its mode for search engines, long words also in parts, makes bm25-words better on notices (MRR@10 .785
instead of .772) and worse on statutes (.283 instead of .328). The order of equal scores is each library's own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import bm25s
import rjieba
import tantivy

from bench.quality import clusters, meili
from bench.quality.asking import Ranker
from bench.quality.documents import Source, Text, texts

_RUN = re.compile(r"\w+")
_KEPT = 6  # built peers kept in memory: enough for two sets over the same documents


def words(text: str) -> list[str]:
    """The jieba words of a text that hold a letter, digit or character.

    >>> words("政务公开,工作。")
    ['政务', '公开', '工作']
    """
    return [word.lower() for word in rjieba.cut(text) if _RUN.search(word)]


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring characters inside each run; a run of one character is itself.

    >>> bigrams("信息公开、法")
    ['信息', '息公', '公开', '法']
    """
    found = []
    for match in _RUN.finditer(text.lower()):
        run = match[0]
        found += [run[start : start + 2] for start in range(len(run) - 1)] or [run]
    return found


class Bm25:
    """bm25s (Lucene's formula, k1 1.5, b 0.75: its defaults) over title and text as one."""

    def __init__(self, name: str, documents: Sequence[Text], cut: Callable[[str], list[str]]) -> None:
        self.name = name
        self._cut = cut
        self._names = [one.id for one in documents]
        self._index = bm25s.BM25()
        self._index.index([cut(f"{one.title}\n{one.text}") for one in documents], show_progress=False)

    def rank(self, question: str, limit: int) -> list[str]:
        """Documents that share at least one term with the question, best first."""
        terms = self._cut(question)
        if not terms:
            return []
        found, scores = self._index.retrieve([terms], k=min(limit, len(self._names)), show_progress=False)
        return [self._names[place] for place, score in zip(found[0], scores[0], strict=True) if score > 0]


class Trigrams:
    """SQLite FTS5 with its trigram tokenizer: any three neighbouring characters of the question, by its bm25()."""

    name = "fts5-trigram"

    def __init__(self, documents: Sequence[Text]) -> None:
        self._names = [one.id for one in documents]
        self._database = sqlite3.connect(":memory:", check_same_thread=False)  # asked by one thread at a time
        self._database.execute("CREATE VIRTUAL TABLE page USING fts5(title, text, tokenize='trigram')")
        self._database.executemany("INSERT INTO page VALUES (?, ?)", ((one.title, one.text) for one in documents))

    def rank(self, question: str, limit: int) -> list[str]:
        """Best first; nothing for a question of fewer than three characters in a run."""
        runs = [match[0] for match in _RUN.finditer(question)]
        grams = dict.fromkeys(run[start : start + 3] for run in runs for start in range(len(run) - 2))
        if not grams:
            return []
        asked = " OR ".join(f'"{gram}"' for gram in grams)
        sql = "SELECT rowid FROM page WHERE page MATCH ? ORDER BY rank LIMIT ?"
        return [self._names[row - 1] for (row,) in self._database.execute(sql, (asked, limit))]


class Tantivy:
    """tantivy (its BM25) over jieba words; title and text are two fields, a question any of its words in either."""

    name = "tantivy-words"

    def __init__(self, documents: Sequence[Text]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("name", stored=True, tokenizer_name="raw")
        for field in ("title", "text"):
            builder.add_text_field(field, tokenizer_name="whitespace")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer(heap_size=200_000_000, num_threads=1)
        for one in documents:
            writer.add_document(
                tantivy.Document(name=one.id, title=" ".join(words(one.title)), text=" ".join(words(one.text)))
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def rank(self, question: str, limit: int) -> list[str]:
        """Documents with any word of the question, best first."""
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, word))
            for word in words(question)
            for field in ("title", "text")
        ]
        found = self._searcher.search(tantivy.Query.boolean_query(terms), limit).hits
        return [self._searcher.doc(address)["name"][0] for _, address in found]


_BUILDERS: dict[str, Callable[[Sequence[Text]], Ranker]] = {
    "bm25-words": lambda documents: Bm25("bm25-words", documents, words),
    "bm25-bigrams": lambda documents: Bm25("bm25-bigrams", documents, bigrams),
    Trigrams.name: Trigrams,
    Tantivy.name: Tantivy,
}

NAMES = (
    *(f"meili-{strategy}" for strategy in meili.STRATEGIES),
    *_BUILDERS,
    *(f"opensearch-{analysis}" for analysis in clusters.ANALYSES),
)


def named(text: str) -> tuple[str, ...]:
    """The peers of a command line: ``all``, ``none``, or names separated by commas.

    Raises ValueError naming what is no peer.
    """
    if text in ("all", "none"):
        return NAMES if text == "all" else ()
    unknown = set(text.split(",")) - set(NAMES)
    if unknown:
        raise ValueError(f"no peer {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}, all and none")
    return tuple(name for name in NAMES if name in text.split(","))


@contextmanager
def running(name: str, sources: tuple[Source, ...]) -> Iterator[Ranker]:
    """One peer over these documents, built at its first use.

    Raises engine errors, and :class:`bench.opensearch.NotHere` for a peer that this machine cannot have.
    """
    kind, _, way = name.partition("-")
    if name in _BUILDERS:
        yield _built(name, sources)
    elif kind == "opensearch":
        with clusters.running(way, sources) as ranker:
            yield ranker
    else:
        with meili.running(way, sources) as plain:
            yield plain


@lru_cache(_KEPT)
def _built(name: str, sources: tuple[Source, ...]) -> Ranker:
    return _BUILDERS[name](texts(sources))
