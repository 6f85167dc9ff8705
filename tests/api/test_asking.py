"""A step asked in parts gives what it gives as a whole."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import build_planner
from api.asking import page_of, request_of
from api.pinning import Pinned
from api.plan import Step
from api.search import Answered, ranked
from api.settings import ApiSettings
from api.term_weights import TermWeights
from api.wanted import Wanted
from api.word_lists import WordLists
from engine.client import Connection
from engine.opening import open_reader, open_word_writer, open_writer
from engine.protocol import Clause, Condition, Hit, Query, Reader, SearchPage, SearchRequest
from engine.schema import EVERY_WORD, Field, join
from engine.server import running_engine
from engine.settings import EngineSettings
from indexer import word_indexing

WORDS = ("工程", "管理", "财政", "预算", "民政", "救助", "公开", "政务")
WINDOW = 20
WANTED = Wanted(facets=(Field.GENRE, Field.YEAR), limit=10)


def record(number: int) -> dict[str, object]:
    words = random.Random(number).choices(WORDS, k=12)
    return {"id": f"a{number:03}", "title": join(words[:2]), "text": join(words), "genre": words[0], "year": 2010 + number % 7, "every": EVERY_WORD}  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> EngineSettings:
    return EngineSettings(data_dir=tmp_path_factory.mktemp("asking"), max_indexing_memory="256MiB")


@pytest.fixture(scope="module")
def connection(settings: EngineSettings) -> Iterator[Connection]:
    async def fill(connection: Connection) -> None:
        writer = open_writer(connection, settings)
        await writer.ensure_index()
        rare = {"id": "rare", "title": "沼气", "text": join(("沼气", "工程")), "genre": "沼气", "every": EVERY_WORD}
        await writer.put([*(record(number) for number in range(300)), rare])
        words = open_word_writer(connection, settings)
        assert words is not None
        await word_indexing.update(writer, words, None, "", await writer.version())
        await writer.aclose()

    with running_engine(settings) as running:
        asyncio.run(fill(running))
        yield running


class Recording:
    """A reader that keeps what it was asked."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.asked: list[SearchRequest] = []

    async def search(self, request: SearchRequest) -> SearchPage:
        self.asked.append(request)
        return await self.reader.search(request)


@pytest.fixture
async def reader(connection: Connection, settings: EngineSettings) -> AsyncIterator[Recording]:
    made = open_reader(connection, settings)
    yield Recording(made)
    await made.aclose()


def step(*words: str) -> Step:
    trailing = tuple(Query(words=words[at:], strategy="frequency", weight=0.2 - at / 20) for at in range(2))
    nearest = Query(nearest=words, most=WINDOW, weight=0.5)
    return Step("most", (Query(phrases=(words,)), nearest, *trailing), window=WINDOW, trailing=frozenset(trailing))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("offset", [0, 10, 15, 40])
async def test_hits_total_and_facets_are_those_of_the_whole(reader: Recording, seed: int, offset: int) -> None:
    asked = step(*random.Random(seed).sample(WORDS, 3))
    wanted = replace(WANTED, offset=offset)
    found = (await page_of(reader, wanted, asked, (), many=True)).found
    whole = await reader.reader.search(request_of(wanted, asked, ()))
    assert [hit.id for hit in found.hits] == [hit.id for hit in whole.hits]
    assert (found.total, found.facets) == (whole.total, whole.facets)
    assert found.total > WINDOW
    assert len(reader.asked) == (2 if offset + wanted.limit <= WINDOW else 1), "pages behind are asked as one"


@pytest.mark.parametrize(
    ("words", "asked", "requests", "reason"),
    [
        (WORDS[:3], (WANTED, (Condition(Field.YEAR, (2012,)),)), 1, "a filter leaves too few of the nearest"),
        (WORDS[:3], (replace(WANTED, sort=("day:desc",)), ()), 1, "another order than ours"),
        (("沼气", "沼气池"), (WANTED, ()), 2, "fewer than are looked at, but all there are"),
        (("沼气", "工程"), (WANTED, ()), 2, "the nearest fill it"),
    ],
)
async def test_what_is_asked_in_parts(
    reader: Recording, words: tuple[str, ...], asked: tuple[Wanted, tuple[Clause, ...]], requests: int, reason: str
) -> None:
    wanted, conditions = asked
    found = (await page_of(reader, wanted, step(*words), conditions, many=True)).found
    whole = await reader.reader.search(request_of(wanted, step(*words), conditions))
    assert ([hit.id for hit in found.hits], found.total) == ([hit.id for hit in whole.hits], whole.total), reason
    assert found.total
    assert len(reader.asked) == requests, reason


