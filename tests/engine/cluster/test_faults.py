"""Three nodes, of which any one is killed or frozen while documents are stored and searched: no answer is wrong unless it says
that it is partial, nothing that was acknowledged is lost, and the cluster mends itself.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable
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
_MENDED = 90.0  # seconds


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

    async def until(self, more: int, seconds: float) -> None:
        """Returns when so many more documents were acknowledged and ten searches more were answered."""
        documents, answers = len(self.acknowledged) + more, self.right + 10
        deadline = time.monotonic() + seconds
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


@pytest.mark.parametrize("fault", [killed, frozen])
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_one_node_fails(
    nodes: list[Node], settings: EngineSettings, fault: Callable[[list[Node], int], Callable[[], None]], at: int
) -> None:
    with running_engine(settings) as connection:
        writer, reader = open_writer(connection, settings), open_reader(connection, settings)
        await writer.ensure_index()
        nodes[at].put("/wenhao/_settings", {"index.unassigned.node_left.delayed_timeout": "1s"})
        await writer.put(FIXED)
        traffic = Traffic(writer, reader)
        at_work = asyncio.gather(traffic.store(f"{fault.__name__}{at}"), traffic.search(), traffic.search())
        try:
            await traffic.until(50, 30)
            mend = fault(nodes, at)
            try:
                await traffic.until(100, 60)
            finally:
                mend()
            await mended(nodes, at)
            await traffic.until(50, 30)
        except BaseException:
            await asyncio.gather(writer.aclose(), reader.aclose())
            raise
        finally:
            traffic.stopped.set()
            await at_work
        there = {row["id"] async for page in writer.scan((Field.ID,)) for row in page}
        page = await reader.search(ASKED)
        await writer.aclose()
        await reader.aclose()
    print(f"{fault.__name__} {at}: {traffic.right} right, {traffic.partial} partial, {traffic.refused} refused, {len(traffic.acknowledged)} stored")  # fmt: skip
    assert traffic.wrong == []
    assert traffic.acknowledged <= there
    assert (page.total, page.facets["year"], page.partial) == (len(FIXED), YEARS, False)


async def mended(nodes: list[Node], at: int) -> None:
    """Returns when all three nodes are there and every shard has its copies, which nobody helped with."""
    other = nodes[(at + 1) % 3]
    deadline = time.monotonic() + _MENDED
    health: Any = None
    while time.monotonic() < deadline:
        health = await asyncio.to_thread(other.ask, "/_cluster/health")
        if health["number_of_nodes"] == 3 and health["status"] == "green":
            return
        await asyncio.sleep(0.5)
    raise AssertionError(await asyncio.to_thread(other.ask, "/_cluster/allocation/explain"))
