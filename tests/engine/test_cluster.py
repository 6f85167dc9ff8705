"""What a cluster that is not well answers, played by a server that says what the test wrote down."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.client import Connection
from engine.opening import open_reader, open_writer
from engine.opensearch import client, writer
from engine.protocol import Query, SearchRequest
from engine.server import cluster_connection
from engine.settings import EngineSettings
from gongwen.errors import DocumentsRefused, EngineError, EngineTaskFailed, EngineUnavailable, InputError, SettingsError

ASKED = SearchRequest((Query(words=("工程",)),))
REFRESHED = (200, {"_shards": {"total": 2, "successful": 2, "failed": 0}})


class Script(BaseHTTPRequestHandler):
    """Answers one after the other; notes path, body and user of each request."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[list[tuple[int, Any]]] = []
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
        self.asked.append((self.path.split("?")[0], body, self.headers["authorization"] or ""))
        status, answer = self.answers.pop(0)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_GET  # noqa: N815 - the names of the base

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def scripted(*answers: tuple[int, Any]) -> Iterator[EngineSettings]:
    Script.answers, Script.asked = list(answers), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield EngineSettings(opensearch_url=url, opensearch_admin="clerk:secret", opensearch_search="site:weak")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_FIRST_WAIT", 0.001)


async def put(settings: EngineSettings, *ids: str) -> None:
    target = open_writer(cluster_connection(settings), settings)
    try:
        await target.put([{"id": name, "title": "工程"} for name in ids])
    finally:
        await target.aclose()


async def search(settings: EngineSettings) -> Any:
    reader = open_reader(cluster_connection(settings), settings)
    try:
        return await reader.search(ASKED)
    finally:
        await reader.aclose()


def bulk(*statuses: int, kind: str = "mapper_parsing_exception") -> tuple[int, Any]:
    """The answer to a bulk request, an item a status."""
    items = [
        {"index": {"status": status} | ({"error": {"type": kind, "reason": "why"}} if status >= 400 else {})}
        for status in statuses
    ]
    return 200, {"errors": any(status >= 400 for status in statuses), "items": items}


async def test_what_was_put_off_is_sent_again_and_nothing_else() -> None:
    with scripted(bulk(200, 429, 201), bulk(503), bulk(200), REFRESHED) as settings:
        await put(settings, "a", "b", "c")
    sent = [body for path, body, _ in Script.asked if path.endswith("_bulk")]
    assert [body.count('"_id"') for body in sent] == [3, 1, 1]
    assert all('"_id":"b"' in body for body in sent[1:])


async def test_but_not_for_ever() -> None:
    with (
        scripted(*[bulk(429)] * writer.MAX_ATTEMPTS) as settings,
        pytest.raises(EngineUnavailable, match=r"did not store 1 documents: .*why"),
    ):
        await put(settings, "a")


async def test_what_is_bad_is_named_and_the_rest_is_stored() -> None:
    with scripted(bulk(200, 400), REFRESHED) as settings, pytest.raises(DocumentsRefused) as caught:
        await put(settings, "a", "b")
    assert caught.value.reasons == {"b": "mapper_parsing_exception: why"}


async def test_a_request_that_is_too_large_is_halved_to_the_document() -> None:
    large = (413, {"error": "too large"})
    with scripted(large, bulk(200), large, REFRESHED) as settings, pytest.raises(DocumentsRefused) as caught:
        await put(settings, "a", "b")
    assert caught.value.reasons.keys() == {"b"}


async def test_an_index_that_is_gone_is_no_document_that_is_gone() -> None:
    gone = bulk(404, kind="index_not_found_exception")
    with scripted(gone) as settings, pytest.raises(EngineTaskFailed, match="index_not_found"):
        await put(settings, "a")


async def test_a_copy_that_does_not_show_what_was_stored_is_asked_again() -> None:
    lame = (200, {"_shards": {"total": 2, "successful": 1, "failed": 1}})
    with scripted(bulk(200), lame, REFRESHED) as settings:
        await put(settings, "a")
    with (
        scripted(bulk(200), *[lame] * writer.MAX_ATTEMPTS) as settings,
        pytest.raises(EngineUnavailable, match="not every copy shows it"),
    ):
        await put(settings, "a")


