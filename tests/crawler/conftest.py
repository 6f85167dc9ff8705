"""A site on loopback that behaves as told."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.crawl import Bounds, Summary, crawl
from crawler.fetching import Fetcher

Headers = dict[str, str]
Reply = tuple[int, Headers, bytes]


@dataclass
class Site:
    """Paths and what they answer; what was asked, with its headers, in order."""

    port: int = 0
    pages: dict[str, Reply | Callable[[Headers], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, Headers]] = field(default_factory=list)
    delay: float = 0.0

    def url(self, path: str = "/", host: str = "www.quzhou.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, *links: str, text: str = "关于做好防汛工作的通知", **headers: str) -> None:
        anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
        body = f"<html><head><title>{text}</title></head><body><h1>{text}</h1><p>{path}</p>{anchors}</body></html>"
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8", **headers}, body.encode())

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.asked.append((self.path, headers))
            time.sleep(made.delay)
            found = made.pages.get(self.path, (404, {}, b"none"))
            status, more, body = found(headers) if callable(found) else found
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked has seen enough
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Crawler:
    """Crawls a site into a folder, as its hosts were all at 127.0.0.1."""

    folder: Path

    def __call__(self, *starts: str, private: bool = True, most_bytes: int = 200_000, seconds: float = 5, **bounds: object) -> Summary:  # fmt: skip
        fetcher = Fetcher(
            allow_private=private, most_bytes=most_bytes, seconds=seconds, resolver=lambda *_: ["127.0.0.1"]
        )
        given = Bounds(**{"delay": 0.0, **bounds})  # type: ignore[arg-type]
        return crawl(starts, self.folder, given, fetcher, lambda *_: None)

    @property
    def files(self) -> list[str]:
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(one.partition("/")[2] for one in found if not one.startswith((".", "manifest")))

    def reasons(self) -> str:
        return "\n".join(path.read_text("utf-8") for path in (self.folder / ".crawl").rglob("*.jsonl"))


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return Crawler(tmp_path / "pages")
