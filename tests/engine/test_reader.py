"""The reader on Meilisearch: its keys, its time-outs, its way to the server. What it finds: ``contract``."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing, suppress
from dataclasses import dataclass, field

import pytest

from engine.client import Connection, EngineClient
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import EngineError, EngineUnavailable


async def test_the_search_key_cannot_write_and_a_missing_index_says_what_to_do(
    connection: Connection, settings: EngineSettings
) -> None:
    writer = MeiliWriter(Connection(connection.url, connection.search_key, "", owned=False), settings)
    with pytest.raises(EngineError, match=r"403.*MEILI_ADMIN_KEY"):
        await writer.put([{"id": "x"}])
    await writer.aclose()
    reader = MeiliReader(connection, settings.model_copy(update={"index_name": "wenhao-none"}))
    with pytest.raises(EngineError, match="wenhao sync"):
        await reader.search(SearchRequest())
    await reader.aclose()


async def test_an_engine_that_is_away(settings: EngineSettings, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    reader = MeiliReader(Connection(url, "", "", owned=False), settings)
    for call in (reader.search(SearchRequest()), reader.get("a"), reader.alive()):
        with pytest.raises(EngineUnavailable, match=url):
            await call
    await reader.aclose()


async def test_an_engine_that_is_too_slow(settings: EngineSettings) -> None:
    # It listens and never accepts: connecting works, an answer does not come.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hasty = MeiliReader(Connection(url, "", "", owned=False), settings.model_copy(update={"search_timeout": 0.2}))
        with pytest.raises(EngineUnavailable, match="Timeout"):
            await hasty.search(SearchRequest())
        await hasty.aclose()


@dataclass
class HangingUp:
    """An engine that answers the first request of each connection and hangs up at the second, as one does whose connection
    was idle for too long."""

    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError), closing(writer):
            for answered in (True, False):
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
                await reader.readexactly(length)
                self.asked.append(" ".join(head.split()[:2]))
                if answered:
                    body = b'{"hits": [], "estimatedTotalHits": 0, "taskUid": 1}'
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


async def test_a_question_on_its_way_while_the_engine_hangs_up_is_asked_again(settings: EngineSettings) -> None:
    engine = HangingUp()
    async with await asyncio.start_server(engine.serve, "127.0.0.1", 0) as server:
        client = EngineClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "", settings.search_timeout)
        for _ in range(3):
            await client.call("POST", "/indexes/wenhao/search", {"q": "工程"})
        assert engine.asked == ["post /indexes/wenhao/search"] * 5
        await client.aclose()


async def test_what_changes_something_is_not_sent_twice(settings: EngineSettings) -> None:
    engine = HangingUp()
    async with await asyncio.start_server(engine.serve, "127.0.0.1", 0) as server:
        client = EngineClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "", settings.search_timeout)
        await client.call("POST", "/swap-indexes", [])
        with pytest.raises(EngineUnavailable):
            await client.call("POST", "/swap-indexes", [])
        assert engine.asked == ["post /swap-indexes"] * 2
        await client.aclose()


async def test_proxies_of_the_environment_do_not_stand_before_our_own_server(
    connection: Connection, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    reader = MeiliReader(connection, settings)
    await reader.alive()
    await reader.aclose()
