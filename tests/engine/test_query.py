"""The engine's query and filter languages, without an engine."""

from __future__ import annotations

import pytest

from engine.parts import check_request
from engine.protocol import Condition, Query, SearchRequest
from engine.query import filters, query_text
from engine.schema import (
    FILTERABLE,
    JOINER,
    SCHEMA_VERSION,
    SORTABLE,
    TWINS,
    Field,
    index_settings,
    join,
    plain,
    version_of,
)
from gongwen.errors import InputError


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Query(phrases=(("在建", "工程"),)), f'"在建{JOINER}工程" '),
        (Query(words=("工程", "管理")), '"工程" "管理" '),
        (Query(words=("工程", "管理"), strategy="frequency"), "工程 管理 "),
        (Query(words=("管理",), prefix="工"), '"管理" 工'),
        (Query(words=("管理",), without=(("在建", "工程"),)), f'-"在建{JOINER}工程" "管理" '),
        (Query(without=(("工程",),)), '-"工程" '),
        (Query(words=('工程" -"管理',)), '"工程  - 管理" '),
        (Query(words=("-工程",), strategy="last"), "工程 "),
    ],
)
def test_query_text(query: Query, text: str) -> None:
    assert query_text(query) == text


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(words=("。", "（")),
        Query(prefix=""),
        Query(words=("“",), without=(("工程",),)),
        Query(words=tuple("一二三四五六七八九十百")),
        Query(phrases=(("工程",),) * 6, words=("管理",) * 4, prefix="工"),
    ],
)
def test_a_query_that_would_find_everything_or_be_cut_is_refused(query: Query) -> None:
    with pytest.raises(InputError):
        query_text(query)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition("genre", ("通知", "公告")), 'genre IN ["通知", "公告"]'),
        (Condition("year", (2019,)), "year IN [2019]"),
        (Condition("signed", at_least=20160101, at_most=20161231), "signed >= 20160101 AND signed <= 20161231"),
        (Condition("year", absent=True), "year NOT EXISTS OR year IS NULL OR year IS EMPTY"),
        (Condition("issuer", ('a"b\\',)), 'issuer IN ["a\\"b\\\\"]'),
    ],
)
def test_filters(condition: Condition, text: str) -> None:
    assert filters([condition]) == [text]


@pytest.mark.parametrize(
    "condition", [Condition("genre"), Condition("text", ("a",)), Condition("year > 0 OR id", (1,))]
)
def test_an_empty_condition_or_a_field_that_cannot_be_filtered_is_refused(condition: Condition) -> None:
    with pytest.raises(InputError):
        filters([condition])


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(sort=("title:asc",)),
        SearchRequest(sort=("signed",)),
        SearchRequest(facets=("text",)),
        SearchRequest(offset=-1),
        SearchRequest(limit=-1),
        SearchRequest(queries=(Query(words=("工程",), weight=-1),)),
    ],
)
def test_an_impossible_request_is_refused(request_: SearchRequest) -> None:
    with pytest.raises(InputError):
        check_request(request_)


def test_schema_is_consistent() -> None:
    names = {str(field) for field in Field}
    assert {*FILTERABLE, *SORTABLE, *TWINS, *TWINS.values()} <= names
    assert set(TWINS) <= set(FILTERABLE)
    assert version_of(index_settings()) == SCHEMA_VERSION
    assert version_of({}) is None
    assert plain(join(["在建", "工程"])) == "在建工程"
    # The engine cuts off what comes after 65,535 words or 468 bytes in silence; the names at least must be short.
    assert all(len(name) < 50 for name in names)
