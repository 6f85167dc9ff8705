"""Feeds, exports and what programs look for at fixed addresses, each read by the reader it is made for."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from api.app import build_planner, create_app
from api.exports import row
from api.settings import ApiSettings
from engine.reader import MeiliReader
from tests.support import Site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def ids(site: Site, question: str, **params: object) -> set[str]:
    return {hit["id"] for hit in site.search(question, per_page=100, **params)["hits"]}  # type: ignore[union-attr]


def test_a_feed_has_the_newest_documents_of_a_search(site: Site) -> None:
    feed = fromstring(site.client.get("/api/v1/feed.atom", params={"q": "防汛", "region": "浙江省"}).content)
    entries = feed.findall("a:entry", ATOM)
    assert {entry.findtext("a:id", namespaces=ATOM) for entry in entries} == {
        f"urn:wenhao:{one}" for one in ids(site, "防汛", region="浙江省")
    }
    updated = [entry.findtext("a:updated", namespaces=ATOM) for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext("a:updated", namespaces=ATOM) == updated[0]
    link = entries[0].find("a:link", ATOM)
    assert link is not None
    assert site.client.get(link.attrib["href"]).status_code == 200


def test_a_json_feed_says_the_same(site: Site) -> None:
    feed = site.client.get("/api/v1/feed.json", params={"q": "防汛"}).json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {item["id"] for item in feed["items"]} == {f"urn:wenhao:{one}" for one in ids(site, "防汛")}
    assert not any("<mark>" in item.get("content_text", "") for item in feed["items"])


@pytest.mark.parametrize("params", [{"q": "通知"}, {"q": "", "year": 2022}, {"q": "湿地保护", "sort": "oldest"}])
def test_every_export_has_all_that_the_search_finds(site: Site, params: dict[str, object]) -> None:
    wanted = ids(site, str(params["q"]), **{name: value for name, value in params.items() if name != "q"})
    table = site.client.get("/api/v1/export.csv", params=params)
    assert table.content.startswith("\ufeff".encode()), "spreadsheets read Chinese only with a byte order mark"
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    lines = [json.loads(line) for line in site.client.get("/api/v1/export.jsonl", params=params).text.splitlines()]
    book = openpyxl.load_workbook(io.BytesIO(site.client.get("/api/v1/export.xlsx", params=params).content))
    sheet = [[cell.value for cell in cells] for cells in book.active.iter_rows()]  # type: ignore[union-attr]
    assert {one["编号"] for one in rows} == {one["id"] for one in lines} == {one[0] for one in sheet[1:]} == wanted
    assert [one["编号"] for one in rows] == [one["id"] for one in lines] == [one[0] for one in sheet[1:]]
    assert sheet[0] == list(rows[0])


def test_an_export_begins_like_the_list(site: Site) -> None:
    listed = [hit["id"] for hit in site.search("防汛抗旱")["hits"]]  # type: ignore[union-attr]
    lines = site.client.get("/api/v1/export.jsonl", params={"q": "防汛抗旱"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines][: len(listed)] == listed


def test_an_export_ends_at_its_limit(site: Site) -> None:
    settings = ApiSettings(export_limit=3)
    app = create_app(MeiliReader(site.connection, site.settings), build_planner(settings), settings)
    with TestClient(app) as client:
        assert len(client.get("/api/v1/export.jsonl").text.splitlines()) == 3


@pytest.mark.parametrize("title", ["=1+1", "+SUM(A1)", "-2", "@cmd", "\t=1"])
async def test_no_cell_is_a_formula(title: str) -> None:
    from datetime import date

    from api import exports

    record = {"id": "a", "title": title}

    async def records():  # type: ignore[no-untyped-def]
        yield [record]

    table = b"".join([part async for part in exports.as_csv(records(), "http://x", date(2026, 1, 1))]).decode(
        "utf-8-sig"
    )
    cells = list(csv.reader(io.StringIO(table)))[1]
    assert cells[1] == f"'{title}"
    book = b"".join([part async for part in exports.as_workbook(records(), "http://x", date(2026, 1, 1))])
    cell = openpyxl.load_workbook(io.BytesIO(book)).active["B2"]  # type: ignore[index]
    assert cell.data_type == "s"
    assert row(record, "http://x", date(2026, 1, 1))["title"] == title


def test_the_sitemap_names_every_document_once(site: Site) -> None:
    index = fromstring(site.client.get("/sitemap.xml").content)
    found = []
    for place in index.findall("s:sitemap/s:loc", MAP):
        part = site.client.get(str(place.text))
        assert part.status_code == 200
        found += [loc.text for loc in fromstring(part.content).findall("s:url/s:loc", MAP)]
    assert len(found) == len(set(found)) == site.search("")["total"]
    assert site.client.get("/sitemap-1066.xml").status_code == 404


def test_a_browser_is_told_how_to_search(site: Site) -> None:
    page = site.client.get("/").text
    assert 'rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml"' in page
    described = fromstring(site.client.get("/opensearch.xml").content)
    template = described.find("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert template is not None
    address = template.attrib["template"].replace("{searchTerms}", "防汛").replace("&page={startPage?}", "")
    assert "防汛" in site.client.get(address).text


def test_a_document_says_how_to_cite_it(site: Site) -> None:
    (hit,) = [one for one in site.search("衢政办发〔2022〕37号")["hits"] if one["reason"] == "number"]  # type: ignore[union-attr]
    record = site.client.get(f"/api/v1/documents/{hit['id']}").json()
    assert record["citation"].startswith(f"衢州市人民政府办公室. {record['title']}: 衢政办发〔2022〕37号[A/OL]. (20")
    page = site.client.get(f"/documents/{hit['id']}").text
    data = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert data["identifier"] == "衢政办发〔2022〕37号"
    assert data["publisher"][0] == {"@type": "GovernmentOrganization", "name": "衢州市人民政府办公室"}
