"""Readers and writers of the engine that is in use: the one place that knows that there are two."""

from __future__ import annotations

from engine.client import Connection
from engine.passages import (
    MeiliPassageReader,
    PassageReader,
    PassageWriter,
    meili_vector,
    passages_index,
    passages_settings,
)
from engine.protocol import Reader, Writer
from engine.reader import MeiliReader
from engine.settings import EngineSettings
from engine.terms import MeiliTermReader, TermReader, TermWriter, terms_index, terms_settings
from engine.word_index import WordIndexWriter
from engine.writer import MeiliWriter


def open_reader(connection: Connection, settings: EngineSettings) -> Reader:
    """Return a reader of the documents."""
    if connection.cluster:
        from engine.opensearch.reader import OpenSearchReader

        return OpenSearchReader(connection, settings)
    return MeiliReader(connection, settings)


def open_writer(connection: Connection, settings: EngineSettings, index_name: str | None = None) -> Writer:
    """Return a writer of the documents; ``index_name`` names another index than the settings' (one being built)."""
    if connection.cluster:
        from engine.opensearch.mapping import documents_layout
        from engine.opensearch.writer import OpenSearchWriter

        layout = documents_layout(settings.shards, settings.replicas)
        return OpenSearchWriter(connection, settings, index_name or settings.index_name, layout)
    return MeiliWriter(connection, settings, index_name)


def open_term_reader(connection: Connection, settings: EngineSettings) -> TermReader:
    """Return a reader of the counts of words."""
    if connection.cluster:
        from engine.opensearch.terms import OpenSearchTermReader

        return OpenSearchTermReader(connection, settings)
    return MeiliTermReader(connection, settings)


def open_term_writer(connection: Connection, settings: EngineSettings) -> TermWriter:
    """Return a writer of the counts of words."""
    if connection.cluster:
        from engine.opensearch.mapping import terms_layout
        from engine.opensearch.writer import OpenSearchWriter

        return TermWriter(
            OpenSearchWriter(connection, settings, terms_index(settings), terms_layout(settings.replicas))
        )
    return TermWriter(MeiliWriter(connection, settings, terms_index(settings), terms_settings()))


def open_passage_reader(connection: Connection, settings: EngineSettings) -> PassageReader:
    """Return a reader of the vectors of passages."""
    if connection.cluster:
        from engine.opensearch.passages import OpenSearchPassageReader

        return OpenSearchPassageReader(connection, settings)
    return MeiliPassageReader(connection, settings)


def open_passage_writer(connection: Connection, settings: EngineSettings, dimensions: int) -> PassageWriter:
    """Return a writer of vectors with so many numbers each."""
    if connection.cluster:
        from engine.opensearch.passages import VectorWriter, stored

        return PassageWriter(VectorWriter(connection, settings, dimensions), stored)
    writer = MeiliWriter(connection, settings, passages_index(settings), passages_settings(dimensions))
    return PassageWriter(writer, meili_vector)


def open_word_writer(connection: Connection, settings: EngineSettings) -> WordIndexWriter | None:
    """Return a writer of the word index; None for a cluster, which finds the documents nearest to some words itself."""
    return None if connection.cluster else WordIndexWriter(settings.words)
