"""What front ends made for Meilisearch get from us: hits as they are shown, marks, passages, facets, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from engine.schema import JOINER
from tests.support import Site

SEARCH = "/indexes/wenhao/search"
HIDDEN = ("source", "source_hash", "content_hash", "collection", "facts", "number_key", "original", "links")


def ask(site: Site, **body: Any) -> dict[str, Any]:
    answer = site.client.post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_hits_are_those_of_the_site_in_its_order(site: Site) -> None:
    for question in ("老年助餐", "衢政办发[2022]第37号", "住宅二次供水设施谁来管", "zhengwugongkai", "养老 -方案"):
        mine = site.search(question, per_page=20)
        found = ask(site, q=question)
        assert [hit["id"] for hit in found["hits"]] == [hit["id"] for hit in mine["hits"]]
        assert found["estimatedTotalHits"] == mine["total"]
        assert found["query"] == question


def test_a_stretch_is_the_same_however_it_is_asked_for(site: Site) -> None:
    whole = [hit["id"] for hit in ask(site, q="通知", limit=40)["hits"]]
    assert len(whole) == 40
    pieces = [hit["id"] for at in range(0, 40, 7) for hit in ask(site, q="通知", offset=at, limit=7)["hits"]]
    assert pieces[:40] == whole
    pages = [hit["id"] for page in (1, 2, 3, 4) for hit in ask(site, q="通知", page=page, hitsPerPage=10)["hits"]]
    assert pages == whole


def test_a_document_is_shown_as_people_read_it_and_nothing_else_is_told(site: Site) -> None:
    hit = ask(site, filter='doc_number = "衢政办发〔2022〕37号"')["hits"][0]
    assert hit["title"] == "衢州市人民政府办公室关于印发衢州市社区老年助餐服务三年行动方案（2022—2024年）的通知"
    assert hit["region"] == {"lvl0": "浙江省", "lvl1": "浙江省 > 衢州市"}
    assert (hit["year"], hit["genre"], hit["page_url"]) == (2022, "通知", f"/documents/{hit['id']}")
    assert JOINER not in repr(hit)
    assert not set(hit) & set(HIDDEN)
    page = site.client.get(f"/api/v1/documents/{hit['id']}").json()
    assert (hit["text"], hit["validity"]) == (page["text"], page["validity"])


def test_words_are_marked_where_they_stand_as_words(site: Site) -> None:
    body = {"attributesToHighlight": ["*"], "highlightPreTag": "[[", "highlightPostTag": "]]"}
    for hit in ask(site, q="老年助餐", **body)["hits"]:
        marked = hit["_formatted"]
        assert marked["title"].replace("[[", "").replace("]]", "") == hit["title"]
        assert marked["text"].replace("[[", "").replace("]]", "") == hit["text"]
        assert "[[老年助餐]]" in marked["title"] + marked["text"]
        assert marked["year"] == str(hit["year"])
    for hit in ask(site, q="民政", **body)["hits"]:
        assert "人[[民政]]府" not in hit["_formatted"]["text"]
    # Nothing is escaped: it is the front end's part, as with Meilisearch.
    number = ask(site, q="衢政办发〔2022〕37号", **body)["hits"][0]["_formatted"]
    assert number["doc_number"] == "[[衢政办发〔2022〕37号]]"


def test_long_texts_are_cut_to_the_passage_that_answers(site: Site) -> None:
    body = {"attributesToCrop": ["text:20"], "cropMarker": "¶", "attributesToRetrieve": ["id"]}
    hits = ask(site, q="送餐补助", **body, attributesToHighlight=["text"])["hits"]
    assert "<em>" in hits[0]["_formatted"]["text"]
    for hit in hits:
        assert set(hit["_formatted"]) == {"id", "text"}
        bare = hit["_formatted"]["text"].replace("<em>", "").replace("</em>", "")
        assert bare.startswith("¶") or bare.endswith("¶")
        assert len(bare.strip("¶")) <= 40 + 20  # to the end of a word
        text = ask(site, filter=f"id = {hit['id']}")["hits"][0]["text"]
        assert bare.strip("¶") in text
    usual = ask(site, q="送餐补助", attributesToCrop=["text"], cropLength=5, limit=1)["hits"][0]["_formatted"]
    assert len(usual["text"].strip("…")) <= 10 + 20
    assert usual["title"] == ask(site, q="送餐补助", limit=1)["hits"][0]["title"]  # not asked to be cut
    whole = ask(site, q="送餐补助", attributesToCrop=["text"], cropLength=0, limit=1)["hits"][0]
    assert whole["_formatted"]["text"] == whole["text"]


def test_places_of_matches_are_counted_in_bytes(site: Site) -> None:
    hits = ask(site, q="老年助餐", showMatchesPosition=True)["hits"]
    places = 0
    for hit in hits:
        for name, found in hit["_matchesPosition"].items():
            for place in found:
                value = hit[name][place["indices"][0]] if "indices" in place else hit[name]
                text = value.encode()[place["start"] : place["start"] + place["length"]].decode()
                assert "老年" in text or "助餐" in text
                places += 1
    assert places > 10


def test_scores_fall_from_hit_to_hit(site: Site) -> None:
    for question in ("老年助餐", "衢政办发〔2022〕37号", "政府信息公开年度报告"):
        scores = [hit["_rankingScore"] for hit in ask(site, q=question, showRankingScore=True, limit=100)["hits"]]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_facets_count_what_is_found_and_a_menu_of_regions_opens(site: Site) -> None:
    facets = ["region.lvl0", "region.lvl1", "year"]
    found = ask(site, q="老年助餐", facets=facets, limit=100)
    years = [hit["year"] for hit in found["hits"] if "year" in hit]
    assert found["facetDistribution"]["year"] == {str(year): years.count(year) for year in set(years)}
    assert found["facetStats"] == {"year": {"min": min(years), "max": max(years)}}
    inside = ask(site, q="老年助餐", filter=['"region.lvl0"="浙江省"'], facets=facets, limit=100)
    assert inside["estimatedTotalHits"] == found["facetDistribution"]["region.lvl0"]["浙江省"]
    assert set(inside["facetDistribution"]["region.lvl1"]) == {"浙江省 > 衢州市"}
    everything = ask(site, facets=["*"], limit=0)["facetDistribution"]
    assert not set(everything) & {*HIDDEN, "cited_ids", "explains"}
    assert max(map(len, everything.values())) <= 100


def test_facets_refined_apart_keep_their_other_values(site: Site) -> None:
    """As InstantSearch asks: all filters for the hits, and each refined facet without its own."""
    queries = [
        {"indexUid": "wenhao", "q": "养老", "filter": [["genre=通知"], "year = 2022"], "facets": ["genre", "year"]},
        {"indexUid": "wenhao", "q": "养老", "filter": ["year = 2022"], "facets": ["genre"], "limit": 0},
        {"indexUid": "wenhao", "q": "养老", "filter": [["genre=通知"]], "facets": ["year"], "limit": 0},
    ]
    answer = site.client.post("/multi-search", json={"queries": queries}).json()["results"]
    assert [one["indexUid"] for one in answer] == ["wenhao"] * 3
    assert set(answer[0]["facetDistribution"]["genre"]) == {"通知"}
    assert len(answer[1]["facetDistribution"]["genre"]) > 1
    assert answer[1]["facetDistribution"]["genre"]["通知"] == answer[0]["estimatedTotalHits"]
    assert set(answer[2]["facetDistribution"]["year"]) > set(answer[0]["facetDistribution"]["year"])


def test_a_search_among_the_values_of_a_facet(site: Site) -> None:
    def values(**body: Any) -> dict[str, int]:
        answer = site.client.post("/indexes/wenhao/facet-search", json=body)
        assert answer.status_code == 200, answer.text
        return {hit["value"]: hit["count"] for hit in answer.json()["facetHits"]}

    everything = values(facetName="region.lvl1")
    assert values(facetName="region.lvl1", facetQuery="衢") == {"浙江省 > 衢州市": everything["浙江省 > 衢州市"]}
    assert values(facetName="genre", facetQuery="年度報告") == {
        "annual_report": values(facetName="genre")["annual_report"]
    }
    inside = values(facetName="genre", q="老年助餐", filter="year = 2022")
    assert sum(inside.values()) == ask(site, q="老年助餐", filter="year = 2022", limit=0)["estimatedTotalHits"]
    assert values(facetName="genre", q="养老", hitsPerPage=1, facets=["year"]) == values(facetName="genre", q="养老")
    for body, code in (
        ({}, "missing_facet_search_facet_name"),
        ({"facetName": "title"}, "invalid_facet_search_facet_name"),
        ({"facetName": "source"}, "invalid_facet_search_facet_name"),
        ({"facetName": "genre", "facetQuery": 5}, "invalid_facet_search_query"),
        ({"facetName": "genre", "hybrid": {"embedder": "x"}}, "invalid_search_embedder"),
        ({"facetName": "genre", "filter": "year ="}, "invalid_search_filter"),
    ):
        answer = site.client.post("/indexes/wenhao/facet-search", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_words_are_sought_only_where_and_how_they_are_asked_for(site: Site) -> None:
    wide = ask(site, q="老年助餐", limit=100)
    titled = ask(site, q="老年助餐", attributesToSearchOn=["title"], limit=100)
    assert 0 < titled["estimatedTotalHits"] < wide["estimatedTotalHits"]
    assert all("老年助餐" in hit["title"] for hit in titled["hits"])
    issued = ask(site, q="衢州市", attributesToSearchOn=["issuer"], limit=100)
    assert issued["hits"]
    assert all("衢州市" in "".join(hit["issuers"]) for hit in issued["hits"])
    assert ask(site, q="老年", attributesToSearchOn=[])["hits"] == []
    # One word that stands nowhere: without it as usual, nothing when all words are asked for.
    assert ask(site, q="老年助餐 火星移民")["estimatedTotalHits"] > 0
    assert ask(site, q="老年助餐 火星移民", matchingStrategy="all")["hits"] == []


def test_sorting_puts_the_newest_first(site: Site) -> None:
    days = [hit["day"] for hit in ask(site, q="通知", sort=["day:desc"], limit=50)["hits"]]
    assert days == sorted(days, reverse=True)
    years = [hit["year"] for hit in ask(site, sort=["year:asc"], limit=30)["hits"]]
    assert years == sorted(years)


def test_a_search_in_an_address(site: Site) -> None:
    asked = {"q": "养老", "limit": 3, "filter": "year >= 2020", "facets": "year,genre", "attributesToRetrieve": "id,year", "sort": "day:desc"}  # fmt: skip
    lists = {**asked, "facets": ["year", "genre"], "attributesToRetrieve": ["id", "year"], "sort": ["day:desc"]}
    answer = site.client.get(SEARCH, params=asked).json()
    assert {**answer, "processingTimeMs": 0} == {**ask(site, **lists), "processingTimeMs": 0}
    nested = site.client.get(SEARCH, params={"filter": '[["year=2022","year=2021"]]', "limit": 0}).json()
    assert nested["estimatedTotalHits"] == ask(site, filter="year IN [2021, 2022]", limit=0)["estimatedTotalHits"]
    for params, code in (
        ({"limit": "x"}, "invalid_search_limit"),
        ({"showRankingScore": "1"}, "invalid_search_show_ranking_score"),
        ({"foo": "1"}, "bad_request"),
    ):
        refused = site.client.get(SEARCH, params=params)
        assert (refused.status_code, refused.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/indexes"),
        ("GET", "/indexes/wenhao"),
        ("DELETE", "/indexes/wenhao"),
        ("GET", "/indexes/wenhao/documents"),
        ("GET", "/indexes/wenhao/documents/abc"),
        ("POST", "/indexes/wenhao/documents"),
        ("DELETE", "/indexes/wenhao/documents"),
        ("PATCH", "/indexes/wenhao/settings"),
        ("GET", "/keys"),
        ("GET", "/tasks/1"),
        ("GET", "/stats"),
        ("POST", "/swap-indexes"),
        ("POST", "/dumps"),
    ],
)
def test_nothing_can_be_written_or_administered(site: Site, method: str, path: str) -> None:
    answer = site.client.request(method, path, json=[{}], headers={"Authorization": "Bearer anything"})
    assert (answer.status_code, answer.json()["code"], answer.json()["type"]) == (403, "invalid_api_key", "auth")


def test_an_index_that_is_not_there_is_named(site: Site) -> None:
    answer = site.client.post("/indexes/movies/search", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "index_not_found")
    assert "movies" in answer.json()["message"]
    assert site.client.post(SEARCH, json={"q": "公" * 301}).json()["code"] == "invalid_search_q"
    many = site.client.post("/multi-search", json={"queries": [{"indexUid": "wenhao"}] * 51})
    assert (many.status_code, many.json()["code"]) == (400, "invalid_multi_search_queries")
    merged = site.client.post("/multi-search", json={"federation": {}, "queries": [{"indexUid": "wenhao"}]})
    assert merged.json()["code"] == "feature_not_enabled"


def test_health_version_and_other_sites(site: Site) -> None:
    assert site.client.get("/health").json() == {"status": "available"}
    assert site.client.get("/version").json()["pkgVersion"] == "1.21.0"
    asking = {"Origin": "https://www.example.gov.cn", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type,x-meilisearch-client"}  # fmt: skip
    allowed = site.client.options("/multi-search", headers=asking)
    assert allowed.status_code == 200
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "authorization" in allowed.headers["access-control-allow-headers"]
