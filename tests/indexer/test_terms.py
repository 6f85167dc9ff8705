"""The terms that the indexer counts, written to the real engine and read back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.client import Connection
from engine.opening import open_term_reader, open_term_writer
from engine.schema import JOINER
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.terms import Term, TermKind, TermState, terms_index, terms_settings
from engine.writer import MeiliWriter
from gongwen.errors import UnreadableDocument
from indexer import counting, terms
from indexer.counting import Counts
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.workers import Workers, _Worker

RECORDS = [
    {"title": "政务|公开|工作", "text": "政务|公开|，|衢州|市|\n|公开", "issuers": ["衢州市人民政府"]},
    {"title": "政务|公开", "text": "covid| |政务", "issuers": ["衢州市人民政府", "国务院办公厅"]},
    {"title": "衢州|市", "text": "的|通知", "issuers": []},
]


class Stored:
    """Documents as a writer scans them."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        self._records = [{key: value.replace("|", JOINER) if isinstance(value, str) else value for key, value in record.items()} for record in records]  # fmt: skip

    async def count(self) -> int:
        return len(self._records)

    async def scan(self, *_: object, **__: object) -> AsyncIterator[list[dict[str, Any]]]:
        yield list(self._records)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = EngineSettings(data_dir=tmp_path_factory.mktemp("terms"))
    with running_engine(settings) as connection:
        yield connection, settings


async def _counted(connection: Connection, settings: EngineSettings, changed: int) -> tuple[bool, TermState | None, list[Term]]:  # fmt: skip
    writer, reader = open_term_writer(connection, settings), open_term_reader(connection, settings)
    try:
        done = await terms.update(Stored(RECORDS), writer, changed)  # type: ignore[arg-type]
        return done, await reader.state(), await reader.terms()
    finally:
        await writer.aclose()
        await reader.aclose()


def test_words_pairs_and_bodies_are_counted_by_documents(engine: tuple[Connection, EngineSettings]) -> None:
    done, state, found = asyncio.run(_counted(*engine, changed=3))
    assert done
    assert state is not None
    assert state.documents == 3
    of = {(one.kind, one.text.replace(JOINER, "|")): one for one in found}
    assert of[TermKind.WORD, "公开"].frequency == 2, "documents, not occurrences"
    assert of[TermKind.PAIR, "政务|公开"].frequency == 2
    assert of[TermKind.PAIR, "衢州|市"].frequency == 2, "a place and its kind"
    assert of[TermKind.ISSUER, "衢州市人民政府"].frequency == 2
    assert (TermKind.PAIR, "公开|衢州") not in of, "a comma stands between them"
    assert (TermKind.PAIR, "公开|工作") not in of, "in one document only"
    assert (TermKind.PAIR, "的|通知") not in of, "a single character that is no category"
    assert {kind for kind, _ in of} == set(TermKind)


def test_chinese_terms_have_their_pinyin(engine: tuple[Connection, EngineSettings]) -> None:
    _, _, found = asyncio.run(_counted(*engine, changed=3))
    read = {one.text.replace(JOINER, ""): (one.pinyin, one.initials) for one in found}
    assert read["政务公开"] == ("zhengwugongkai", "zwgk")
    assert read["衢州市人民政府"] == ("quzhoushirenminzhengfu", "qzsrmzf")
    assert read["covid"] == ("", "")


def test_counts_of_an_older_form_are_counted_anew(engine: tuple[Connection, EngineSettings]) -> None:
    connection, settings = engine
    asyncio.run(_counted(connection, settings, changed=3))
    assert not asyncio.run(_counted(connection, settings, changed=0))[0]

    async def older() -> None:
        writer = open_term_writer(connection, settings)
        await writer._writer.put([{"id": "state", "documents": 3, "mean_words": 1.0, "changed": 0, "stamp": "old"}])
        await writer.aclose()

    asyncio.run(older())
    done, state, _ = asyncio.run(_counted(connection, settings, changed=0))
    assert done
    assert state is not None
    assert state.stamp != "old"


