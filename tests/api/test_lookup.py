"""What is looked up: numbers in any writing, facets with a search inside, citations, places, the collection in numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Site, read_cases

CASES = read_cases(Path(__file__).parent / "cases" / "numbers.tsv")


def get(site: Site, path: str, **params: object) -> dict:
    answer = site.client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("case", CASES, ids=[case["writing"] for case in CASES])
def test_a_number_in_any_writing(site: Site, case: dict[str, str]) -> None:
    found = get(site, f"numbers/{case['writing']}")
    assert found["canonical"] == case["canonical"], case["reason"]
    parts = found["parts"]
    assert (parts["code"], str(parts["year"] or ""), str(parts["serial"])) == (
        case["code"],
        case["year"],
        case["serial"],
    )
    assert ((found["issuer"] or {}).get("name") or "") == case["issuer"], case["reason"]
    assert len(found["documents"]) == int(case["documents"])
    assert all(one["doc_number"] == case["canonical"] for one in found["documents"])


def test_who_cites_a_number_is_listed_newest_first(site: Site) -> None:
    found = get(site, "numbers/衢政办发〔2022〕37号")
    searched = site.search("衢政办发〔2022〕37号")
    assert found["cited_by_total"] == len([hit for hit in searched["hits"] if hit["reason"] == "cites"]) > 1  # type: ignore[index, union-attr]
    signed = [one["signed"] for one in found["cited_by"] if one["signed"]]
    assert signed == sorted(signed, reverse=True)


@pytest.mark.parametrize("writing", ["湿地保护", "第6号吗", "2016"])
def test_what_is_no_number_is_refused_with_an_example(site: Site, writing: str) -> None:
    answer = site.client.get(f"/api/v1/numbers/{writing}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "杭政办发电〔2016〕6号" in answer.json()["detail"]


def test_a_search_inside_a_facet(site: Site) -> None:
    names = [value["label"] for value in get(site, "facets", name="region.lvl1", contains="衢")["values"]]
    assert "衢州市" in names
    assert all("衢" in name for name in names)
    of_a_search = get(site, "facets", name="issuer", q="年度报告", contains="人民政府")
    whole = get(site, "facets", name="issuer", contains="人民政府")
    assert 0 < of_a_search["total"] < whole["total"]


def test_facets_of_a_search_are_those_of_its_answer(site: Site) -> None:
    answer = site.search("通知", year=2022)
    assert get(site, "facets", name="genre", q="通知", year=2022, limit=1000)["values"] == answer["facets"]["genre"]  # type: ignore[index]


def test_citations_and_who_cites_are_each_other_s_inverse(site: Site) -> None:
    for hit in site.search("", per_page=100)["hits"]:  # type: ignore[union-attr]
        for cite in get(site, f"documents/{hit['id']}/citations")["cites"]:
            if cite["document"]:
                back = get(site, f"documents/{cite['document']}/cited-by", per_page=100)["cited_by"]
                assert hit["id"] in {one["id"] for one in back}


def test_pages_of_who_cites_are_parts_of_the_whole(site: Site) -> None:
    document = get(site, "numbers/衢政办发〔2022〕37号")["documents"][0]["id"]
    whole = get(site, f"documents/{document}/cited-by", per_page=100)
    parts = [get(site, f"documents/{document}/cited-by", per_page=1, page=page)["cited_by"] for page in (1, 2)]
    assert [one for part in parts for one in part] == whole["cited_by"][:2]


def test_places_add_up(site: Site) -> None:
    def check(places: list[dict]) -> None:
        for place in places:
            assert sum(child["count"] for child in place["children"]) <= place["count"]
            assert site.search("", region=place["value"])["total"] == place["count"], place["value"]
            check(place["children"])

    places = get(site, "regions")["places"]
    assert "浙江省" in {place["name"] for place in places}
    check(places)


def test_the_collection_in_numbers(site: Site) -> None:
    stats = get(site, "stats")
    assert stats["documents"] == site.search("")["total"]
    assert sum(value["count"] for value in stats["genres"]) == stats["documents"]
    assert 40 < stats["with_number"] < stats["documents"]
    assert stats["oldest"] < stats["newest"]
    assert stats["words"] > 1000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("stats?colour=red", 422),
        ("numbers/国办发〔1999〕1号?x=1", 422),
        ("facets?name=colour", 422),
        ("facets?q=通知", 422),
        ("documents/nothing/citations", 404),
        ("documents/nothing/cited-by", 404),
        ("documents/a/cited-by?page=0", 422),
    ],
)
def test_what_is_wrong_is_named(site: Site, path: str, status: int) -> None:
    answer = site.client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer.json()["status"] == status
    if "?" in path and status == 422:
        assert answer.json()["errors"][0]["parameter"] in {"colour", "x", "name", "page"}