async def test_an_object_cannot_be_updated() -> None:
    with scripted() as settings:
        target = open_writer(cluster_connection(settings), settings)
        with pytest.raises(InputError, match="facts cannot be updated"):
            await target.update([{"id": "a", "facts": {"year": 2016}}])
        await target.aclose()


@pytest.mark.parametrize("answer", [(503, {"error": "no manager"}), (403, {"error": "no permissions"})])
async def test_a_version_that_cannot_be_known_is_none(answer: tuple[int, Any]) -> None:
    with scripted(answer) as settings:
        reader = open_reader(cluster_connection(settings), settings)
        assert await reader.version() is None
        await reader.aclose()


async def test_a_copy_that_is_being_made_is_no_fault() -> None:
    made = {"refresh": {"external_total": 4}, "seq_no": {"max_seq_no": 7}}
    shards = {"0": [made, {"refresh": {"external_total": 0}}]}
    with scripted((200, {"indices": {"wenhao-000001": {"uuid": "u", "shards": shards}}})) as settings:
        reader = open_reader(cluster_connection(settings), settings)
        assert await reader.version() == "wenhao-000001/u@7.4"
        await reader.aclose()


async def test_an_index_made_meanwhile_is_not_made_twice() -> None:
    with scripted((200, {"wenhao-000001": {"aliases": {"wenhao": {}}}})) as settings:
        target = open_writer(cluster_connection(settings), settings)
        await target._create()  # type: ignore[attr-defined]
        await target.aclose()
    assert len(Script.asked) == 1


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, EngineError, "OPENSEARCH_ADMIN and OPENSEARCH_SEARCH"),
        (403, EngineError, "answered 403: no permissions"),
        (429, EngineUnavailable, "overloaded"),
        (500, EngineUnavailable, "_cluster/health"),
    ],
)
async def test_refusals(status: int, error: type[EngineError], said: str) -> None:
    answer = (status, {"error": {"type": "some_exception", "reason": "no permissions"}, "status": status})
    with scripted(answer) as settings, pytest.raises(error, match=said):
        await search(settings)


async def test_each_side_comes_as_its_own_user() -> None:
    hits = {"total": {"value": 0}, "hits": []}
    page = {"took": 1, "timed_out": False, "_shards": {"total": 1, "successful": 1, "failed": 0}, "hits": hits}
    with scripted((200, {"responses": [page]}), bulk(200), REFRESHED) as settings:
        assert (await search(settings)).total == 0
        await put(settings, "a")
    users = [base64.b64decode(user.removeprefix("Basic ")).decode() for _, _, user in Script.asked]
    assert users == ["site:weak", "clerk:secret", "clerk:secret"]


def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="both MEILI_URL and OPENSEARCH_URL"):
        EngineSettings(opensearch_url="http://a:9200", meili_url="http://b:7700")
    with pytest.raises(SettingsError, match="no capital letters"):
        EngineSettings(opensearch_url="http://a:9200", index_name="Wenhao")
    assert client.nodes("http://a:9200/, https://b:9200") == ["http://a:9200", "https://b:9200"]
    for wrong in ("", " , ", "a:9200"):
        with pytest.raises(SettingsError, match="OPENSEARCH_URL"):
            client.nodes(wrong)
    monkeypatch.setattr(client, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'wenhao\[opensearch\]'"):
        client.check_installed()


def test_a_password_is_read_from_its_file_and_in_no_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "admin").write_text("clerk:secret\n")
    monkeypatch.setenv("OPENSEARCH_ADMIN_FILE", str(tmp_path / "admin"))
    monkeypatch.setenv("OPENSEARCH_URL", "http://a:9200")
    connection: Connection = cluster_connection(EngineSettings())
    assert (connection.admin_key, connection.search_key, connection.may_write) == ("clerk:secret", "clerk:secret", True)
    assert "secret" not in repr(connection)
    reading = EngineSettings(opensearch_admin=None, opensearch_search="site:weak")
    assert not cluster_connection(reading.model_copy(update={"opensearch_admin": None})).may_write
