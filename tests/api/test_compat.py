"""Meilisearch's interface beside the engine itself: asked the same, we answer in the same shape or refuse by the same code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.compat import filters
from api.compat.refusals import Refusal
from tests.support import Site, read_cases

CASES = Path(__file__).parent / "cases"
FILTERS = read_cases(CASES / "meilisearch_filters.tsv")
REQUESTS = read_cases(CASES / "meilisearch_requests.tsv")
SEARCH = "/indexes/wenhao/search"


@pytest.fixture(scope="module")
def engine(site: Site) -> Iterator[httpx.Client]:
    """The engine behind the site, asked directly."""
    headers = {"Authorization": f"Bearer {site.connection.search_key}"}
    with httpx.Client(base_url=site.connection.url, headers=headers, trust_env=False) as client:
        yield client


def shape(status: int, answer: dict[str, Any]) -> tuple[object, ...]:
    """What must be the same: the code of a refusal with its type and link; members, paging and counts of an answer."""
    if status >= 400:
        return status, answer["code"], answer["type"], answer["link"]
    hits = [(sorted(hit), sorted(hit.get("_formatted", {}))) for hit in answer["hits"]]
    counts = {name: value for name, value in answer.items() if name not in ("hits", "processingTimeMs")}
    return status, counts, len(hits) if "id" in (hits or [((), ())])[0][0] else hits


@pytest.mark.parametrize("case", FILTERS, ids=[case["filter"] for case in FILTERS])
def test_a_filter_means_what_it_means_to_the_engine(site: Site, engine: httpx.Client, case: dict[str, str]) -> None:
    body = {"filter": case["filter"], "limit": 0}
    ours, theirs = site.client.post(SEARCH, json=body), engine.post(SEARCH, json=body)
    if case["expected"] == "same":
        assert shape(ours.status_code, ours.json()) == shape(theirs.status_code, theirs.json())
    else:
        assert (ours.status_code, ours.json()["code"]) == (400, case["expected"])


@pytest.mark.parametrize("case", REQUESTS, ids=[case["body"] for case in REQUESTS])
def test_a_request_is_read_as_the_engine_reads_it(site: Site, engine: httpx.Client, case: dict[str, str]) -> None:
    body = json.loads(case["body"])
    ours, theirs = site.client.post(SEARCH, json=body), engine.post(SEARCH, json=body)
    if case["expected"] == "same":
        assert shape(ours.status_code, ours.json()) == shape(theirs.status_code, theirs.json())
    else:
        assert (ours.status_code, ours.json()["code"]) == (400, case["expected"])


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{}", {}),
        (b"{bad", {"Content-Type": "application/json"}),
        (b"", {"Content-Type": "application/json"}),
        (b'{"q": "\xff"}', {"Content-Type": "application/json"}),
    ],
)
def test_a_body_that_is_no_json_is_refused_alike(
    site: Site, engine: httpx.Client, content: bytes, headers: dict[str, str]
) -> None:
    ours = site.client.post(SEARCH, content=content, headers=headers)
    # On a connection of its own: after some of these the engine's hangs.
    key = engine.headers["Authorization"]
    theirs = httpx.post(
        f"{site.connection.url}{SEARCH}", content=content, headers={**headers, "Authorization": key}, trust_env=False
    )
    assert shape(ours.status_code, ours.json()) == shape(theirs.status_code, theirs.json())


def test_a_body_of_a_megabyte_is_refused(site: Site) -> None:
    answer = site.client.post(SEARCH, json={"q": "a" * 1_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"queries": []},
        {"queries": {}},
        {"queries": [5]},
        {"queries": [{"q": "a"}]},
        {"queries": [{"indexUid": 5}]},
        {"queries": [{"indexUid": "wenhao-nothing"}]},
        {"queries": [{"indexUid": "wenhao", "limit": 0}, {"indexUid": "wenhao", "limit": -1}]},
        {"queries": [{"indexUid": "wenhao", "foo": 1}]},
        {"queries": [{"indexUid": "wenhao", "filter": "nope = 1"}]},
        {"queries": [], "foo": 1},
        {"queries": [{"indexUid": "wenhao", "limit": 0, "facets": ["year"]}] * 2},
    ],
)
def test_several_queries_at_once_are_read_alike(site: Site, engine: httpx.Client, body: dict[str, Any]) -> None:
    ours, theirs = site.client.post("/multi-search", json=body), engine.post("/multi-search", json=body)
    assert ours.status_code == theirs.status_code
    if ours.status_code == 200:
        strip = [{**one, "processingTimeMs": 0} for one in ours.json()["results"]]
        assert strip == [{**one, "processingTimeMs": 0} for one in theirs.json()["results"]]
    else:
        assert ours.json()["code"] == theirs.json()["code"]
        # Names of fields and of what may be asked differ; the place of the fault does not.
        assert ours.json()["message"].partition("`")[0] == theirs.json()["message"].partition("`")[0]


_VALUES = {"year": ["2016", "2019", "2022", "3000"], "genre": ["通知", '"公告"', "'意见'", "无"], "validity": ["repealed", "in_force"], "region.lvl0": ["浙江省", '"四川省"']}  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(_VALUES)))
    value = st.sampled_from(_VALUES[name])
    kind = draw(st.integers(0, 4))
    if kind == 0 and name == "year":
        return f"{name} {draw(st.sampled_from(['<', '<=', '>', '>=']))} {draw(value)}"
    if kind == 1:
        return f"{name} {draw(st.sampled_from(['IN', 'NOT IN']))} [{', '.join(draw(st.lists(value, max_size=3)))}]"
    if kind == 2:
        return f"{name} {draw(st.sampled_from(['EXISTS', 'NOT EXISTS', 'IS NULL', 'IS NOT EMPTY']))}"
    return f"{name} {draw(st.sampled_from(['=', '!=']))} {draw(value)}"


filter_texts = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        inner.map(lambda one: f"NOT ({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda all_: f"({' AND '.join(all_)})"),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.one_of(filter_texts, st.lists(filter_texts, max_size=2)), max_size=3))
def test_any_filter_finds_what_the_engine_finds(site: Site, engine: httpx.Client, parts: list[Any]) -> None:
    body = {"filter": parts, "facets": ["genre"], "limit": 0}
    ours, theirs = site.client.post(SEARCH, json=body), engine.post(SEARCH, json=body)
    assert shape(ours.status_code, ours.json()) == shape(theirs.status_code, theirs.json())


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(), st.text(alphabet="year = 2016 ANDORNOTINTO()[],'\"\\<>!通知", max_size=60)))
def test_no_text_breaks_the_reading_of_filters(text: str) -> None:
    with suppress(Refusal):
        filters.read(text, "wenhao")


def test_a_document_number_is_found_in_any_writing(site: Site) -> None:
    numbers = ["衢政办发〔2022〕37号", "衢政办发[2022]第37号", "衢政辦發（2022）37號"]
    found = [site.client.post(SEARCH, json={"filter": f'doc_number = "{one}"'}).json() for one in numbers]
    assert [[hit["doc_number"] for hit in one["hits"]] for one in found] == [[numbers[0]]] * 3
    cited = site.client.post(SEARCH, json={"filter": 'cites = "国办发[2021]188号"', "attributesToRetrieve": ["cites"]})
    assert cited.json()["estimatedTotalHits"] >= 3
    assert all("国办发〔2021〕188号" in hit["cites"] for hit in cited.json()["hits"])


def test_a_filter_of_many_conditions_is_refused_and_its_length_named(site: Site) -> None:
    many = site.client.post(SEARCH, json={"filter": [[f"year = {year}"] for year in range(501)]})
    assert (many.status_code, many.json()["code"]) == (400, "invalid_search_filter")
    assert "500 conditions" in many.json()["message"]
    listed = site.client.post(SEARCH, json={"filter": f"year IN [{','.join(map(str, range(501)))}]"})
    assert (listed.status_code, "500" in listed.json()["message"]) == (400, True)
    long = site.client.post(SEARCH, json={"filter": [f"genre = '{'公' * 20_000}'"]})
    assert "20000 characters" in long.json()["message"]
    most = site.client.post(SEARCH, json={"filter": f"year IN [{','.join(map(str, range(1900, 2399)))}]", "limit": 0})
    assert most.json()["estimatedTotalHits"] > 0
