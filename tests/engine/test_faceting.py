"""Which of two fields with the same values Meilisearch counts, and that both give the same counts."""

from __future__ import annotations

import pytest

import engine.faceting
from engine.client import Connection
from engine.faceting import Faceting
from engine.protocol import SearchRequest
from engine.reader import MeiliReader
from engine.schema import TWINS, Field, index_settings
from engine.settings import EngineSettings
from engine.writer import MeiliWriter

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("documents", "known", "twin", "reason"),
    [
        (MILLION, None, True, "not known: it is asked, and 90,000 are found"),
        (MILLION, 50_000, False, "kept as a list of numbers"),
        (MILLION, 80_000, True, "kept as bits"),
        (MILLION, MILLION, True, "all of them"),
        (10 * MILLION, 100_000, False, "as many as totals are exact to are few of ten million"),
        (150_000, 120_000, False, "a small index"),
        (150_000, None, False, "a small index, of which nothing more is asked"),
    ],
)
async def test_the_field_that_is_counted_sooner(documents: int, known: int | None, twin: bool, reason: str) -> None:
    async def count() -> int:
        return documents

    async def total(asked: SearchRequest) -> int:
        assert asked.known is None
        assert documents == MILLION, "of a small index nothing more is asked"
        return 90_000

    request = SearchRequest(facets=(Field.ISSUERS, Field.YEAR), known=known)
    chosen = await Faceting(count, total).fields(request)
    assert chosen == {Field.ISSUERS: TWINS[Field.ISSUERS] if twin else Field.ISSUERS, Field.YEAR: Field.YEAR}, reason


async def test_the_documents_are_counted_once_and_only_where_they_decide() -> None:
    asked = 0

    async def count() -> int:
        nonlocal asked
        asked += 1
        return MILLION

    async def total(_: SearchRequest) -> int:
        raise AssertionError("it is known")

    faceting = Faceting(count, total)
    assert await faceting.fields(SearchRequest(facets=(Field.YEAR,), known=MILLION)) == {Field.YEAR: Field.YEAR}
    assert await faceting.fields(SearchRequest(known=MILLION)) == {}
    assert asked == 0
    for _ in range(3):
        await faceting.fields(SearchRequest(facets=(Field.PLACE,), known=MILLION))
    assert asked == 1


async def test_both_fields_give_the_same_counts_under_the_name_that_was_asked_for(
    connection: Connection, settings: EngineSettings, writer: MeiliWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(number: int) -> dict[str, object]:
        issuers = [f"第{number % 7}局", "财政局"][: 1 + number % 2]
        place = f"浙江省 > 衢州市 > {number % 5}区"
        twins = {TWINS[Field.ISSUERS]: issuers, TWINS[Field.PLACE]: place}
        return {"id": f"f{number}", "genre": "通知", "issuers": issuers, "place": place, **twins}

    await writer.ensure_index()
    await writer.put([record(number) for number in range(40)])
    assert {str(one) for one in TWINS.values()} <= set(index_settings()["filterableAttributes"])
    reader = MeiliReader(connection, settings.model_copy(update={"index_name": writer.index_name}))
    request = SearchRequest(facets=(*TWINS, Field.GENRE), limit=0)
    sparse = await reader.search(request)
    monkeypatch.setattr(engine.faceting, "_LARGE", 10)
    for known in (40, None):
        asked = await reader._faceting.fields(SearchRequest(facets=request.facets, known=known))
        assert set(TWINS.values()) <= set(asked.values()), "the other fields are asked"
        dense = await reader.search(SearchRequest(facets=request.facets, limit=0, known=known))
        assert dense.facets == sparse.facets
    assert dense.facets["issuers"]["财政局"] == 20
    assert set(dense.facets) == {"place", "issuers", "genre"}
    await reader.aclose()
