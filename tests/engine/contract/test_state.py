"""What either engine says of itself."""

from __future__ import annotations

import asyncio

from engine.opening import open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.status import status


async def test_the_status_names_version_and_documents(settings: EngineSettings) -> None:
    own = settings.model_copy(update={"index_name": "wenhao-state"})
    with running_engine(own) as connection:
        writer = open_writer(connection, own)
        await writer.drop("wenhao-state")
        await writer.ensure_index()
        await writer.put([{"id": "a"}, {"id": "b"}])
        await writer.aclose()
        found = await asyncio.to_thread(status, own)  # it has an event loop of its own
    assert found.problem is None
    assert found.tested
    assert found.documents == 2
    assert found.database_bytes
