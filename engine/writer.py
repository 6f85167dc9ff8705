"""The ``Writer`` on Meilisearch: a call that returns has been carried out, not merely accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine import space
from engine.batches import BATCH_BYTES, Spool, batches, check_id, checked, encode
from engine.client import BusyError, Connection, EngineClient, RefusedError
from engine.protocol import Encoded
from engine.schema import SCHEMA_VERSION, Field, index_settings, version_of
from engine.settings import EngineSettings
from gongwen.errors import DocumentsRefused, EngineError, EngineTaskFailed

PAGE = 10_000
"""Documents of one page of a scan, and ids of one deletion."""

_AT_ONCE, _MOST_AT_ONCE = 300, 256 * 1024 * 1024  # see MeiliWriter.at_once; bytes a document of the index, bytes

MAX_ATTEMPTS = 6
MAX_WAIT = 30.0


class MeiliWriter:
    """Writes one index with the admin key; ``index_name`` names another index than the settings' (one being built)."""

    def __init__(
        self,
        connection: Connection,
        settings: EngineSettings,
        index_name: str | None = None,
        layout: Mapping[str, Any] | None = None,
    ) -> None:
        self.index_name = index_name or settings.index_name
        # The engine settings of another kind of index; None: that of documents.
        self._layout = layout
        self._path = f"/indexes/{self.index_name}"
        self._timeout = settings.write_timeout
        self._where = settings
        self._under_way = 0
        # An answer to a write means only "accepted", so it is quick; a full disk or queue is what makes it slow.
        self._client = EngineClient(connection.url, connection.admin_key, min(60.0, settings.write_timeout))

    async def ensure_index(self) -> None:
        """Make the index exist with our settings; only settings that differ are sent, for each may index all again.

        Raises :class:`EngineError` when it holds documents of another SCHEMA_VERSION (see :mod:`engine.staging`) or of
        another program.
        """
        current = await self._settings()
        if current is None:
            await self._create()
            current = await self._settings() or {}
        elif self._layout is None and version_of(current) != SCHEMA_VERSION and await self.count():
            raise EngineError(self._foreign(version_of(current)))
        wanted = index_settings() if self._layout is None else self._layout
        changed = {name: value for name, value in wanted.items() if not _holds(current.get(name), value)}
        if changed:
            await self._finish([await self._send("PATCH", f"{self._path}/settings", changed)])

    def at_once(self, documents: int) -> int:
        """Return the bytes of records that are best stored together in an index of so many documents.

        The engine joins what waits, and rewrites much of a large index for each of its batches: at 600,000 documents
        (17 GB) batches of 2,000 stored 170 documents/s, batches of 33,000 (256 MB) 390.
        """
        return min(_MOST_AT_ONCE, max(BATCH_BYTES, _AT_ONCE * documents))

    async def put(self, records: Iterable[Mapping[str, Any] | Encoded]) -> None:
        """Store records, replacing those with the same id, in tasks of at most BATCH_BYTES. They are gone through once, and
        wait for the engine on the disk.

        Raises before anything is sent :class:`InputError` (a bad id, a value that is no JSON) or :class:`DiskAlmostFull` (the
        private engine's disk); after all tasks have ended :class:`DocumentsRefused` when all were stored but some that
        the engine does not take, else :class:`EngineTaskFailed` with its message.
        """
        await self._store("POST", records)

    async def update(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Replace only the fields given (the engine's ``PUT`` merges the top level); raises as :meth:`put` does."""
        await self._store("PUT", records)

    async def _store(self, method: str, records: Iterable[Mapping[str, Any] | Encoded]) -> None:
        with Spool(space.folder(self._where)) as spool:
            # All are encoded first, so that a bad value is found before the first batch is sent.
            for body in batches(map(encode, map(checked, records))):
                spool.add(body)
            size = spool.size
            space.check(self._where, self._under_way + size)
            self._under_way += size
            try:
                await self._store_all(method, spool)
            finally:
                self._under_way -= size

    async def _store_all(self, method: str, spool: Spool) -> None:
        """Store batches; one that is refused for what is in it is halved, until the bad documents stand alone."""
        refused, failures = dict[str, str](), list[str]()
        waiting = list(range(spool.count))
        while waiting:
            sent = [(number, await self._offer(method, spool.read(number))) for number in waiting]
            waiting = []
            for number, task in sent:
                ended = await self._ended(task) if isinstance(task, int) else task
                reason = _reason(ended)
                if reason is None:
                    continue
                if (ended.get("error") or {}).get("type") != "invalid_request":
                    failures.append(reason)
                    continue
                rows = orjson.loads(spool.read(number))
                if len(rows) == 1:
                    refused[str(rows[0]["id"])] = reason
                else:
                    half = len(rows) // 2
                    waiting += [spool.add(orjson.dumps(rows[:half])), spool.add(orjson.dumps(rows[half:]))]
        if failures:
            raise EngineTaskFailed("; ".join(failures))
        if refused:
            raise DocumentsRefused(refused)

    async def _offer(self, method: str, body: bytes) -> int | dict[str, Any]:
        """Return the task of a batch, or what a task would say of it when the engine does not take so much at once."""
        try:
            return await self._send(method, f"{self._path}/documents?primaryKey=id", content=body)
        except RefusedError as error:
            if error.reply != 413:
                raise
            return {"status": "refused", "error": {"message": str(error), "type": "invalid_request"}}

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are no error."""
        for document_id in ids:
            check_id(document_id)
        parts = [list(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
        await self._finish([await self._send("POST", f"{self._path}/documents/delete-batch", part) for part in parts])

    async def scan(
        self, fields: Sequence[str], *, only: Sequence[str] | None = None, page_size: int = PAGE
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield every document of the index (or those with the ids ``only``), a page at a time, with these fields only.

        Nothing when there is no index.
        """
        offset = 0
        while True:
            body: dict[str, Any] = {"fields": list(fields), "limit": page_size, "offset": offset}
            if only is not None:
                body["filter"] = f"id IN [{','.join(map(check_id, only))}]"
            page = await self._read(f"{self._path}/documents/fetch", body)
            if page is None:
                return
            yield page["results"]
            offset += page_size
            if offset >= page["total"]:
                return

    async def count(self) -> int:
        """Return the number of documents stored; 0 when there is no index yet."""
        stats = await self._read(f"{self._path}/stats")
        return 0 if stats is None else int(stats["numberOfDocuments"])

    async def version(self) -> str:
        """Return the name of the index and when the engine last changed it."""
        row = await self._read(self._path)
        return f"{row['uid']}@{row['updatedAt']}"

    async def schema_version(self) -> int | None:
        """Return the SCHEMA_VERSION the index was built with; None when there is no index of ours."""
        current = await self._settings()
        return None if current is None else version_of(current)

    async def settle(self) -> None:
        """Return when the engine has done all it was asked before, by whomever; nothing when there is no index."""
        # Of a swap our key sees the number only. When nothing waits, nothing is asked for: it would be a new version.
        waiting = await self._client.call("GET", "/tasks?statuses=enqueued,processing&limit=1")
        # Tasks are done in the order in which they came, so the end of one that does nothing is the end of all others.
        if waiting["total"] and await self._settings() is not None:
            await self._finish([await self._send("PATCH", f"{self._path}/settings", {})])

    async def siblings(self, beginning: str) -> list[str]:
        """Return the names of the indexes that begin so (and that the key may see), this one left out."""
        page = await self._client.call("GET", "/indexes?limit=1000")
        names = [str(row["uid"]) for row in page["results"]]
        return [name for name in names if name.startswith(beginning) and name != self.index_name]

    async def drop(self, index_name: str) -> None:
        """Remove an index with its documents; one that is not there is no error."""
        if await self._read(f"/indexes/{index_name}") is not None:
            await self._finish([await self._send("DELETE", f"/indexes/{index_name}")])

    async def swap(self, staged: str) -> None:
        """Put the index ``staged`` in place of this one in one step, then remove it with the old documents.

        Both must exist, else :class:`EngineError`. Searches see the old or the new documents, never both.
        """
        new = await self._created(staged)
        await self._created(self.index_name)
        await self._send("POST", "/swap-indexes", [{"indexes": [self.index_name, staged]}])
        # The task of a swap belongs to no index, so a key limited to ours may not ask for it (404). An index takes its
        # creation time along, which shows that the swap is done.
        deadline = time.monotonic() + self._timeout
        while await self._created(self.index_name) != new:
            if time.monotonic() > deadline:
                raise EngineError(
                    f"engine at {self._client.url} has not swapped {self.index_name} and {staged} in time"
                )
            await asyncio.sleep(0.02)
        await self._finish([await self._send("DELETE", f"/indexes/{staged}")])

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _foreign(self, version: int | None) -> str:
        if version is None:
            return f"index {self.index_name!r} holds documents of another program; name another index in WENHAO_INDEX"
        return (
            f"index {self.index_name!r} holds documents of schema {version}, this program writes {SCHEMA_VERSION}; "
            "run `wenhao sync`, which builds a new index beside it and swaps"
        )

    async def _created(self, index_name: str) -> str:
        return str((await self._client.call("GET", f"/indexes/{index_name}"))["createdAt"])

    async def _settings(self) -> dict[str, Any] | None:
        settings: dict[str, Any] | None = await self._read(f"{self._path}/settings")
        return settings

    async def _read(self, path: str, body: Any = None) -> Any:
        try:
            return await self._client.call("GET" if body is None else "POST", path, body)
        except RefusedError as error:
            if error.code == "index_not_found":
                return None
            raise

    async def _create(self) -> None:
        task = await self._send("POST", "/indexes", {"uid": self.index_name, "primaryKey": str(Field.ID)})
        try:
            await self._finish([task])
        except EngineTaskFailed as error:
            # Another process was quicker.
            if "already exists" not in str(error):
                raise

    async def _send(self, method: str, path: str, body: Any = None, *, content: bytes | None = None) -> int:
        """Return the uid of the task; waits and tries again while the engine's queue is full."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                answer = await self._client.call(method, path, body, content=content)
                return int(answer["taskUid"])
            except BusyError as error:
                if attempt == MAX_ATTEMPTS:
                    raise
                await asyncio.sleep(min(error.wait, MAX_WAIT))
        raise AssertionError("unreachable")

    async def _finish(self, tasks: Sequence[int]) -> None:
        failures = [failure for task in tasks if (failure := _reason(await self._ended(task)))]
        if failures:
            raise EngineTaskFailed("; ".join(failures))

    async def _ended(self, task: int) -> dict[str, Any]:
        """Return what the engine says of a task once it has ended."""
        deadline = time.monotonic() + self._timeout
        pause = 0.01
        while True:
            answer: dict[str, Any] = await self._client.call("GET", f"/tasks/{task}")
            status = answer["status"]
            if status not in ("enqueued", "processing"):
                return answer
            if time.monotonic() > deadline:
                raise EngineError(
                    f"engine at {self._client.url} has task {task} still {status} after {self._timeout:g} s; "
                    "look at its log and whether its disk is full, then run again"
                )
            await asyncio.sleep(pause)
            # Short tasks end in 10-30 ms; a long one must not be asked for a hundred times a second.
            pause = min(pause * 1.5, 0.5)


def _reason(answer: Mapping[str, Any]) -> str | None:
    """Return None when a task succeeded, else why it did not."""
    if answer["status"] == "succeeded":
        return None
    reason = (answer.get("error") or {}).get("message", "no reason given")
    return f"engine task {answer.get('uid', '')} ({answer.get('type')}) {answer['status']}: {reason}"


def _holds(current: Any, wanted: Any) -> bool:
    """Return whether the engine's setting already is ours; it adds defaults of its own to objects."""
    if isinstance(wanted, dict) and isinstance(current, dict):
        return all(_holds(current.get(name), value) for name, value in wanted.items())
    return bool(current == wanted)
