"""Writing: a call that returns has been carried out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest

from engine import writer as writer_module
from engine.batches import Spool, batches
from engine.client import Connection, EngineClient
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.schema import SCHEMA_VERSION, index_settings
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import DiskAlmostFull, DocumentsRefused, EngineError, EngineTaskFailed, EngineUnavailable

Answer = tuple[int, dict[str, str], Any]
"""Status, headers and JSON body of a scripted answer."""


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"w{number}", "title": "工程", "collection": "c", **more}


async def call(connection: Connection, method: str, path: str, body: Any = None) -> Any:
    client = EngineClient(connection.url, connection.admin_key, 5)
    try:
        return await client.call(method, path, body)
    finally:
        await client.aclose()


async def test_a_failed_task_raises_the_engines_message(writer: MeiliWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    await writer.ensure_index()
    with monkeypatch.context() as patch:
        patch.setattr(writer_module, "checked", lambda record: record)
        with pytest.raises(EngineTaskFailed, match=r"documentAdditionOrUpdate.*failed.*identifier.*a b") as caught:
            await writer.put([*map(record, range(20)), {"id": "a b"}, *map(record, range(20, 40))])
    assert isinstance(caught.value, DocumentsRefused)
    assert caught.value.reasons.keys() == {"a b"}
    assert caught.value.status == 500
    assert await writer.count() == 40, "all but the bad one"


def test_what_waits_is_kept_on_the_disk_of_the_data_and_read_again(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        bodies = ["工程".encode(), b"[]", b"x" * 1000]
        assert [spool.add(body) for body in bodies] == [0, 1, 2]
        assert spool.read(1) == b"[]"
        assert spool.add(b"half") == 3, "written behind all others wherever was read"
        assert [spool.read(number) for number in range(4)] == [*bodies, b"half"]
        assert (spool.count, spool.size) == (4, 1012)
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_what_waits_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    monkeypatch.setattr("engine.batches.tempfile.TemporaryFile", lambda **_: full.open("r+b", buffering=0))
    with Spool(None) as spool, pytest.raises(DiskAlmostFull, match=r"6 bytes that wait.*No space left"):
        spool.add("工程".encode())


def test_batches_are_cut_by_bytes_and_lose_nothing() -> None:
    encoded = [orjson.dumps(record(number, text="工" * number)) for number in range(60)]
    parts = list(batches(encoded, limit=1000))
    assert len(parts) > 5
    assert all(len(part) <= 1000 for part in parts)
    assert [row for part in parts for row in orjson.loads(part)] == [orjson.loads(row) for row in encoded]
    assert list(batches([])) == []
    assert [len(orjson.loads(part)) for part in batches([b"1" * 5, b"2" * 50, b"3" * 5], limit=20)] == [1, 1, 1]


async def test_ensure_index_writes_only_what_differs(writer: MeiliWriter, connection: Connection) -> None:
    await writer.ensure_index()
    path = f"/indexes/{writer.index_name}/settings"
    assert await writer.schema_version() == SCHEMA_VERSION
    tasks = (await call(connection, "GET", "/tasks?limit=1"))["total"]
    await writer.ensure_index()
    assert (await call(connection, "GET", "/tasks?limit=1"))["total"] == tasks
    await writer._finish([await writer._send("PATCH", path, {"stopWords": ["的"], "rankingRules": ["words"]})])
    await writer.ensure_index()
    current = await call(connection, "GET", path)
    assert current["stopWords"] == []
    assert current["rankingRules"] == index_settings()["rankingRules"]


async def test_documents_of_another_schema_are_not_mixed_with_ours(writer: MeiliWriter) -> None:
    await writer.ensure_index()
    await writer.put([record(1)])
    body = {"synonyms": {"wenhaoschemaversion": ["0"]}}
    await writer._finish([await writer._send("PATCH", f"/indexes/{writer.index_name}/settings", body)])
    assert await writer.schema_version() == 0
    with pytest.raises(EngineError, match="schema 0"):
        await writer.ensure_index()
    await writer.delete(["w1"])
    await writer.ensure_index()
    assert await writer.schema_version() == SCHEMA_VERSION


class Script(BaseHTTPRequestHandler):
    """An engine that answers what the test wrote down, and notes from which port each request came."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[list[Answer]] = []
    ports: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"] or 0))
        self.do_GET()

    def do_GET(self) -> None:
        status, headers, body = self.answers.pop(0)
        self.ports.append(self.client_address[1])
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def scripted(*answers: Answer) -> Iterator[Connection]:
    Script.answers, Script.ports = list(answers), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Connection(f"http://127.0.0.1:{server.server_address[1]}", "", "", owned=False)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


FULL: Answer = (503, {"retry-after": "0"}, {"message": "too many requests", "code": "too_many_search_requests"})
ACCEPTED: Answer = (202, {}, {"taskUid": 7})
SUCCEEDED: Answer = (200, {}, {"status": "succeeded"})


async def test_a_full_queue_is_waited_for(settings: EngineSettings) -> None:
    with scripted(FULL, FULL, ACCEPTED, SUCCEEDED) as connection:
        target = MeiliWriter(connection, settings)
        await target.put([record(1)])
        await target.aclose()


async def test_but_not_for_ever(settings: EngineSettings) -> None:
    with scripted(*[FULL] * writer_module.MAX_ATTEMPTS) as connection:
        target = MeiliWriter(connection, settings)
        with pytest.raises(EngineUnavailable, match="too many requests"):
            await target.put([record(1)])
        await target.aclose()


@pytest.mark.parametrize("status", [413, 415])
async def test_a_connection_that_would_hang_is_not_used_again(settings: EngineSettings, status: int) -> None:
    refusal: Answer = (status, {}, {"message": "too large", "code": "payload_too_large"})
    with scripted(ACCEPTED, SUCCEEDED, refusal, ACCEPTED, SUCCEEDED) as connection:
        target = MeiliWriter(connection, settings)
        await target.put([record(1)])
        with pytest.raises(EngineError, match="too large"):
            await target.put([record(2)])
        await target.put([record(3)])
        await target.aclose()
    before, after = Script.ports[:3], Script.ports[3:]
    assert len(set(before)) == 1
    assert not set(before) & set(after)


@pytest.mark.parametrize("status", ["canceled", "failed"])
async def test_a_task_that_does_not_succeed_is_an_error(settings: EngineSettings, status: str) -> None:
    ended: Answer = (200, {}, {"status": status, "type": "documentAdditionOrUpdate", "error": None})
    with scripted(ACCEPTED, (200, {}, {"status": "processing"}), ended) as connection:
        target = MeiliWriter(connection, settings)
        with pytest.raises(EngineTaskFailed, match=status):
            await target.put([record(1)])
        await target.aclose()


async def test_a_task_that_never_ends_is_given_up(settings: EngineSettings) -> None:
    with scripted(ACCEPTED, *[(200, {}, {"status": "processing"})] * 50) as connection:
        target = MeiliWriter(connection, settings.model_copy(update={"write_timeout": 0.1}))
        with pytest.raises(EngineError, match=r"still processing after 0\.1 s.*disk"):
            await target.put([record(1)])
        await target.aclose()


async def test_something_else_that_answers_is_named(settings: EngineSettings) -> None:
    with scripted((200, {}, "<html>hello</html>"), (301, {"location": "/"}, {})) as connection:
        target = MeiliReader(connection, settings)
        for _ in range(2):
            with pytest.raises(EngineError, match="is this address a Meilisearch"):
                await target.search(SearchRequest())
        await target.aclose()
