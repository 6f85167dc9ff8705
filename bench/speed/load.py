"""Load on a server of this machine: so many connections, each asking one request after the other, for so many seconds."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.quality.metrics import percentile


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as bytes, ready to send."""

    raw: bytes

    @classmethod
    def get(cls, path: str) -> Request:
        """A GET of a path that is already quoted."""
        return cls(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode())

    @classmethod
    def post(cls, path: str, body: bytes, key: str = "") -> Request:
        """A POST of JSON, with a bearer key if there is one."""
        bearer = f"Authorization: Bearer {key}\r\n" if key else ""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{bearer}Content-Length: {len(body)}\r\n\r\n"
        return cls(head.encode() + body)


@dataclass(slots=True)
class Load:
    """What a load measured: milliseconds of each answer, how many answers of each status, bytes received."""

    connections: int
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    received: int = 0

    @property
    def rate(self) -> float:
        """Answers with status 200 in a second."""
        return self.statuses.get(200, 0) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """The percentile of the times in milliseconds: ``at(0.95)``."""
        return percentile(self.times, share)


async def load(port: int, requests: Sequence[Request], connections: int, seconds: float) -> Load:
    """Asks in turn; stops by itself. A connection that the server closes is opened again."""
    found = Load(connections)
    turn = itertools.cycle(requests)
    began = time.perf_counter()
    await asyncio.gather(*(_ask(port, turn, began + seconds, found) for _ in range(connections)))
    found.seconds = time.perf_counter() - began
    return found


async def _ask(port: int, turn: itertools.cycle[Request], until: float, found: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    try:
        while time.perf_counter() < until:
            sent = time.perf_counter()
            writer.write(next(turn).raw)
            status, size, kept = await _answer(reader)
            found.times.append(1000 * (time.perf_counter() - sent))
            found.statuses[status] = found.statuses.get(status, 0) + 1
            found.received += size
            if not kept:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    """Status, bytes of the body, and whether the connection is kept."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    kept = b"connection: close" not in head
    if b"transfer-encoding: chunked" in head:
        size = 0
        while part := int(await reader.readline(), 16):
            await reader.readexactly(part + 2)
            size += part
        await reader.readline()
        return status, size, kept
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    await reader.readexactly(length)
    return status, length, kept
