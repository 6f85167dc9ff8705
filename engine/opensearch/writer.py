"""The ``Writer`` on OpenSearch: a call that returns has been carried out on every copy, and searches see it.

An index is an alias on an index with a number behind its name, so that one built beside it is put in its place in one step.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine.batches import BATCH_BYTES, check_id, encode, id_of
from engine.client import Connection
from engine.opensearch.bulk import Action, requests
from engine.opensearch.client import AnswerError, Cluster, incomplete
from engine.opensearch.mapping import version_of
from engine.opensearch.scrolling import scroll
from engine.protocol import Encoded
from engine.schema import SCHEMA_VERSION
from engine.settings import EngineSettings
from gongwen.errors import DocumentsRefused, EngineError, EngineTaskFailed, EngineUnavailable, InputError

PAGE = 10_000
MAX_ATTEMPTS = 6
_FIRST_WAIT = 0.5
"""Seconds before what an overloaded or recovering cluster put off is sent again; twice as long each time."""

_ANSWERED = 15.0
"""Seconds one node has for a request of BATCH_BYTES, which takes one or two: a frozen one holds everything up so long."""

_PUT_OFF = (429, 503)


class OpenSearchWriter:
    """Writes one index as the user that may write; ``layout`` is the body that makes it (:mod:`engine.opensearch.mapping`)."""

    def __init__(
        self, connection: Connection, settings: EngineSettings, index_name: str, layout: Mapping[str, Any]
    ) -> None:
        self.index_name = index_name
        self._layout = layout
        self._ours = f"{settings.index_name}*"
        self._cluster = Cluster(connection, settings, connection.admin_key, min(_ANSWERED, settings.write_timeout))

    async def ensure_index(self) -> None:
        """Make the index exist with our layout.

        Raises :class:`EngineError` when it holds documents of another layout (see :mod:`engine.staging`) or of another
        program.
        """
        current = await self._concrete()
        if current is not None:
            version = await self.schema_version()
            if version == SCHEMA_VERSION:
                return
            if await self.count():
                raise EngineError(self._foreign(version))
            await self.drop(self.index_name)
        await self._create()

    def at_once(self, documents: int) -> int:  # noqa: ARG002 - a cluster writes new segments beside the old ones
        """Return the bytes of records that are best stored together, whatever the index holds."""
        return BATCH_BYTES

    async def put(self, records: Iterable[Mapping[str, Any] | Encoded]) -> None:
        """Store records, replacing those with the same id, in requests of at most BATCH_BYTES.

        Raises before anything is sent :class:`InputError` (a bad id, a value that is no JSON); after all was sent
        :class:`DocumentsRefused` when all were stored but some that the cluster does not take, else
        :class:`EngineUnavailable` or :class:`EngineTaskFailed`.
        """
        await self._store([Action(check_id(id_of(record)), "index", encode(record)) for record in records])

    async def update(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Replace only the fields given; raises as :meth:`put` does, and :class:`InputError` for a value that is an object,
        which the cluster would merge with the old one.
        """
        rows = [(check_id(id_of(record)), orjson.loads(encode(record))) for record in records]
        for name, row in rows:
            if merged := [field for field, value in row.items() if isinstance(value, dict)]:
                raise InputError(
                    f"document {name!r}: {', '.join(merged)} cannot be updated, only put, for it is an object"
                )
        await self._store([Action(name, "update", orjson.dumps({"doc": row})) for name, row in rows])

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are no error."""
        await self._store([Action(check_id(name), "delete", None) for name in ids])

    async def scan(
        self, fields: Sequence[str], *, only: Sequence[str] | None = None, page_size: int = PAGE
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield every document of the index (or those with the ids ``only``), a page at a time, with these fields only."""
        asked: dict[str, Any] = (
            {"match_all": {}} if only is None else {"ids": {"values": [check_id(one) for one in only]}}
        )
        async for page in scroll(self._cluster, self.index_name, fields, asked, page_size):
            yield page

    async def count(self) -> int:
        """Return the number of documents stored; 0 when there is no index yet."""
        try:
            with self._cluster.answering():
                answer = await self._cluster.api.count(index=self.index_name)
        except AnswerError as error:
            if error.kind == "index_not_found_exception":
                return 0
            raise
        if incomplete(answer):
            raise EngineUnavailable(f"cluster at {self._cluster.url} cannot count all of {self.index_name!r}")
        return int(answer["count"])

    async def version(self) -> str:
        """Return which index it is and the number of its last operation, shard by shard."""
        with self._cluster.answering():
            stats = await self._cluster.api.indices.stats(
                index=self.index_name, metric="docs", params={"level": "shards"}
            )
        (index,) = stats["indices"].values()
        done = {
            number: max(
                (copy["seq_no"]["max_seq_no"] for copy in copies if copy["routing"]["primary"] and "seq_no" in copy),
                default=-1,
            )
            for number, copies in index["shards"].items()
        }
        return f"{index['uuid']}@{'.'.join(str(done[number]) for number in sorted(done))}"

    async def schema_version(self) -> int | None:
        """Return the SCHEMA_VERSION the index was made with; None when there is none of ours, 0 for another layout."""
        try:
            with self._cluster.answering():
                found = await self._cluster.api.indices.get_mapping(index=self.index_name)
        except AnswerError as error:
            if error.kind == "index_not_found_exception":
                return None
            raise
        return version_of(next(iter(found.values()))["mappings"], self._layout)

    async def settle(self) -> None:
        """Return at once: the cluster answers when a write is done, and puts nothing off."""

    async def siblings(self, beginning: str) -> list[str]:
        """Return the names of the other indexes that begin so."""
        return sorted({name for name in await self._aliases(f"{beginning}*") if name != self.index_name})

    async def drop(self, index_name: str) -> None:
        """Remove an index with its documents; one that is not there is no error."""
        for concrete in (await self._aliases(index_name)).values():
            with self._cluster.answering():
                await self._cluster.api.indices.delete(index=concrete, params={"ignore": 404})

    async def swap(self, staged: str) -> None:
        """Put the index ``staged`` in place of this one in one step, then remove the old documents.

        Both must exist, else :class:`EngineError`. Searches see the old or the new documents, never both.
        """
        new, old = (await self._aliases(staged)).get(staged), await self._concrete()
        if new is None or old is None:
            raise EngineError(
                f"index {staged if new is None else self.index_name!r} was not found, so nothing is swapped"
            )
        actions = [
            {"remove": {"index": old, "alias": self.index_name}},
            {"remove": {"index": new, "alias": staged}},
            {"add": {"index": new, "alias": self.index_name}},
        ]
        with self._cluster.answering():
            await self._cluster.api.indices.update_aliases(body={"actions": actions})
            await self._cluster.api.indices.delete(index=old)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._cluster.aclose()

    async def _store(self, actions: Sequence[Action]) -> None:
        refused: dict[str, str] = {}
        for body in requests(actions):
            refused |= await self._send(body)
        if actions:
            await self._show()
        if refused:
            raise DocumentsRefused(refused)

    async def _show(self) -> None:
        """Make what was written visible on every copy; one that does not answer would go on giving old answers."""
        wait = _FIRST_WAIT
        for _ in range(MAX_ATTEMPTS):
            try:
                with self._cluster.answering():
                    shards = (await self._cluster.api.indices.refresh(index=self.index_name))["_shards"]
                if not shards["failed"]:
                    return
            except EngineUnavailable:
                pass
            await asyncio.sleep(wait)
            wait *= 2
        raise EngineUnavailable(f"cluster at {self._cluster.url} stored all, but not every copy shows it yet")

    async def _send(self, actions: Sequence[Action]) -> dict[str, str]:
        """Send one request, again what was put off; return id -> reason of what was refused."""
        refused: dict[str, str] = {}
        wait, reason = _FIRST_WAIT, ""
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                await asyncio.sleep(wait)
                wait *= 2
            try:
                actions, reason, bad = self._judged(actions, await self._bulk(actions))
                refused |= bad
            except AnswerError as error:
                if error.reply != 413:
                    raise
                if len(actions) == 1:
                    return refused | {actions[0].id: str(error)}
                half = len(actions) // 2
                return refused | await self._send(actions[:half]) | await self._send(actions[half:])
            except EngineUnavailable as error:
                reason = str(error)
            if not actions:
                return refused
        raise EngineUnavailable(f"cluster at {self._cluster.url} did not store {len(actions)} documents: {reason}")

    def _judged(
        self, actions: Sequence[Action], ended: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Action], str, dict[str, str]]:
        """Return what was put off, the last reason why, and id -> reason of what was refused for good."""
        again, refused, reason = list[Action](), dict[str, str](), ""
        for action, one in zip(actions, ended, strict=True):
            fault = one.get("error")
            # What is gone cannot be updated; an index that is gone is another matter.
            if fault is None or fault.get("type") == "document_missing_exception":
                continue
            reason = f"{fault.get('type')}: {fault.get('reason')}"
            if one["status"] in _PUT_OFF:
                again.append(action)
            elif one["status"] == 400:
                refused[action.id] = reason
            else:
                raise EngineTaskFailed(f"cluster at {self._cluster.url} did not store {action.id!r}: {reason}")
        return again, reason, refused

    async def _bulk(self, actions: Sequence[Action]) -> list[dict[str, Any]]:
        body = b"".join(action.lines() for action in actions).decode()
        # `require_alias`: without an index of ours none may be made by guessing.
        with self._cluster.answering():
            answer = await self._cluster.api.bulk(body=body, index=self.index_name, params={"require_alias": "true"})
        return [next(iter(item.values())) for item in answer["items"]]

    async def _create(self) -> None:
        taken = re.compile(re.escape(self.index_name) + r"-(\d{6})")
        with self._cluster.answering():
            there = await self._cluster.api.indices.get(index=f"{self.index_name}-*", params={"flat_settings": "true"})
        if any(self.index_name in one["aliases"] for one in there.values()):
            return  # another process was quicker: a second index under this name would answer beside the first
        numbers = [int(found[1]) for name in there if (found := taken.fullmatch(name))]
        name = f"{self.index_name}-{max(numbers, default=0) + 1:06}"
        body = {**self._layout, "aliases": {self.index_name: {}}}
        try:
            with self._cluster.answering():
                await self._cluster.api.indices.create(index=name, body=body)
        except AnswerError as error:
            # Another process was quicker.
            if error.kind != "resource_already_exists_exception":
                raise

    async def _concrete(self) -> str | None:
        return (await self._aliases(self.index_name)).get(self.index_name)

    async def _aliases(self, pattern: str) -> dict[str, str]:
        """Return alias -> index, of the aliases that match; of our indexes alone, for of others the user may know nothing."""
        try:
            with self._cluster.answering():
                found = await self._cluster.api.indices.get_alias(index=self._ours, name=pattern)
        except AnswerError as error:
            if error.reply == 404:
                return {}
            raise
        return {alias: index for index, one in found.items() for alias in one["aliases"]}

    def _foreign(self, version: int | None) -> str:
        if version is None:
            return f"index {self.index_name!r} holds documents of another program; name another index in WENHAO_INDEX"
        return (
            f"index {self.index_name!r} holds documents of another layout than this program writes; "
            "run `wenhao sync`, which builds a new index beside it and swaps"
        )
