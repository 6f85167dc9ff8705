"""An index of a new schema is built beside the one in use, under a name of its own, and then swapped with it.

Whoever was killed in between leaves the half-built index (the next run goes on with it), a swap that the engine has yet to
carry out, or the old index under the new one's name (the next run removes it).
"""

from __future__ import annotations

import re

from engine.client import Connection
from engine.opening import open_writer
from engine.protocol import Writer
from engine.schema import SCHEMA_VERSION
from engine.settings import EngineSettings

_MARK = "_schema"


async def staged(writer: Writer, connection: Connection, settings: EngineSettings) -> Writer | None:
    """Return a writer of the index to build beside ``writer``'s, None when that one has our schema (or is not there, or
    is empty, or not ours: :meth:`Writer.ensure_index` sees to those). What is left of earlier builds is removed.

    The caller fills it, calls ``writer.swap(staged.index_name)``, and closes it.
    """
    outdated = await _is_outdated(writer)
    if outdated:
        # A swap that a killed run asked for may still be on its way.
        await writer.settle()
        outdated = await _is_outdated(writer)
    name = f"{writer.index_name}{_MARK}{SCHEMA_VERSION}"
    for other in await writer.siblings(writer.index_name):
        left = re.fullmatch(re.escape(writer.index_name + _MARK) + r"\d+", other)
        if left and not (outdated and other == name):
            await writer.drop(other)
    if not outdated:
        return None
    building = open_writer(connection, settings, name)
    if await building.schema_version() not in (None, SCHEMA_VERSION):
        await writer.drop(name)
    return building


async def _is_outdated(writer: Writer) -> bool:
    return await writer.schema_version() not in (None, SCHEMA_VERSION) and await writer.count() > 0
