"""Validity and relations as the site tells them: decided when the question is asked, with proof and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.support import Site

TODAY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def today(site: Site) -> Iterator[None]:
    """The day on which the site is asked, whatever day it is."""
    yield from _asked_on(site, TODAY)


def _asked_on(site: Site, day: date) -> Iterator[None]:
    state = site.client.app.state  # type: ignore[attr-defined]
    before = state.searcher.today
    on(site, day)
    yield
    _clock(site, before)


def on(site: Site, day: date) -> None:
    _clock(site, lambda: day)


def _clock(site: Site, today: Callable[[], date]) -> None:
    state = site.client.app.state  # type: ignore[attr-defined]
    state.searcher = replace(state.searcher, today=today)
    state.answers.searcher = state.searcher
    state.documents = replace(state.documents, today=today)


def identity(site: Site, number: str) -> str:
    return str(site.search("", doc_number=number)["hits"][0]["id"])  # type: ignore[index]


def document(site: Site, number: str) -> dict[str, Any]:
    answer = site.client.get(f"/api/v1/documents/{identity(site, number)}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def proof(found: dict[str, Any]) -> dict[str, Any]:
    (item,) = [item for item in found["evidence"] if item["fact"] == "validity"]
    return dict(item)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 5, 31), "not_yet_in_force"),
        (date(2023, 6, 1), "in_force"),
        (date(2028, 5, 31), "in_force"),
        (date(2028, 6, 1), "expired"),
    ],
)
def test_a_document_expires_without_being_indexed_again(site: Site, day: date, expected: str) -> None:
    on(site, day)
    found = document(site, "东政办发〔2023〕8号")
    assert (found["validity"], found["in_force_from"], found["expires"]) == (expected, "2023-06-01", "2028-05-31")
    assert proof(found)["value"] == expected
    (hit,) = site.search("", doc_number="东政办发〔2023〕8号")["hits"]  # type: ignore[misc]
    assert hit["validity"] == expected  # type: ignore[index]


def test_the_sentence_that_proves_it_stands_in_the_text(site: Site) -> None:
    item = proof(document(site, "渝府办发〔2019〕147号"))
    assert (item["value"], item["quote"]) == ("expired", "本通知自2020年2月1日起施行，有效期五年")
    found = document(site, "渝府办发〔2019〕147号")
    assert found["text"][slice(*item["span"])] == item["quote"]


def test_a_repealed_document_names_what_repealed_it(site: Site) -> None:
    found = document(site, "娄政办发〔2010〕18号")
    (effect,) = found["effects"]
    assert found["validity"] == "repealed"
    assert (effect["kind"], effect["number"], effect["day"]) == ("repeals", "娄政发〔2024〕6号", "2024-06-19")
    assert proof(found)["rule"] == "被娄政发〔2024〕6号废止"
    page = site.client.get(f"/documents/{found['id']}").text
    assert "本文件已废止" in page
    assert f'href="/documents/{effect["id"]}"' in page


def test_a_repeal_does_not_hold_before_its_day(site: Site) -> None:
    on(site, date(2024, 6, 18))
    found = document(site, "娄政办发〔2010〕18号")
    assert found["validity"] == "unknown"
    assert not [item for item in found["evidence"] if item["fact"] == "validity"]


def test_citations_link_to_the_documents_of_the_collection(site: Site) -> None:
    found = document(site, "娄星政办发〔2024〕3号")
    cited = {cite["number"]: cite["document"] for cite in found["cites"] if cite["number"]}
    assert cited["娄政办发〔2023〕22号"] == identity(site, "娄政办发〔2023〕22号")
    page = site.client.get(f"/documents/{found['id']}").text
    assert f'href="/documents/{cited["娄政办发〔2023〕22号"]}"' in page
    assert "落实</span>" in page


def test_what_cites_a_document_is_listed_with_what_it_does(site: Site) -> None:
    found = document(site, "国办函〔2023〕131号")
    kinds = {item["number"]: item["kind"] for item in found["cited_by"]}
    assert kinds["湘政办发〔2023〕68号"] == "forwards"
    assert kinds["娄政办发〔2023〕22号"] == "basis"
    assert found["cited_by_total"] == len(found["cited_by"]) == 4
    page = site.client.get(f"/documents/{found['id']}").text
    assert "引用本文件的文件（4）" in page
    assert "转发此件" in page


def test_interpretation_and_policy_link_to_each_other(site: Site) -> None:
    policy = document(site, "衢政办发〔2022〕37号")
    (explaining,) = [item for item in policy["cited_by"] if item["kind"] == "explains"]
    assert f'href="/documents/{explaining["id"]}"' in site.client.get(f"/documents/{policy['id']}").text
    page = site.client.get(f"/documents/{explaining['id']}").text
    assert "解读的文件" in page
    assert f'href="/documents/{policy["id"]}"' in page


def test_a_cited_document_that_is_not_there_is_said_to_be_missing(site: Site) -> None:
    found = document(site, "国办发〔2021〕188号")
    (cite,) = [cite for cite in found["cites"] if cite["number"] == "国发〔2021〕135号"]
    assert cite["document"] is None
    assert "未收录" in site.client.get(f"/documents/{found['id']}").text


def test_every_link_into_the_text_has_its_mark(site: Site) -> None:
    for number in ("渝府办发〔2019〕147号", "娄政发〔2024〕6号", "衢政办发〔2022〕37号", "娄政办发〔2023〕22号"):
        page = site.client.get(f"/documents/{identity(site, number)}").text
        wanted = set(re.findall(r'href="#([ec]\d+)"', page))
        marks = re.findall(r'<mark id="([ec]\d+)"', page)
        assert wanted
        assert wanted <= set(marks)
        assert len(marks) == len(set(marks)), "an id stands once"
