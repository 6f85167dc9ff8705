"""The peer that many use for Chinese: OpenSearch with analysis of its own, given the plain title and text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson

from bench import opensearch
from bench.opensearch_plugins import with_smartcn
from bench.quality.documents import Source, Text, texts

ANALYSES = ("cjk", "smartcn")
"""Pairs of neighbouring characters, as the server has it built in; words of its plugin for simplified Chinese."""

_INDEX = "raw"
_REQUEST = 5_000_000  # bytes of one request


class Analysed:
    """One analysis; a question is asked of title and text, as ``multi_match`` does by default."""

    def __init__(self, analysis: str, http: httpx.Client, names: list[str]) -> None:
        self.name = f"opensearch-{analysis}"
        self._http = http
        self._names = names

    def rank(self, question: str, limit: int) -> list[str]:
        """What the engine answers, in its order."""
        query = {"multi_match": {"query": question, "fields": ["title", "text"]}}
        reply = self._http.post(f"/{_INDEX}/_search", json={"query": query, "size": limit, "_source": False})
        reply.raise_for_status()
        return [self._names[int(hit["_id"])] for hit in reply.json()["hits"]["hits"]]


@contextmanager
def running(analysis: str, sources: tuple[Source, ...]) -> Iterator[Analysed]:
    """A cluster of one node over these documents, filled anew.

    Raises :class:`bench.opensearch.NotHere` where it cannot be had.
    """
    documents = texts(sources)
    if analysis == "smartcn":
        with_smartcn()
    with (
        opensearch.running(heap="1g") as nodes,
        httpx.Client(base_url=nodes[0].url, trust_env=False, timeout=60.0) as http,
    ):
        fill(http, analysis, documents)
        yield Analysed(analysis, http, [one.id for one in documents])


def fill(http: httpx.Client, analysis: str, documents: tuple[Text, ...]) -> None:
    """Stores the documents under their places."""
    field = {"type": "text", "analyzer": analysis}
    http.put(f"/{_INDEX}", json=_body({"title": field, "text": field})).raise_for_status()
    lines, size = list[bytes](), 0
    for number, one in enumerate(documents):
        lines += [orjson.dumps({"index": {"_id": str(number)}}), orjson.dumps({"title": one.title, "text": one.text})]
        size += len(lines[-1])
        if size > _REQUEST:
            _send(http, lines)
            lines, size = [], 0
    _send(http, lines)
    http.post(f"/{_INDEX}/_refresh").raise_for_status()


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    return {"settings": {"number_of_replicas": 0}, "mappings": {"properties": properties}}


def _send(http: httpx.Client, lines: list[bytes]) -> None:
    if lines:
        content = b"\n".join(lines) + b"\n"
        reply = http.post(f"/{_INDEX}/_bulk", content=content, headers={"Content-Type": "application/x-ndjson"})
        reply.raise_for_status()
        if reply.json()["errors"]:
            raise RuntimeError(f"not stored: {reply.text[:500]}")
