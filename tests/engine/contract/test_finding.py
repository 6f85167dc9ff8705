"""What either engine finds: hand-joined words, and unions against sets computed by hand."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.client import Connection
from engine.opening import open_reader, open_word_writer, open_writer
from engine.protocol import MAX_DEPTH, AllOf, AnyOf, Clause, Condition, Not, Query, Reader, SearchRequest
from engine.schema import EVERY_WORD, join
from engine.settings import EngineSettings
from gongwen.errors import EngineError, InputError
from indexer import word_indexing

CASES = Path(__file__).parent
WORDS = ("工程", "管理", "财政", "预算", "民政", "救助", "公开", "政务")
ODD = '衢州" OR id EXISTS OR "'
BACKSLASH = 'a\\"b\\'


def rows(name: str) -> list[list[str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def query_of(text: str) -> Query:
    data: dict[str, Any] = json.loads(text)
    for name in ("phrases", "without"):
        data[name] = tuple(tuple(phrase) for phrase in data.get(name, ()))
    data["words"] = tuple(data.get("words", ()))
    return Query(**{**data, "fields": tuple(data["fields"]) if "fields" in data else None})


def generated() -> list[dict[str, Any]]:
    chance = random.Random(7)
    records = []
    for number in range(200):
        words = chance.sample(WORDS, 3)
        records.append(
            {
                "id": f"g{number:03}",
                "title": join(words[:2]),
                "text": join(words),
                "year": 2010 + number % 7,
                "signed": 20100101 + chance.randrange(50),
                "genre": chance.choice(("通知", "公告", "决定")),
                "issuer": chance.choice(("衢州市人民政府", "衢江区人民政府", ODD, BACKSLASH, "两\n行")),
                "region": {"lvl0": "浙江省", "lvl1": "浙江省 > 衢州市"},
                "collection": "generated",
                "every": EVERY_WORD,
            }
        )
        if number % 10 == 0:
            del records[-1]["year"], records[-1]["signed"]
    return records


GENERATED = generated()


@pytest.fixture(scope="module")
def generated_settings(settings: EngineSettings) -> EngineSettings:
    return settings.model_copy(update={"index_name": "wenhao-generated", "words_dir": settings.data_dir / "generated"})


@pytest.fixture(scope="module", autouse=True)
def filled(connection: Connection, settings: EngineSettings, generated_settings: EngineSettings) -> None:
    samples = [
        {"id": name, "title": join(title.split()), "text": join(text.split())}
        for name, title, text in rows("documents.tsv")
    ]

    async def fill(target: EngineSettings, records: list[dict[str, Any]]) -> None:
        writer = open_writer(connection, target)
        await writer.ensure_index()
        await writer.put(records)
        if (words := open_word_writer(connection, target)) is not None:
            await word_indexing.update(writer, words, None, "", await writer.version())
        await writer.aclose()

    asyncio.run(fill(settings, samples))
    asyncio.run(fill(generated_settings, GENERATED))


@pytest.fixture
async def many(connection: Connection, generated_settings: EngineSettings) -> AsyncIterator[Reader]:
    made = open_reader(connection, generated_settings)
    yield made
    await made.aclose()


def having(*words: str) -> set[str]:
    return {record["id"] for record in GENERATED if set(words) <= set(record["text"].split("\u200c"))}


def facet(ids: set[str], name: str) -> dict[str, int]:
    return dict(Counter(str(record[name]) for record in GENERATED if record["id"] in ids and name in record))


@pytest.mark.parametrize(("text", "expected", "reason"), rows("search.tsv"))
async def test_found(reader: Reader, text: str, expected: str, reason: str) -> None:
    page = await reader.search(SearchRequest((query_of(text),), limit=100))
    wanted = set() if expected == "-" else set(expected.split())
    assert {hit.id for hit in page.hits} == wanted, reason
    assert page.total == len(wanted)


async def test_no_query_finds_all_with_facets(many: Reader) -> None:
    page = await many.search(SearchRequest(facets=("genre", "region.lvl1", "category"), limit=0))
    assert page.total == 200
    assert page.facets["genre"] == facet({record["id"] for record in GENERATED}, "genre")
    assert page.facets["region.lvl1"] == {"浙江省 > 衢州市": 200}
    assert page.facets["category"] == {}


async def test_a_phrase_is_a_phrase_in_hits_total_and_facets(many: Reader) -> None:
    def follows(text: str) -> bool:
        return "工程\u200c管理" in text

    truth = {record["id"] for record in GENERATED if follows(record["text"]) or follows(record["title"])}
    page = await many.search(SearchRequest((Query(phrases=(("工程", "管理"),)),), facets=("year",), limit=200))
    assert {hit.id for hit in page.hits} == truth
    assert page.total == len(truth)
    assert page.facets["year"] == facet(truth, "year")


@pytest.mark.parametrize("limit", [0, 5, 200])
async def test_several_queries_are_the_exact_union(many: Reader, limit: int) -> None:
    queries = (Query(words=("工程", "管理")), Query(words=("财政",), prefix="预"), Query(phrases=(("民政", "救助"),)))
    neighbours = {
        record["id"]
        for record in GENERATED
        if "民政\u200c救助" in record["text"] or "民政\u200c救助" in record["title"]
    }
    truth = having("工程", "管理") | having("财政", "预算") | neighbours
    page = await many.search(SearchRequest(queries, facets=("year", "genre", "issuer"), limit=limit))
    assert page.total == len(truth)
    assert len(page.hits) == min(limit, len(truth))
    assert len({hit.id for hit in page.hits}) == len(page.hits)
    assert {hit.id for hit in page.hits} <= truth
    for name in ("year", "genre", "issuer"):
        assert page.facets[name] == facet(truth, name)


async def test_a_union_with_an_exclusion_alone(many: Reader) -> None:
    page = await many.search(SearchRequest((Query(words=("工程",)), Query(without=(("财政",),))), limit=200))
    truth = having("工程") | ({record["id"] for record in GENERATED} - having("财政"))
    assert {hit.id for hit in page.hits} == truth
    assert page.total == len(truth)


async def test_pages_of_a_union_do_not_overlap_and_lose_nothing(many: Reader) -> None:
    request = SearchRequest((Query(words=("工程",)), Query(words=("管理",))), limit=7)
    seen: list[str] = []
    while True:
        page = await many.search(replace(request, offset=len(seen)))
        if not page.hits:
            break
        seen += [hit.id for hit in page.hits]
    assert len(seen) == len(set(seen)) == page.total
    assert set(seen) == having("工程") | having("管理")


async def test_filters_inside_one_another(many: Reader) -> None:
    truth = {record["id"] for record in GENERATED if record.get("year", 0) >= 2013}
    deep: Clause = Condition("year", at_least=2013)
    for level in range(MAX_DEPTH - 2):  # an even number of them turned round
        deep = (AllOf((deep,)), AnyOf((deep,)), Not(deep))[level % 3] if level < 36 else AllOf((deep,))
    assert {hit.id for hit in (await many.search(SearchRequest(conditions=(deep,), limit=200))).hits} == truth
    with pytest.raises(InputError, match="inside one another"):
        await many.search(SearchRequest(conditions=(AllOf((Not(deep),)),)))


@pytest.mark.parametrize("offset", [190, 99_990, 100_000, 5_000_000])
async def test_pages_end_where_there_is_nothing_more(many: Reader, offset: int) -> None:
    page = await many.search(SearchRequest(offset=offset, limit=20))
    assert (page.total, len(page.hits)) == (200, max(0, min(20, 200 - offset)))


async def test_weights_decide_the_order_of_a_union(many: Reader) -> None:
    first, second = Query(words=("工程",)), Query(words=("财政",))
    for light, heavy in ((0, 1), (1, 0)):
        queries = [first, second]
        queries[light] = replace(queries[light], weight=0.01)
        page = await many.search(SearchRequest(tuple(queries), limit=10))
        assert {hit.query for hit in page.hits} == {heavy}
        assert [hit.score for hit in page.hits] == sorted((hit.score for hit in page.hits), reverse=True)


@pytest.mark.parametrize("queries", [(), (Query(words=("工程",)),), (Query(words=("工程",)), Query(words=("财政",)))])
async def test_newest_first_is_exact(many: Reader, queries: tuple[Query, ...]) -> None:
    page = await many.search(SearchRequest(queries, sort=("signed:desc",), limit=200))
    dates = [hit.record.get("signed", 0) for hit in page.hits]
    assert dates == sorted(dates, reverse=True)
    assert page.total == len(dates)


@pytest.mark.parametrize("queries", [(), (Query(words=("工程",)),), (Query(words=("工程",)), Query(words=("财政",)))])
async def test_totals_and_facets_never_rise_with_a_condition(many: Reader, queries: tuple[Query, ...]) -> None:
    conditions: list[Condition] = []
    before = await many.search(SearchRequest(queries, facets=("year", "genre")))
    for condition in (
        Condition("genre", ("通知", "公告")),
        Condition("year", at_least=2012, at_most=2015),
        Condition("issuer", ("衢州市人民政府",)),
        Condition("year", (2013,)),
    ):
        conditions.append(condition)
        page = await many.search(SearchRequest(queries, tuple(conditions), facets=("year", "genre")))
        assert page.total <= before.total
        for name, counts in page.facets.items():
            assert all(count <= before.facets[name].get(value, 0) for value, count in counts.items())
            assert sum(counts.values()) == page.total or name == "year"
        before = page


@pytest.mark.parametrize(
    "value", [ODD, BACKSLASH, "两\n行", "衢州市人民政府", "没有", '"', "\\", "'", "", "长" * 2000, "a\x00b"]
)
async def test_a_filter_value_is_only_a_value(many: Reader, value: str) -> None:
    page = await many.search(SearchRequest(conditions=(Condition("issuer", (value,)),), limit=200))
    assert {hit.id for hit in page.hits} == {record["id"] for record in GENERATED if record["issuer"] == value}


async def test_a_range_and_absence(many: Reader) -> None:
    undated = {record["id"] for record in GENERATED if "year" not in record}
    page = await many.search(SearchRequest(conditions=(Condition("year", absent=True),), limit=200))
    assert {hit.id for hit in page.hits} == undated
    page = await many.search(SearchRequest(conditions=(Condition("year", (2011,), absent=True),), limit=200))
    assert {hit.id for hit in page.hits} == undated | {r["id"] for r in GENERATED if r.get("year") == 2011}
    page = await many.search(
        SearchRequest(conditions=(Condition("signed", at_least=20100111, at_most=20100120),), limit=200)
    )
    assert {hit.id for hit in page.hits} == {r["id"] for r in GENERATED if 20100111 <= r.get("signed", 0) <= 20100120}


async def test_only_the_fields_asked_for_and_the_id_come(many: Reader) -> None:
    page = await many.search(SearchRequest((Query(words=("工程",)),), fields=("title",), limit=1))
    assert set(page.hits[0].record) == {"id", "title"}


async def test_get_is_exact(many: Reader) -> None:
    assert await many.get("g001") == GENERATED[1]
    # The engine's filter ignores letter case.
    assert await many.get("G001") is None
    assert await many.get('g001" OR id EXISTS OR "') is None


async def test_alive_and_refusals_of_input(reader: Reader) -> None:
    await reader.alive()
    with pytest.raises(InputError):
        await reader.search(SearchRequest((Query(), Query(words=("工程",)))))


async def test_an_index_that_is_not_there_says_what_to_do(connection: Connection, settings: EngineSettings) -> None:
    reader = open_reader(connection, settings.model_copy(update={"index_name": "wenhao-none"}))
    for call in (reader.search(SearchRequest()), reader.get("a")):
        with pytest.raises(EngineError, match="wenhao sync"):
            await call
    await reader.aclose()


async def test_the_nearest_are_those_that_say_most_whatever_the_other_conditions(many: Reader) -> None:
    asked = Query(nearest=("财政", "预算", "民政"), most=5)
    page = await many.search(SearchRequest((asked,), facets=("genre",)))
    found = {hit.id for hit in page.hits}
    assert found <= having("财政", "预算") | having("预算", "民政") | having("财政", "民政")
    assert len(found) == page.total == 5
    assert page.facets["genre"] == facet(found, "genre")
    for genre, count in page.facets["genre"].items():
        chosen = await many.search(SearchRequest((asked,), (Condition("genre", (genre,)),)))
        assert {hit.id for hit in chosen.hits} == {one["id"] for one in GENERATED if one["id"] in found and one["genre"] == genre}  # fmt: skip
        assert chosen.total == count
    without = await many.search(SearchRequest((replace(asked, without=(("财政",),)),)))
    assert without.total == 0, "an excluded word takes documents away and brings no others"


async def test_the_nearest_join_other_queries_and_come_by_their_weight(many: Reader) -> None:
    exact = Query(words=("救助", "公开", "政务"), weight=0.25)
    near = Query(nearest=("财政", "预算", "民政"), most=5, weight=0.5)
    alone = await many.search(SearchRequest((near,), limit=200))
    both = await many.search(SearchRequest((exact, near), limit=200))
    found = {hit.id for hit in alone.hits}
    assert {hit.id for hit in both.hits} == found | having("救助", "公开", "政务")
    assert {hit.id for hit in both.hits[:5]} == found


async def test_nothing_is_near_to_words_that_are_nowhere(many: Reader) -> None:
    nowhere = Query(nearest=("魑魅", "魍魉"), most=5)
    page = await many.search(SearchRequest((nowhere,), facets=("genre",)))
    assert (page.hits, page.total, page.facets["genre"]) == ((), 0, {})
    with_others = await many.search(SearchRequest((nowhere, Query(words=("财政",))), limit=0))
    assert with_others.total == len(having("财政"))
    with pytest.raises(InputError, match="must be some"):
        await many.search(SearchRequest((Query(nearest=("财政",)),)))
