"""An index of another schema is built anew beside the old one, which is searched until the two are swapped."""

from __future__ import annotations

import copy

from engine.client import Connection, EngineClient
from engine.opening import open_reader, open_writer
from engine.opensearch.mapping import documents_layout
from engine.opensearch.writer import OpenSearchWriter
from engine.protocol import SearchRequest
from engine.schema import SCHEMA_VERSION
from engine.settings import EngineSettings
from engine.staging import staged


async def make_outdated(connection: Connection, settings: EngineSettings) -> None:
    """An index with a document, of the schema before ours."""
    if connection.cluster:
        layout = copy.deepcopy(documents_layout(1, 0))
        layout["mappings"]["_meta"]["wenhao"] = {"schema": SCHEMA_VERSION - 1, "layout": "old"}
        old = OpenSearchWriter(connection, settings, settings.index_name, layout)
        await old._create()
        await old.put([{"id": "old"}])
        await old.aclose()
        return
    writer = open_writer(connection, settings)
    await writer.ensure_index()
    await writer.put([{"id": "old"}])
    client = EngineClient(connection.url, connection.admin_key, 5)
    marked = {"synonyms": {"wenhaoschemaversion": [str(SCHEMA_VERSION - 1)]}}
    await client.call("PATCH", f"/indexes/{settings.index_name}/settings", marked)
    await writer.settle()
    await client.aclose()
    await writer.aclose()


async def found(connection: Connection, settings: EngineSettings) -> list[str]:
    reader = open_reader(connection, settings)
    page = await reader.search(SearchRequest())
    await reader.aclose()
    return [hit.id for hit in page.hits]


async def test_the_new_takes_the_place_of_the_old(connection: Connection, settings: EngineSettings) -> None:
    own = settings.model_copy(update={"index_name": "wenhao-rebuilt"})
    writer = open_writer(connection, own)
    await writer.drop("wenhao-rebuilt")
    await make_outdated(connection, own)
    assert await writer.schema_version() not in (None, SCHEMA_VERSION)
    building = await staged(writer, connection, own)
    assert building is not None
    await building.ensure_index()
    await building.put([{"id": "new"}])
    assert await found(connection, own) == ["old"]
    # Whoever was killed here goes on with what there is.
    again = await staged(writer, connection, own)
    assert again is not None
    assert await again.count() == 1
    await writer.swap(again.index_name)
    assert await found(connection, own) == ["new"]
    assert await writer.schema_version() == SCHEMA_VERSION
    assert await staged(writer, connection, own) is None
    assert await writer.siblings("wenhao-rebuilt") == []
    for one in (writer, building, again):
        await one.aclose()