def test_rare_words_are_dropped_while_counting_and_common_ones_counted_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Term] = []
    held: list[int] = []
    commonest = terms._commonest

    class Kept:
        async def state(self) -> None:
            return None

        async def put_state(self, state: TermState) -> None: ...

        async def replace(self, found: Iterable[Term], _: TermState) -> None:
            kept.extend(found)

    class Pages(Stored):
        async def scan(self, *_: object, **__: object) -> AsyncIterator[list[dict[str, Any]]]:
            for record in self._records:
                yield [record]

    def watched(found: Counter[str], most: int) -> Counter[str]:
        after = commonest(found, most)
        held.append(len(after))
        return after

    monkeypatch.setattr(terms, "MOST", dict.fromkeys(TermKind, 5))
    monkeypatch.setattr(terms, "_commonest", watched)
    words = [f"{one}{other}" for one in "甲乙丙丁戊己庚辛壬癸" for other in "子丑寅卯辰巳午未申酉戌亥"]
    records = [{"title": "公开|工作", "text": f"政务|{word}|一{word}", "issuers": []} for word in words]
    asyncio.run(terms.update(Pages(records), Kept(), len(records)))  # type: ignore[arg-type]
    of = {(one.kind, one.text.replace(JOINER, "|")): one.frequency for one in kept}
    assert of[TermKind.WORD, "公开"] == of[TermKind.WORD, "政务"] == of[TermKind.PAIR, "公开|工作"] == len(words)
    assert max(held) <= 3 * 5, "so many are held, not all 240"
    assert len([one for one in kept if one.kind is TermKind.WORD]) <= 5


def test_counted_in_other_processes_the_counts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are added in their order whichever process ends first; one that dies costs nothing but time."""
    monkeypatch.setattr(terms, "FEW", 0)
    monkeypatch.setattr(terms, "_TOGETHER", 20)
    words = [f"{one}{other}" for one in "甲乙丙丁戊己庚辛壬癸" for other in "子丑寅卯辰巳午未申酉戌亥"]
    records = [{"title": "公开|工作", "text": f"政务|{word}|报告|covid", "issuers": [f"{word}局"]} for word in words]

    class Pages(Stored):
        async def scan(self, *_: object, **__: object) -> AsyncIterator[list[dict[str, Any]]]:
            for start in range(0, len(self._records), 7):
                yield self._records[start : start + 7]

    class Kept:
        def __init__(self) -> None:
            self.found: list[Term] = []
            self.documents = 0

        async def state(self) -> None:
            return None

        async def put_state(self, state: TermState) -> None: ...

        async def replace(self, found: Iterable[Term], state: TermState) -> None:
            self.found, self.documents = list(found), state.documents

    def counted(workers: Workers | None) -> Kept:
        kept = Kept()
        asyncio.run(terms.update(Pages(records), kept, len(records), workers))  # type: ignore[arg-type]
        return kept

    here, workers = counted(None), Workers(Pipeline(IndexerSettings(workers=2)))
    counted_here: list[int] = []
    count = counting.count

    def watched(records: Sequence[dict[str, Any]]) -> Counts:
        counted_here.append(len(records))
        return count(records)

    monkeypatch.setattr(counting, "count", watched)
    try:
        assert counted(workers).found == here.found
        assert not counted_here, "all of it there"
        for own in workers._all:  # those of other tests are none of our business
            own._started()
            process = psutil.Process(own._pid)
            process.kill()
            while process.status() != psutil.STATUS_ZOMBIE:  # its parent asks how it ended when we do
                time.sleep(0.01)
        assert counted(workers).found == here.found
        assert not counted_here, "those killed while they waited were started again"
        monkeypatch.setattr(_Worker, "_ask", dying)
        after = counted(workers)
    finally:
        workers.close()
    assert (after.found, after.documents) == (here.found, len(words))
    assert counted_here, "what the dead ones had is counted here"


def dying(*_: object) -> None:
    raise UnreadableDocument("reading the file crashed its process (signal 9)", stage="extract", lasting=False)


def test_an_index_that_a_cut_left_without_settings_counts_for_none(tmp_path: Path) -> None:
    settings = EngineSettings(data_dir=tmp_path)

    async def state(connection: Connection) -> TermState | None:
        bare = MeiliWriter(connection, settings, terms_index(settings), terms_settings())
        await bare._create()  # and no more: the connection was cut before the settings were sent
        await bare.aclose()
        counts = open_term_writer(connection, settings)
        try:
            return await counts.state()
        finally:
            await counts.aclose()

    with running_engine(settings) as connection:
        assert asyncio.run(state(connection)) is None
