"""Serving from the command line: engine, application, one address."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.markup import escape

from api.app import build_planner, create_app
from api.meaning import Meaning
from api.settings import ApiSettings
from engine import keys, space
from engine.client import Connection
from engine.opening import open_passage_reader, open_reader, open_term_reader, open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen import sentence_vectors
from gongwen.errors import SettingsError

_LAST_PORT = 65535


def hand_out_search_key(path: Path) -> None:
    """Writes the key that a site needs, and makes the index exist, so that the site needs no other key.

    Raises :class:`~gongwen.errors.SettingsError` without a master key or when the file cannot be written; engine errors.
    """
    settings = EngineSettings()
    if settings.opensearch_url is not None:
        raise SettingsError(
            "a cluster has users instead of keys: make one that may only search, and set OPENSEARCH_SEARCH"
        )
    if settings.meili_url is not None and settings.meili_master_key is None:
        raise SettingsError(
            "the search key is made from the master key: set MEILI_MASTER_KEY or MEILI_MASTER_KEY_FILE beside MEILI_URL"
        )
    with running_engine(EngineSettings()) as connection:
        asyncio.run(ensure_index(connection))
        keys.hand_out(connection.search_key, path)


def serve(
    host: str | None,
    port: int | None,
    console: Console,
    before: Callable[[Connection], None] | None = None,
) -> None:
    """Serves until interrupted; ``before`` runs once the engine answers and the port is ours.

    Raises :class:`~gongwen.errors.SettingsError` when the port is taken, and engine errors.
    """
    settings = ApiSettings()
    host = host or settings.host
    listener = listen(host, settings.port if port is None else port)
    port = listener.getsockname()[1]  # of --port 0 the one that the system gave
    try:
        with running_engine(EngineSettings()) as connection:
            if before:
                before(connection)
            elif connection.may_write:
                asyncio.run(ensure_index(connection))
            asyncio.run(_serve(listener, connection, settings, f"http://{host}:{port}/", console))
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken first, so that a taken port is known before anything is started.

    Raises :class:`~gongwen.errors.SettingsError` for a port that is taken or none, and for an address that is not this machine's.
    """
    if not 0 <= port <= _LAST_PORT:
        raise SettingsError(f"没有端口 {port}；--port 应在 0 到 {_LAST_PORT} 之间")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, because only then the event loop turns Nagle's algorithm off; without, every answer on a
    # kept connection waits 40 ms for the client's delayed acknowledgement (measured).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            said = f"端口 {port} 已被占用；请关掉占用它的程序，或用 --port {port + 1} 换一个端口"
        elif error.errno == errno.EACCES:
            said = f"端口 {port} 不许普通用户监听；请用 --port 换一个 1024 以上的端口"
        else:
            said = f"不能监听 {host}:{port}（{error.strerror}）；请用 --host 给出本机的地址，如 127.0.0.1"
        raise SettingsError(said) from error
    return listener


async def ensure_index(connection: Connection) -> None:
    """Make the index exist, so that searches find nothing instead of failing."""
    writer = open_writer(connection, EngineSettings())
    try:
        await writer.ensure_index()
    finally:
        await writer.aclose()


async def _serve(
    listener: socket.socket, connection: Connection, settings: ApiSettings, address: str, console: Console
) -> None:
    _log_to_output(settings)
    reader, counts = open_reader(connection, EngineSettings()), open_term_reader(connection, EngineSettings())
    config = uvicorn.Config(
        create_app(
            reader,
            build_planner(settings),
            settings,
            counts,
            meaning(connection, settings),
            data_dir=space.folder(EngineSettings()),
        ),
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    server = Server(
        config, lambda: console.print(f"[bold green]文号已就绪[/]：{escape(address)}  （Ctrl-C 停止）", markup=True)
    )
    await server.serve(sockets=[listener])


def _log_to_output(settings: ApiSettings) -> None:
    """Lines of JSON, one a request, on standard output, where containers and systemd collect them."""
    if settings.access_log == "off":
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("wenhao.access")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)


def meaning(connection: Connection, settings: ApiSettings) -> Meaning | None:
    """Candidates by meaning, as far as the settings and what is installed allow."""
    if settings.semantic == "off" or (settings.semantic == "auto" and not sentence_vectors.available()):
        return None
    sentence_vectors.check()
    # numpy's threads wait for each other: on busy processors the vector of one question took 111 ms instead of 5 (p95).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return Meaning(sentence_vectors.SentenceEncoder, open_passage_reader(connection, EngineSettings()))


class Server(uvicorn.Server):
    """Says that it is ready when it answers, not before."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
