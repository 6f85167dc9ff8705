"""Serving agents from the command line: over standard input and output, or over HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import uvicorn
from rich.console import Console
from rich.markup import escape

from api.app import build_planner
from api.settings import ApiSettings
from engine.client import Connection
from engine.opening import open_reader, open_term_reader
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import SettingsError
from wenhao import serving, standard_input

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer


def serve_stdio() -> None:
    """Answers one agent over standard input and output until its input ends; nothing else is written to the output.

    Raises :class:`~gongwen.errors.SettingsError` when the extra is not installed, and engine errors.
    """
    _check_installed()
    settings = ApiSettings()
    with running_engine(EngineSettings()) as connection:
        asyncio.run(_over_stdio(connection, settings))


def serve_http(host: str | None, port: int | None, console: Console) -> None:
    """Answers agents over streamable HTTP at ``/mcp`` until interrupted; raises as :func:`wenhao.serving.serve`."""
    _check_installed()
    settings = ApiSettings()
    host = host or settings.host
    listener = serving.listen(host, settings.agents_port if port is None else port)
    try:
        with running_engine(EngineSettings()) as connection:
            asyncio.run(_over_http(connection, settings, host, listener, console))
    finally:
        listener.close()


def _check_installed() -> None:
    if find_spec("mcp") is None:
        raise SettingsError("wenhao mcp needs an optional part; install it: pip install 'wenhao[mcp]'")


@asynccontextmanager
async def _answering(connection: Connection, settings: ApiSettings) -> AsyncIterator[MCPServer[None]]:
    """The server over the engine, its connections closed at the end."""
    from api import agent_server, agents  # the extra may be missing

    if connection.may_write:
        await serving.ensure_index(connection)
    reader, counts = open_reader(connection, EngineSettings()), open_term_reader(connection, EngineSettings())
    answers = agents.build(reader, build_planner(settings), settings, counts, serving.meaning(connection, settings))
    try:
        yield agent_server.build_server(answers)
    finally:
        await answers.aclose()


async def _over_stdio(connection: Connection, settings: ApiSettings) -> None:
    async with _answering(connection, settings) as server:
        with standard_input.ended_by_signals():
            await server.run_stdio_async()


async def _over_http(
    connection: Connection, settings: ApiSettings, host: str, listener: socket.socket, console: Console
) -> None:
    from api import agent_server

    address = f"http://{host}:{listener.getsockname()[1]}/mcp"
    async with _answering(connection, settings) as server:
        site = settings.public_url or address
        config = uvicorn.Config(
            agent_server.http_application(server, host, site),
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        ready = f"[bold green]文号已就绪[/]：{escape(address)}  （Ctrl-C 停止）"
        await serving.Server(config, lambda: console.print(ready, markup=True)).serve(sockets=[listener])
