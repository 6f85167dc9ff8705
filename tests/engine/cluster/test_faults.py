"""Three nodes, of which any one is killed or frozen while documents are stored and searched: no answer is wrong unless it says
that it is partial, nothing that was acknowledged is lost, and the cluster mends itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bench import opensearch
from bench.opensearch import Node
from engine.opening import open_reader, open_writer
from engine.protocol import Query, Reader, SearchRequest, Writer
from engine.schema import Field, join
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import EngineError, EngineUnavailable

FIXED = [
    {
        "id": f"f{number:03}",
        "title": join(["基准", "文件"]),
        "text": join(["第", str(number)]),
        "year": 2000 + number % 7,
    }
    for number in range(210)
]
YEARS = {str(year): count for year, count in Counter(one["year"] for one in FIXED).items()}
ASKED = SearchRequest((Query(phrases=(("基准", "文件"),)),), facets=("year",), limit=5, partial_ok=True)
_LONGEST = 240.0  # seconds in which a busy machine stores and answers again, and mends; ten on an idle one


class Traffic:
    """Stores and searches until told to stop, and notes what was acknowledged and what was answered."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader
        self.acknowledged: set[str] = set()
        self.right = self.partial = self.refused = 0
        self.wrong: list[str] = []
        self.stopped = asyncio.Event()

    async def store(self, name: str) -> None:
        batch = 0
        while not self.stopped.is_set():
            records = [{"id": f"{name}-{batch}-{row}", "title": join(["新", "文件"])} for row in range(10)]
            batch += 1
            await asyncio.sleep(0.05)
            try:
                await self._writer.put(records)
            except EngineError:
                continue
            self.acknowledged |= {str(one["id"]) for one in records}

    async def search(self) -> None:
        while not self.stopped.is_set():
            await asyncio.sleep(0.05)
            try:
                await self._reader.version()  # as a site asks before each answer
                page = await self._reader.search(ASKED)
            except EngineUnavailable:
                self.refused += 1
                continue
            found = (page.total, page.facets["year"], len(page.hits))
            if page.partial:
                self.partial += 1
            elif found == (len(FIXED), YEARS, 5):
                self.right += 1
            else:
                self.wrong.append(str(found))

    async def until(self, more: int) -> None:
        """Returns when so many more documents were acknowledged and ten searches more were answered."""
        documents, answers = len(self.acknowledged) + more, self.right + 10
        deadline = time.monotonic() + _LONGEST
        while len(self.acknowledged) < documents or self.right < answers:
            assert time.monotonic() < deadline, (
                f"{len(self.acknowledged)} of {documents} documents, {self.right} of {answers} answers"
            )
            await asyncio.sleep(0.1)


def killed(nodes: list[Node], at: int) -> Callable[[], None]:
    node = nodes[at]
    node.end()

    def mend() -> None:
        nodes[at] = opensearch.again(node)

    return mend


def frozen(nodes: list[Node], at: int) -> Callable[[], None]:
    nodes[at].signal(signal.SIGSTOP)
    return lambda: nodes[at].signal(signal.SIGCONT)


def filled(nodes: list[Node], at: int) -> Callable[[], None]:
    ballast = nodes[at].folder / "data" / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 20)):
            pass
    return ballast.unlink


