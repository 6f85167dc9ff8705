"""How fast searches are answered: ``python -m bench.speed search --docs FILE [--docs FILE] --n N [--json OUT]``.

The same questions in the same run to our site and to Meilisearch alone over the same documents: ours with seven facets,
ranking and ten snippets, once made anew for each request and once with kept answers (the 300 questions come round again);
the engine with four facets, ``crop`` and ``highlight``, its default settings and its own Chinese words. Both indexes are in one engine; each is asked while the other rests. Built once under data/speed and kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import orjson

from bench.quality.index import CACHE
from bench.quality.site import started
from bench.speed.ingest import ours
from bench.speed.load import Load, Request, load
from bench.speed.official import write_official
from engine.client import Connection, EngineClient
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.schema import Field, plain
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen import lexicon

_PLAIN = "_plain"  # behind our index's name, for which our keys hold
_FACETS = ("region.lvl0", "year", "issuer", "genre")
_PAGE = 2000
_QUESTIONS, _TOGETHER = 300, 10
CONNECTIONS = (1, 8, 32, 128)


def build(folder: Path, sources: list[Path], number: int) -> None:
    """Writes the documents, indexes them our way, and copies them into an index with the engine's default settings."""
    if (folder / "built").exists():
        return
    files, data = folder / "files", folder / "engine"
    if not files.exists():
        write_official(sources, number, files)
    ours(files, data)
    settings = EngineSettings(data_dir=data)
    with running_engine(settings) as connection:
        asyncio.run(_copy(connection, settings))
    (folder / "built").write_text(str(number), "utf-8")


async def _copy(connection: Connection, settings: EngineSettings) -> None:
    writer = MeiliWriter(connection, settings)
    client = EngineClient(connection.url, connection.admin_key, 600)
    path = f"/indexes/{settings.index_name}{_PLAIN}"
    try:
        await client.call("POST", "/indexes", {"uid": f"{settings.index_name}{_PLAIN}", "primaryKey": "id"})
        await client.call("PATCH", f"{path}/settings", {"filterableAttributes": list(_FACETS), "searchableAttributes": ["title", "text"]})  # fmt: skip
        fields = (Field.ID, Field.TITLE, Field.TEXT, Field.REGION, Field.YEAR, Field.ISSUER, Field.GENRE)
        async for page in writer.scan(fields, page_size=_PAGE):
            rows = [{**row, "title": plain(row.get("title", "")), "text": plain(row.get("text", ""))} for row in page]
            await client.call("POST", f"{path}/documents", rows)
        # A hundred thousand documents take longer than any wait for one task.
        while (await client.call("GET", "/tasks?statuses=enqueued,processing&limit=1"))["total"]:  # noqa: ASYNC110
            await asyncio.sleep(2)
    finally:
        await client.aclose()
        await writer.aclose()


def questions(connection: Connection, settings: EngineSettings) -> dict[str, list[str]]:
    """Keywords, titles and numbers of documents of the index, drawn with a seed, and citizens' questions if they are there."""
    chance = random.Random(11)

    async def some() -> list[dict[str, object]]:
        reader = MeiliReader(connection, settings)
        try:
            whole = (await reader.search(SearchRequest(limit=0))).total
            offsets = chance.sample(range(max(1, whole - _TOGETHER)), min(whole, _QUESTIONS // _TOGETHER))
            requests = [
                SearchRequest(offset=at, limit=_TOGETHER, fields=(Field.TITLE, Field.NUMBER_KEY)) for at in offsets
            ]
            return [hit.record for request in requests for hit in (await reader.search(request)).hits]
        finally:
            await reader.aclose()

    rows = asyncio.run(some())
    titles = [plain(str(row["title"])) for row in rows]
    segmenter = lexicon.segmenter(())
    subjects = [title.partition("关于")[2].removesuffix("的通知").partition("有关事项")[0] for title in titles]
    words = [[word for word in segmenter.words(subject) if len(word) > 1] for subject in subjects]
    return {
        "keywords": [" ".join(chance.sample(some, min(2, len(some)))) for some in words if some],
        "title": titles,
        "number": [str(row["number_key"]) for row in rows if row.get("number_key")],
        "question": [f"{subject}对违反规定的单位如何处罚？" for subject in subjects if subject],
    }


def _ours(asked: str) -> Request:
    return Request.get(f"/api/v1/search?q={quote(asked)}")


def _theirs(asked: str, index: str, key: str) -> Request:
    body = {"q": asked, "limit": 10, "facets": list(_FACETS), "attributesToCrop": ["text"], "cropLength": 60, "attributesToHighlight": ["title", "text"], "attributesToRetrieve": ["id", "title", "year", "issuer", "genre"]}  # fmt: skip
    return Request.post(f"/indexes/{index}/search", orjson.dumps(body), key)


@contextmanager
def _servers(data: Path) -> Iterator[tuple[int, int, int, Connection, EngineSettings]]:
    """The ports of the site that answers anew, of the one that keeps answers, and of the engine."""
    settings = EngineSettings(data_dir=data)
    with running_engine(settings) as connection, started(data) as (port, _), started(data, kept="1000") as (keeping, _):
        yield port, keeping, int(connection.url.rpartition(":")[2]), connection, settings


def measure(folder: Path, seconds: float) -> list[dict[str, object]]:
    """Loads of each kind of question on both, printed as a table."""
    found: list[dict[str, object]] = []
    with _servers(folder / "engine") as (port, keeping, engine_port, connection, settings):
        asked = questions(connection, settings)
        print(f"{'':10}{'questions':10}{'conn.':>6}{'p50 ms':>9}{'p95':>8}{'p99':>8}{'req/s':>8}  statuses")
        for kind, some in asked.items():
            ways = {
                "wenhao": (port, [_ours(one) for one in some]),
                "kept": (keeping, [_ours(one) for one in some]),
                "engine": (engine_port, [_theirs(one, settings.index_name + _PLAIN, connection.search_key) for one in some]),
            }  # fmt: skip
            for connections in CONNECTIONS if kind == "keywords" else CONNECTIONS[:1]:
                for name, (at, requests) in ways.items():
                    asyncio.run(load(at, requests, connections, 1.0))  # warm
                    found.append(_row(name, kind, asyncio.run(load(at, requests, connections, seconds))))
    return found


def _row(name: str, kind: str, one: Load) -> dict[str, object]:
    row = {"way": name, "questions": kind, "connections": one.connections, "p50": one.at(0.5), "p95": one.at(0.95), "p99": one.at(0.99), "rate": one.rate, "statuses": one.statuses}  # fmt: skip
    print(f"{name:10}{kind:10}{one.connections:6}{one.at(0.5):9.1f}{one.at(0.95):8.1f}{one.at(0.99):8.1f}{one.rate:8.0f}  {one.statuses}", flush=True)  # fmt: skip
    return row


def run(arguments: argparse.Namespace) -> int:
    """Builds what lacks, measures, prints; 2 when a file of documents is absent."""
    for source in arguments.docs:
        if not source.exists():
            print(f"{source} is not there", file=sys.stderr)
            return 2
    folder = CACHE.parent / "speed" / str(arguments.n)
    build(folder, arguments.docs, arguments.n)
    found = measure(folder, arguments.seconds)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1), "utf-8")
    return 0
