"""A document among others: the way of its policy, its interpretations, what is like it; over the sample corpus."""

from __future__ import annotations

import pytest

from api.related import handed_on
from gongwen.types import CitationKind
from tests.support import Site


def get(site: Site, document: str, what: str, **params: object) -> dict:
    answer = site.client.get(f"/api/v1/documents/{document}/{what}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def titled(site: Site, title: str) -> str:
    hit = site.search(title, per_page=1)["hits"][0]  # type: ignore[index]
    assert hit["title"] == title
    return hit["id"]


CHARGING = [
    ("nation", "国务院办公厅关于加强电动自行车停放充电安全管理的通知"),
    ("province", "湖南省人民政府办公厅转发《国务院办公厅关于加强电动自行车停放充电安全管理的通知》的通知"),
    ("prefecture", "娄底市人民政府办公室关于做好电动自行车停放充电安全管理工作的通知"),
    ("county", "娄底市娄星区人民政府办公室关于印发《娄星区电动自行车停放充电设施建设管理工作方案》的通知"),
]


@pytest.mark.parametrize("title", [title for _, title in CHARGING])
def test_a_policy_from_the_centre_to_the_county_whoever_asks(site: Site, title: str) -> None:
    found = get(site, titled(site, title), "lineage")
    assert [(step["level"], step["title"]) for step in found["steps"]] == CHARGING
    assert found["complete"]
    ids = {step["id"] for step in found["steps"]}
    assert all(step["of"] in ids for step in found["steps"][1:])
    assert found["steps"][1]["kind"] == "forwards"


def test_a_document_without_relations_stands_alone(site: Site) -> None:
    document = titled(site, "浙江省居民住宅二次供水管理办法")
    assert [step["id"] for step in get(site, document, "lineage")["steps"]] == [document]


def test_interpretations_point_both_ways(site: Site) -> None:
    policy = titled(site, CHARGING[2][1])
    explained = get(site, policy, "interpretations")["explained_by"]
    assert [one["title"] for one in explained] == [f"《{CHARGING[2][1]}》解读"]
    back = get(site, explained[0]["id"], "interpretations")
    assert [one["id"] for one in back["explains"]] == [policy]


def test_reports_of_one_body_are_like_one_another(site: Site) -> None:
    document = titled(site, "娄底市2015年政府信息公开工作年度报告")
    found = get(site, document, "similar", limit=2)["similar"]
    assert {one["title"] for one in found} == {f"娄底市{year}年政府信息公开工作年度报告" for year in (2014, 2016)}
    assert found[0]["similarity"] >= found[1]["similarity"] > 0.4
    assert document not in {one["id"] for one in get(site, document, "similar")["similar"]}


@pytest.mark.parametrize("what", ["lineage", "interpretations", "similar", "figures"])
def test_a_document_that_is_not_there(site: Site, what: str) -> None:
    assert site.client.get(f"/api/v1/documents/none/{what}").status_code == 404


def test_a_basis_is_implemented_only_where_it_speaks_of_the_same() -> None:
    links = [
        {"id": "a", "kind": "basis", "title": "国务院办公厅关于加强电动自行车停放充电安全管理的通知"},
        {"id": "b", "kind": "basis", "title": "中华人民共和国消防法"},
        {"id": "c", "kind": "mentions", "title": "关于做好电动自行车停放充电安全管理工作的通知"},
    ]
    record = {"title": "娄底市人民政府办公室关于做好电动自行车停放充电安全管理工作的通知", "links": links}
    assert handed_on(record) == {"a": CitationKind.IMPLEMENTS}
