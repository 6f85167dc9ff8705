"""Browser and a site on a real port, for the tests of pages."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from api.app import build_planner, create_app
from api.settings import ApiSettings
from engine.opening import open_term_reader
from engine.reader import MeiliReader
from tests.support import Site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def chromium() -> str:
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "no Chromium on this machine: run `make browser`, or set CHROMIUM to its path"
    return found


@pytest.fixture(
    scope="module"
)  # its loop runs in this thread as long as it is open; other modules run loops of their own
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """The site on a real port, in a thread with a loop of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # so that the first request waits for the server instead of being refused
    settings = ApiSettings(rate="off")  # tests ask more than people do
    app = create_app(
        MeiliReader(site.connection, site.settings),
        build_planner(settings),
        settings,
        open_term_reader(site.connection, site.settings),
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()
