"""Vectors from the command line: made after the documents are searchable, for candidates by meaning."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from api.settings import ApiSettings
from engine.client import Connection
from engine.passages import PassageWriter
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen import sentence_vectors
from gongwen.errors import SettingsError
from indexer.embedding import embed
from wenhao import lock
from wenhao.reporting import progress

_LAST = 19  # the lowest priority: searches and indexing go first


def embed_documents(connection: Connection) -> tuple[int, int]:
    """Makes the vectors that lack; returns how many documents got some, and how many lost them.

    Raises :class:`~gongwen.errors.SettingsError` without the extra or a key that may write,
    :class:`wenhao.lock.AlreadyIndexing`, and engine errors.
    """
    settings = EngineSettings()
    sentence_vectors.check()
    if not connection.admin_key:
        raise SettingsError("writing needs a key: set MEILI_MASTER_KEY or MEILI_ADMIN_KEY")
    with lock.indexing(settings.data_dir, lock.EMBEDDING_FILE):
        return asyncio.run(_embed(connection, settings))


async def _embed(connection: Connection, settings: EngineSettings) -> tuple[int, int]:
    writer = MeiliWriter(connection, settings)
    store = PassageWriter(connection, settings, sentence_vectors.DIMENSIONS)
    try:
        with progress("向量", await writer.count()) as show:
            return await embed(writer, store, sentence_vectors.SentenceEncoder(), lambda done, _: show(done, _, ""))
    finally:
        await store.aclose()
        await writer.aclose()


@contextmanager
def in_background() -> Iterator[None]:
    """Makes vectors beside a running site, in a process of its own at the lowest priority, as far as settings and installation allow."""
    if ApiSettings().semantic == "off" or not sentence_vectors.available():
        yield
        return
    command = [sys.executable, "-c", "from wenhao.cli import app; app()", "embed"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(child.pid).nice(_LAST)
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
