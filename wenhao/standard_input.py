"""Standard input that a signal can end.

The SDK reads it in a thread, and a thread that waits for input cannot be stopped: after SIGTERM the process, and its engine
with it, would stay until the other side closes the input. So a daemon thread, for which nothing waits at the end, passes
the input on through a socket, and a signal closes that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gongwen.errors import SettingsError


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within a running event loop, SIGTERM and SIGINT end the standard input, as if the other side had closed it.

    Raises :class:`~gongwen.errors.SettingsError` when there is no standard input.
    """
    try:
        source = os.dup(0)
    except OSError as error:
        raise SettingsError(
            "standard input is closed, and agents are answered through it; or use wenhao mcp --http"
        ) from error
    near, far = socket.socketpair()
    os.dup2(near.fileno(), 0)
    near.close()
    threading.Thread(target=_pass_on, args=(source, far), name="wenhao-input", daemon=True).start()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, _end, far)
    try:
        yield
    finally:
        _end(far)


def _pass_on(source: int, far: socket.socket) -> None:
    with suppress(OSError):  # ended by a signal
        while chunk := os.read(source, 65_536):
            far.sendall(chunk)
    _end(far)


def _end(far: socket.socket) -> None:
    with suppress(OSError):  # ended already
        far.shutdown(socket.SHUT_WR)