@pytest.mark.parametrize(
    ("least", "offset", "told", "reason"),
    [
        (10, 0, (24, 2), "the nearest are enough (20, and 4 that hold the phrase): nothing is asked twice"),
        (10, 15, (24, 3), "a page that begins among them and ends behind them"),
        (10, 25, (24, 3), "a page behind them: ranked are no more than for the other pages"),
        (25, 0, (None, 3), "too few: filled up from those behind"),
    ],
)
async def test_the_nearest_need_not_be_filled_up_where_they_are_enough(
    reader: Recording, least: int, offset: int, told: tuple[int | None, int], reason: str
) -> None:
    asked, wanted = replace(step("工程", "管理", "财政"), window=30, least=least), replace(WANTED, offset=offset)
    page = await page_of(reader, wanted, asked, (), many=True)
    whole = await reader.reader.search(request_of(wanted, replace(asked, least=None), ()))
    assert (page.candidates, len(reader.asked)) == told, reason
    assert [hit.id for hit in page.found.hits] == [hit.id for hit in whole.hits][: len(page.found.hits)]
    assert len(page.found.hits) >= min(offset + wanted.limit, page.found.total)
    assert page.found.total == whole.total


def test_what_lies_behind_the_candidates_keeps_its_place() -> None:
    """However good its words are: on another page it stood behind them, too."""
    plan = build_planner(ApiSettings()).plan("财政预算公开")
    texts = ("民政救助", "工程管理", "财政预算公开", "财政预算公开")
    hits = tuple(Hit(f"a{at}", 1.0, 0, {"id": f"a{at}", "text": join((text,))}) for at, text in enumerate(texts))
    found = Answered(plan, Pinned(), (), Step("most", (Query(words=("财政",)),), window=4), SearchPage(hits, 4))
    order = [hit.id for hit in ranked(found, WANTED, TermWeights())[0]]
    assert set(order[:2]) == {"a2", "a3"}, "all are ranked"
    assert found.step is not None
    few = replace(found, step=replace(found.step, candidates=2))
    order = [hit.id for hit in ranked(few, WANTED, TermWeights())[0]]
    assert order[2:] == ["a2", "a3"]


def test_other_words_are_looked_for_in_long_questions_too() -> None:
    settings = ApiSettings()
    planner = replace(build_planner(settings), synonyms=WordLists(settings.synonyms_dir).current().synonyms)
    plan = planner.plan("我在一家公司上班三年老板突然让我回家休息还不给经济补偿合法吗")
    nearest = [query.nearest for step in plan.steps for query in step.queries if query.nearest]
    assert any("用人单位" in "".join(words) for words in nearest), "sought"
    assert "用人单位" in "".join(word for word, _ in plan.question.words), "and ranked by"


async def test_without_a_word_index_the_whole_is_asked(reader: Recording, tmp_path: Path) -> None:
    reader.reader._words._folder = tmp_path
    found = (await page_of(reader, WANTED, step("工程", "管理", "财政", "预算"), (), many=True)).found
    assert len(reader.asked) == 3
    assert len(found.hits) == WINDOW
    assert found.total > WINDOW


@pytest.mark.parametrize(
    ("offset", "many", "aside"),
    [(0, True, True), (40, True, True), (0, False, False), (40, False, False)],
)
async def test_facets_that_are_counted_aside_are_those_of_the_whole(
    reader: Recording, offset: int, many: bool, aside: bool
) -> None:
    asked, wanted = step("工程", "管理", "财政"), replace(WANTED, offset=offset, late=True)
    page = await page_of(reader, wanted, asked, (), many=many)
    whole = await reader.reader.search(request_of(wanted, asked, ()))
    assert (page.facets is not None) == aside
    counted = await page.facets if page.facets else page.found
    assert (counted.facets, counted.total) == (whole.facets, whole.total)
    assert (page.found.total, page.found.facets) == (whole.total, {} if aside else whole.facets)
    assert [hit.id for hit in page.found.hits] == [hit.id for hit in whole.hits]
    nothing = await page_of(reader, wanted, step("火星", "移民"), (), many=many)
    assert (nothing.found.total, nothing.facets) == (0, None)


def test_a_name_of_single_characters_stays_together_among_other_words() -> None:
    plan = build_planner(ApiSettings(rate="off")).plan("雄安 规划")
    (everywhere,) = [step for step in plan.steps if step.name == "all"]
    assert all(("雄", "安") in query.phrases for query in everywhere.queries)
