"""Our side: the site as people run it, a process of its own, asked over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.quality.index import Index
from gongwen.errors import EngineError, EngineUnavailable

ROOT = Path(__file__).parents[2]
_START = 60.0  # seconds; a start takes two
_COMMAND = "from wenhao.cli import app; app()"


class Site:
    """A running site over an index; ids of its answers are the set's names."""

    name = "wenhao"

    def __init__(self, http: httpx.Client, names: dict[str, str], log: Path) -> None:
        self._http = http
        self._names = names
        self._log = log

    def answer(self, question: str, per_page: int = 10) -> dict[str, Any]:
        """The whole answer of ``/api/v1/search``; {} when the site refused the question.

        Raises :class:`~gongwen.errors.EngineError` with the last lines of the site's log when it failed.
        """
        reply = self._http.get("/api/v1/search", params={"q": question, "per_page": per_page})
        if reply.status_code == 422:
            return {}
        if reply.is_error:
            raise EngineError(
                f"the site answered {reply.status_code} to {question!r}: {reply.text[:300]}; its log: {_last_words(self._log)}"
            )
        body: dict[str, Any] = reply.json()
        return body

    def alive(self) -> None:
        """Asks whether the process runs: what a request costs before anything is searched."""
        self._http.get("/healthz").raise_for_status()

    def rank(self, question: str, limit: int) -> list[str]:
        """Names of the documents found, best first; several documents of one row count once."""
        hits = self.answer(question, limit).get("hits", [])
        return list(dict.fromkeys(self._names.get(hit["id"], hit["id"]) for hit in hits))


@contextmanager
def running_site(index: Index, *, semantic: bool = False) -> Iterator[Site]:
    """Starts the site over an index, as :func:`started` does."""
    with (
        started(index.data_dir, semantic=semantic) as (port, log),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as http,
    ):
        yield Site(http, index.names, log)


@contextmanager
def started(
    data_dir: Path, *, semantic: bool = False, kept: str = "0", settled: bool = True
) -> Iterator[tuple[int, Path]]:
    """Starts the site with the code of this working tree on a free loopback port; yields the port and the site's log.

    With ``semantic``, vectors that lack are made first, and the site uses them. ``settled``: it has loaded its vocabulary, with
    which it answers the first questions side by side.
    Raises :class:`~gongwen.errors.EngineUnavailable` with the last lines of its log when it does not get ready.
    """
    port = _free_port()
    # Without a limit of requests, and without kept answers: what is measured is the answering.
    environment = os.environ | {"WENHAO_DATA": str(data_dir), "WENHAO_RATE": "off", "WENHAO_KEPT_ANSWERS": kept}
    environment |= {"WENHAO_SEMANTIC": "on" if semantic else "off", "WENHAO_AT_ONCE": "1000"}
    if semantic:
        subprocess.run([sys.executable, "-c", _COMMAND, "embed"], cwd=ROOT, env=environment, check=True)
    log = data_dir.parent / "site.log"
    with log.open("w") as output:
        command = [sys.executable, "-c", _COMMAND, "serve", "--port", str(port)]
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as http:
                _await_ready(http, child, log)
                if settled:
                    settle(http)
            yield port, log
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def settle(http: httpx.Client) -> None:
    """Returns when the site has its vocabulary: suggestions wait for it."""
    http.get("/api/v1/suggest", params={"q": "zw"}).raise_for_status()


def _await_ready(http: httpx.Client, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while child.poll() is None and time.monotonic() < deadline:
        try:
            if http.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise EngineUnavailable(f"the site did not get ready; it said: {_last_words(log)}")


def _last_words(log: Path) -> str:
    return " | ".join(log.read_text("utf-8", "replace").splitlines()[-8:]) or "nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