@pytest.mark.parametrize("which", ["manager", "member"])
@pytest.mark.parametrize("fault", [killed, frozen, filled])
async def test_one_node_fails(
    nodes: list[Node], settings: EngineSettings, which: str, fault: Callable[[list[Node], int], Callable[[], None]]
) -> None:
    if (fault, which) not in ((killed, "manager"), (frozen, "member")) and not os.environ.get("WENHAO_CLUSTER"):
        pytest.skip("takes a minute; run with WENHAO_CLUSTER=all")
    at = place(nodes, which)
    if fault is filled and not nodes[at].small:
        pytest.skip("a file system of its own cannot be mounted here, so no disk is filled")
    with running_engine(settings) as connection:
        writer, reader = open_writer(connection, settings), open_reader(connection, settings)
        try:
            await writer.ensure_index()
            nodes[at].put("/wenhao/_settings", {"index.unassigned.node_left.delayed_timeout": "1s"})
            await writer.put(FIXED)
            traffic = Traffic(writer, reader)
            await beside(traffic, nodes, at, fault)
            there = {row["id"] async for page in writer.scan((Field.ID,)) for row in page}
            page = await reader.search(ASKED)
        finally:
            await writer.aclose()
            await reader.aclose()
    print(f"{fault.__name__} {which}: {traffic.right} right, {traffic.partial} partial, {traffic.refused} refused, {len(traffic.acknowledged)} stored")  # fmt: skip
    assert traffic.wrong == []
    assert traffic.acknowledged <= there
    assert (page.total, page.facets["year"], page.partial) == (len(FIXED), YEARS, False)


async def beside(
    traffic: Traffic, nodes: list[Node], at: int, fault: Callable[[list[Node], int], Callable[[], None]]
) -> None:
    """Stores and searches before, during and after a fault, until the cluster has mended itself."""
    at_work = asyncio.gather(traffic.store(f"{fault.__name__}{at}"), traffic.search(), traffic.search())
    try:
        await traffic.until(50)
        mend = fault(nodes, at)
        try:
            if fault is filled:
                # Nothing can be stored then: the cluster looks at its disks every ten seconds and makes its indexes read-only.
                await asyncio.sleep(20)
                await traffic.until(0)
            else:
                await traffic.until(100)
        finally:
            mend()
        await mended(nodes, at)
        await traffic.until(50)
    finally:
        traffic.stopped.set()
        await at_work


def place(nodes: list[Node], which: str) -> int:
    """Where the node is that manages the cluster (``manager``), or one that does not (``member``, the last such)."""
    (manager,) = nodes[0].ask("/_cat/cluster_manager?format=json")  # type: ignore[misc]
    names = [node.folder.name for node in nodes]
    managing = names.index(manager["node"])
    return managing if which == "manager" else max(at for at in range(len(nodes)) if at != managing)


async def mended(nodes: list[Node], at: int) -> None:
    """Returns when all three nodes are there and every shard has its copies, which nobody helped with.

    Each is asked what it knows itself: another one may not have noticed yet that the node was gone, and then nothing is
    mended, and the one that came back may not have heard yet where the shards are.
    """
    other = nodes[(at + 1) % 3]
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        with suppress(OSError):  # while a manager is elected, none of them can say
            asked = "/_cluster/health?local=true"
            told: list[Any] = [await asyncio.to_thread(node.ask, asked) for node in nodes]
            if all(health["number_of_nodes"] == 3 and health["status"] == "green" for health in told):
                return
        await asyncio.sleep(0.5)
    raise AssertionError(await asyncio.to_thread(other.ask, "/_cluster/allocation/explain"))


async def test_an_answer_without_some_of_the_documents_says_so(nodes: list[Node], settings: EngineSettings) -> None:
    alone = settings.model_copy(update={"index_name": "wenhao-alone", "replicas": 0})
    at = place(nodes, "member")
    with running_engine(alone) as connection:
        writer, reader = open_writer(connection, alone), open_reader(connection, alone)
        try:
            await writer.ensure_index()
            await writer.put(FIXED)
            mend = killed(nodes, at)
            try:
                page = await reader.search(ASKED)
                with pytest.raises(EngineUnavailable, match="part of the cluster"):
                    await reader.search(replace(ASKED, partial_ok=False))
            finally:
                mend()
            await mended(nodes, at)
            whole = await reader.search(ASKED)
        finally:
            await writer.aclose()
            await reader.aclose()
    assert page.partial
    assert 0 < page.total < len(FIXED)
    assert (whole.total, whole.partial) == (len(FIXED), False)
