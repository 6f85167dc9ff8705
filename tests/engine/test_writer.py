"""Writing: a call that returns has been carried out."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import orjson
import pytest

from engine import writer as writer_module
from engine.batches import batches
from engine.client import Connection, EngineClient
from engine.protocol import Query, SearchRequest, Stored
from engine.reader import MeiliReader
from engine.schema import SCHEMA_VERSION, Field, index_settings
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen.errors import DocumentsRefused, EngineError, EngineTaskFailed, EngineUnavailable, InputError

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


async def test_put_replaces_and_delete_removes(writer: MeiliWriter, connection: Connection) -> None:
    await writer.ensure_index()
    await writer.put([record(1, genre="通知"), record(2), {Field.ID: "w3"}])
    await writer.put([record(1)])
    assert await writer.count() == 3
    stored = await call(connection, "GET", f"/indexes/{writer.index_name}/documents/w1")
    assert stored == record(1)
    await writer.delete(["w1", "unknown"])
    assert await writer.count() == 2
    await writer.put([])
    await writer.delete([])


async def test_an_index_that_is_not_there(writer: MeiliWriter) -> None:
    assert await writer.count() == 0
    assert await writer.inventory("c") == {}
    assert await writer.schema_version() is None


async def test_a_failed_task_raises_the_engines_message(writer: MeiliWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    await writer.ensure_index()
    with monkeypatch.context() as patch:
        patch.setattr(writer_module, "check_id", str)
        with pytest.raises(EngineTaskFailed, match=r"documentAdditionOrUpdate.*failed.*identifier.*a b") as caught:
            await writer.put([*map(record, range(20)), {"id": "a b"}, *map(record, range(20, 40))])
    assert isinstance(caught.value, DocumentsRefused)
    assert caught.value.reasons.keys() == {"a b"}
    assert caught.value.status == 500
    assert await writer.count() == 40, "all but the bad one"


@pytest.mark.parametrize("bad", ["", "a b", "a/b", "文号", "a\n", "a" * 512, 7, None])
async def test_one_bad_id_is_refused_before_anything_is_sent(writer: MeiliWriter, bad: object) -> None:
    with pytest.raises(InputError, match="document id"):
        await writer.put([record(1), {"id": bad}])
    with pytest.raises(InputError, match="document id"):
        await writer.delete(["w1", bad])  # type: ignore[list-item]
    assert await writer.schema_version() is None


async def test_the_longest_id_is_taken(writer: MeiliWriter) -> None:
    await writer.ensure_index()
    await writer.put([{"id": "a" * 511}])
    assert await writer.count() == 1


@pytest.mark.parametrize("value", [object(), "\ud800", {1, 2}])
async def test_a_value_that_is_no_json_is_refused_with_its_id(writer: MeiliWriter, value: object) -> None:
    with pytest.raises(InputError, match="'w2' cannot be stored"):
        await writer.put([record(1), record(2, facts=value)])
    assert await writer.schema_version() is None


def test_batches_are_cut_by_bytes_and_lose_nothing() -> None:
    encoded = [orjson.dumps(record(number, text="工" * number)) for number in range(60)]
    parts = list(batches(encoded, limit=1000))
    assert len(parts) > 5
    assert all(len(part) <= 1000 for part in parts)
    assert [row for part in parts for row in orjson.loads(part)] == [orjson.loads(row) for row in encoded]
    assert list(batches([])) == []
    assert [len(orjson.loads(part)) for part in batches([b"1" * 5, b"2" * 50, b"3" * 5], limit=20)] == [1, 1, 1]


async def test_many_batches_are_all_stored(writer: MeiliWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    await writer.ensure_index()
    monkeypatch.setattr(writer_module.batches, "__defaults__", (500,))
    await writer.put([record(number) for number in range(60)])
    assert await writer.count() == 60


async def test_inventory_reads_page_by_page(writer: MeiliWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    await writer.ensure_index()
    monkeypatch.setattr(writer_module, "PAGE", 3)
    records = [record(n, source=f"s{n}", source_hash=f"h{n}", content_hash=f"k{n}", text="工程") for n in range(10)]
    await writer.put([*records, record(90, collection="C"), record(91, collection="d"), {"id": "w92"}])
    expected = {f"w{n}": Stored(f"s{n}", f"h{n}", f"k{n}") for n in range(10)}
    assert await writer.inventory("c") == expected
    assert await writer.inventory("C") == {"w90": Stored(None, None, None)}
    assert await writer.inventory('c" OR id EXISTS OR "') == {}
    await writer.delete(list(expected))
    assert await writer.count() == 3


async def test_update_replaces_the_given_fields_alone(writer: MeiliWriter, connection: Connection) -> None:
    await writer.ensure_index()
    await writer.put([record(1, genre="通知", effects=[{"kind": "repeals"}]), record(2)])
    await writer.update([{"id": "w1", "effects": [], "validity": "in_force"}])
    stored = await call(connection, "GET", f"/indexes/{writer.index_name}/documents/w1")
    assert stored == record(1, genre="通知", effects=[], validity="in_force")
    with pytest.raises(InputError, match="id"):
        await writer.update([{"validity": "in_force"}])


async def test_scan_gives_every_document_with_the_fields_asked_for(writer: MeiliWriter) -> None:
    assert [page async for page in writer.scan(["id"])] == [], "no index yet"
    await writer.ensure_index()
    await writer.put([record(number, text="工程") for number in range(8)])
    pages = [page async for page in writer.scan(["id", "title"], page_size=3)]
    assert [len(page) for page in pages] == [3, 3, 2]
    rows = sorted((row for page in pages for row in page), key=lambda row: row["id"])
    assert rows == [{"id": f"w{number}", "title": "工程"} for number in range(8)]


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


async def test_two_may_ensure_at_once(writer: MeiliWriter, connection: Connection, settings: EngineSettings) -> None:
    other = MeiliWriter(connection, settings, writer.index_name)
    await asyncio.gather(writer.ensure_index(), other.ensure_index())
    await other.aclose()
    assert await writer.schema_version() == SCHEMA_VERSION


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


async def test_swap_puts_the_new_documents_in_place(
    writer: MeiliWriter, connection: Connection, settings: EngineSettings
) -> None:
    staged = MeiliWriter(connection, settings, writer.index_name + "-next")
    reader = MeiliReader(connection, settings.model_copy(update={"index_name": writer.index_name}))
    for target, number in ((writer, 1), (staged, 2)):
        await target.ensure_index()
        await target.put([record(number)])
    await writer.swap(staged.index_name)
    page = await reader.search(SearchRequest((Query(words=("工程",)),)))
    assert [hit.id for hit in page.hits] == ["w2"]
    assert await staged.schema_version() is None
    with pytest.raises(EngineError, match="not found"):
        await writer.swap("wenhao-nothing")
    await staged.aclose()
    await reader.aclose()


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
