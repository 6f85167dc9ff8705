"""The reader on Meilisearch: its keys, its time-outs, its way to the server. What it finds: ``contract``."""

from __future__ import annotations

import socket

import pytest

from engine.client import Connection
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


async def test_proxies_of_the_environment_do_not_stand_before_our_own_server(
    connection: Connection, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    reader = MeiliReader(connection, settings)
    await reader.alive()
    await reader.aclose()
