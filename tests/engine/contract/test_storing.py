"""What either engine keeps: a call that returns has been carried out, and searches see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

import engine.opensearch.queries
import engine.reader
import engine.schema
from engine.client import Connection
from engine.opening import open_reader, open_writer
from engine.protocol import Query, Reader, SearchRequest, Writer
from engine.schema import EVERY_WORD, SCHEMA_VERSION, Field
from engine.settings import EngineSettings
from gongwen.errors import EngineError, InputError


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"w{number}", "title": "工程", "collection": "c", **more}


@pytest.fixture
async def reader(connection: Connection, settings: EngineSettings, index_name: str) -> AsyncIterator[Reader]:
    made = open_reader(connection, settings.model_copy(update={"index_name": index_name}))
    yield made
    await made.aclose()


async def test_put_replaces_and_delete_removes(writer: Writer, reader: Reader) -> None:
    await writer.ensure_index()
    await writer.put([record(1, genre="通知"), record(2), {Field.ID: "w3"}])
    await writer.put([record(1)])
    assert await writer.count() == 3
    found = await reader.get("w1")
    assert found == record(1)
    await writer.delete(["w1", "unknown"])
    assert await writer.count() == 2
    await writer.put([])
    await writer.delete([])


async def test_an_index_that_is_not_there(writer: Writer) -> None:
    assert await writer.count() == 0
    assert await writer.schema_version() is None


@pytest.mark.parametrize("bad", ["", "a b", "a/b", "文号", "a\n", "a" * 512, 7, None])
async def test_one_bad_id_is_refused_before_anything_is_sent(writer: Writer, bad: object) -> None:
    with pytest.raises(InputError, match="document id"):
        await writer.put([record(1), {"id": bad}])
    with pytest.raises(InputError, match="document id"):
        await writer.delete(["w1", bad])  # type: ignore[list-item]
    assert await writer.schema_version() is None


async def test_the_longest_id_is_taken(writer: Writer) -> None:
    await writer.ensure_index()
    await writer.put([{"id": "a" * 511}])
    assert await writer.count() == 1


@pytest.mark.parametrize("value", [object(), "\ud800", {1, 2}])
async def test_a_value_that_is_no_json_is_refused_with_its_id(writer: Writer, value: object) -> None:
    with pytest.raises(InputError, match="'w2' cannot be stored"):
        await writer.put([record(1), record(2, facts=value)])
    assert await writer.schema_version() is None


async def test_many_batches_are_all_stored(writer: Writer) -> None:
    await writer.ensure_index()
    await writer.put([record(number, text="工程\u200c" * 100_000) for number in range(20)])
    assert await writer.count() == 20


async def test_update_replaces_the_given_fields_alone(writer: Writer, reader: Reader) -> None:
    await writer.ensure_index()
    await writer.put([record(1, genre="通知", effects=[{"kind": "repeals"}]), record(2)])
    await writer.update([{"id": "w1", "effects": [], "validity": "in_force"}])
    found = await reader.get("w1")
    assert found == record(1, genre="通知", effects=[], validity="in_force")
    with pytest.raises(InputError, match="id"):
        await writer.update([{"validity": "in_force"}])


async def test_scan_gives_every_document_with_the_fields_asked_for(writer: Writer) -> None:
    assert [page async for page in writer.scan(["id"])] == [], "no index yet"
    await writer.ensure_index()
    await writer.put([record(number, text="工程") for number in range(8)])
    pages = [page async for page in writer.scan(["id", "title"], page_size=3)]
    assert [len(page) for page in pages] == [3, 3, 2]
    rows = sorted((row for page in pages for row in page), key=lambda row: row["id"])
    assert rows == [{"id": f"w{number}", "title": "工程"} for number in range(8)]
    some = [row async for page in writer.scan(["id"], only=["w2", "w5", "unknown"]) for row in page]
    assert sorted(row["id"] for row in some) == ["w2", "w5"]
    assert [row async for page in writer.scan(["id"], only=[]) for row in page] == []


async def test_what_nobody_waits_for_changes_no_version(writer: Writer) -> None:
    await writer.ensure_index()
    await writer.put([record(1)])
    before = await writer.version()
    await writer.settle()
    assert await writer.version() == before


async def test_two_may_ensure_at_once(writer: Writer, connection: Connection, settings: EngineSettings) -> None:
    other = open_writer(connection, settings, writer.index_name)
    await asyncio.gather(writer.ensure_index(), other.ensure_index())
    await other.aclose()
    assert await writer.schema_version() == SCHEMA_VERSION


async def test_swap_puts_the_new_documents_in_place(
    writer: Writer, connection: Connection, settings: EngineSettings
) -> None:
    staged = open_writer(connection, settings, writer.index_name + "-next")
    reader = open_reader(connection, settings.model_copy(update={"index_name": writer.index_name}))
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


async def test_totals_are_exact_beyond_the_last_page_where_facets_are_counted(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (engine.schema, engine.reader, engine.opensearch.queries):
        monkeypatch.setattr(module, "MAX_TOTAL", 5)
    await writer.ensure_index()
    await writer.put([record(number, genre="通知" if number % 3 else "公告", every=EVERY_WORD) for number in range(8)])
    united = (Query(words=("工程",)), Query(ids=("w1", "w2")))
    for queries in ((), united[:1], united):
        page = await reader.search(SearchRequest(queries, facets=("genre",), limit=3))
        assert (len(page.hits), page.total, page.facets) == (3, 8, {"genre": {"通知": 5, "公告": 3}})
    few = SearchRequest(united[1:], facets=("genre",), limit=3)
    assert (await reader.search(few)).total == 2
