"""Vectors from the command line: made after the documents are searchable, for candidates by meaning."""

from __future__ import annotations

import asyncio

from engine.client import Connection
from engine.opening import open_passage_writer, open_writer
from engine.settings import EngineSettings
from gongwen import sentence_vectors
from gongwen.errors import SettingsError
from indexer.embedding import embed
from wenhao import lock
from wenhao.reporting import progress


def embed_documents(connection: Connection) -> tuple[int, int]:
    """Makes the vectors that lack; returns how many documents got some, and how many lost them.

    Raises :class:`~gongwen.errors.SettingsError` without the extra or a key that may write,
    :class:`wenhao.lock.AlreadyIndexing`, and engine errors.
    """
    settings = EngineSettings()
    sentence_vectors.check()
    if not connection.may_write:
        raise SettingsError(
            "writing needs a key: set MEILI_MASTER_KEY or MEILI_ADMIN_KEY, for a cluster OPENSEARCH_ADMIN"
        )
    with lock.indexing(settings.data_dir, lock.EMBEDDING_FILE):
        return asyncio.run(_embed(connection, settings))


async def _embed(connection: Connection, settings: EngineSettings) -> tuple[int, int]:
    writer = open_writer(connection, settings)
    store = open_passage_writer(connection, settings, sentence_vectors.DIMENSIONS)
    try:
        with progress("向量", await writer.count()) as show:
            return await embed(writer, store, sentence_vectors.SentenceEncoder(), lambda done, _: show(done, _, ""))
    finally:
        await store.aclose()
        await writer.aclose()
