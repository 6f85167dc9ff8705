"""What is counted for operators, in the form that Prometheus reads: requests, latency by stage, what searches found."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from engine import space
from engine.protocol import Reader, SearchPage, SearchRequest
from gongwen.errors import EngineError

_T = TypeVar("_T")
_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)


class Metrics:
    """The counters of one application; labels are routes and statuses, never what a visitor typed."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self.requests = Counter("wenhao_requests", "Requests answered.", ("route", "method", "status"), registry=own)
        self.seconds = Histogram("wenhao_request_seconds", "Time to the last byte, by route.", ("route",), buckets=_BUCKETS, registry=own)  # fmt: skip
        self.engine = Histogram("wenhao_engine_seconds", "Time the search engine took, by what was asked.", ("call",), buckets=_BUCKETS, registry=own)  # fmt: skip
        self.engine_faults = Counter("wenhao_engine_faults", "Calls that the engine failed or refused.", registry=own)
        self.searches = Counter("wenhao_searches", "Searches, by how far they had to be relaxed, and found or not.", ("relaxed", "found"), registry=own)  # fmt: skip
        self.kept = Counter("wenhao_kept_answers", "Searches answered from memory or anew.", ("kept",), registry=own)
        self.refused = Counter(
            "wenhao_refused", "Requests refused before they were worked on.", ("reason",), registry=own
        )
        if data_dir is not None:  # the disk of an engine run elsewhere is not ours to see
            self.disk_free = Gauge(
                "wenhao_disk_free_bytes", "Free bytes on the disk of the engine's data.", registry=own
            )
            self.disk_free.set_function(lambda: space.free_bytes(data_dir))
            self.disk_least = Gauge("wenhao_disk_least_bytes", "Below this many free bytes nothing is indexed.", registry=own)  # fmt: skip
            self.disk_least.set(space.LEAST_FREE)
        self.under_way = Gauge("wenhao_under_way", "Requests being worked on.", registry=own)

    def written(self) -> bytes:
        """The counters in Prometheus' text form."""
        return generate_latest(self.registry)


class TimedReader:
    """A reader whose calls are timed."""

    def __init__(self, reader: Reader, metrics: Metrics) -> None:
        self._reader = reader
        self._metrics = metrics

    async def search(self, request: SearchRequest) -> SearchPage:
        """As the reader does."""
        return await self._timed("search", self._reader.search(request))

    async def get(self, document_id: str) -> dict[str, Any] | None:
        """As the reader does."""
        return await self._timed("get", self._reader.get(document_id))

    async def alive(self) -> None:
        """As the reader does."""
        await self._reader.alive()

    async def version(self) -> str | None:
        """As the reader does."""
        return await self._timed("version", self._reader.version())

    async def aclose(self) -> None:
        """Close the connection."""
        await self._reader.aclose()

    async def _timed(self, call: str, asked: Awaitable[_T]) -> _T:
        began = time.perf_counter()
        try:
            return await asked
        except EngineError:  # a request that we refuse ourselves is no fault of the engine
            self._metrics.engine_faults.inc()
            raise
        finally:
            self._metrics.engine.labels(call).observe(time.perf_counter() - began)
