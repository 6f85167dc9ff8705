"""The peer nearest to us: the same engine alone, given the plain title and text, with its default settings."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.quality.documents import Source, digest, texts
from bench.quality.index import CACHE
from engine.client import Connection
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter

STRATEGIES = ("last", "frequency")
_INDEX = "raw"


class Raw:
    """One matching strategy of the plain engine."""

    def __init__(self, strategy: str, http: httpx.Client, names: list[str]) -> None:
        self.name = f"meili-{strategy}"
        self._strategy = strategy
        self._http = http
        self._names = names

    def rank(self, question: str, limit: int) -> list[str]:
        """What the engine answers, in its order."""
        body = {"q": question, "limit": limit, "matchingStrategy": self._strategy, "attributesToRetrieve": ["id"]}
        reply = self._http.post(f"/indexes/{_INDEX}/search", json=body)
        reply.raise_for_status()
        return [self._names[int(hit["id"])] for hit in reply.json()["hits"]]


@contextmanager
def running(strategy: str, sources: tuple[Source, ...]) -> Iterator[Raw]:
    """The plain engine over these documents; its index is kept beside ours.

    Raises engine errors.
    """
    folder = CACHE / digest(sources) / _INDEX
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
    settings = EngineSettings(data_dir=folder, index_name=_INDEX, opensearch_url=None)
    with running_engine(settings) as connection:
        if not done.exists():
            asyncio.run(_fill(connection, settings, sources))
            done.touch()
        headers = {"Authorization": f"Bearer {connection.search_key}", "Accept-Encoding": "identity"}
        with httpx.Client(base_url=connection.url, headers=headers, trust_env=False, timeout=60.0) as http:
            yield Raw(strategy, http, [one.id for one in texts(sources)])


async def _fill(connection: Connection, settings: EngineSettings, sources: tuple[Source, ...]) -> None:
    writer = MeiliWriter(connection, settings)
    try:
        await writer.put(
            [{"id": str(number), "title": one.title, "text": one.text} for number, one in enumerate(texts(sources))]
        )
    finally:
        await writer.aclose()
