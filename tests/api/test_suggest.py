"""Suggestions while typing, on the sample corpus and the real engine."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.support import Site


def suggest(site: Site, typed: str, limit: int = 10) -> list[dict[str, Any]]:
    answer = site.client.get("/api/v1/suggest", params={"q": typed, "limit": limit})
    assert answer.status_code == 200, answer.text
    assert answer.json()["query"] == typed
    return answer.json()["suggestions"]


@pytest.mark.parametrize(
    ("typed", "kind", "text", "reason"),
    [
        ("政务公", "term", "政务公开", "a word not yet whole"),
        ("政务", "term", "政务公开", "a whole word goes on"),
        ("zhengwug", "term", "政务公开", "pinyin not yet whole"),
        ("zheng wu g", "term", "政务公开", "pinyin with spaces"),
        ("zwgk", "term", "政务公开", "initials"),
        ("助餐 衢", "term", "助餐 衢州", "only the last word goes on"),
        ("衢州市人民", "issuer", "衢州市人民政府", "a body by its beginning"),
        ("人民政府办公室", "issuer", "衢州市人民政府办公室", "a body by a word inside it"),
        ("quzhoushir", "issuer", "衢州市人民政府", "a body in pinyin"),
        ("qzsrm", "issuer", "衢州市人民政府", "a body by its initials"),
        ("衢政办发〔20", "doc_number", "衢政办发〔2022〕37号", "a number not yet whole"),
        ("衢政办发2022", "doc_number", "衢政办发〔2022〕37号", "without brackets"),
        ("衢政办", "doc_number", "衢政办发〔2022〕37号", "a code not yet whole"),
        ("guobanf", "doc_number", "国办发〔2021〕188号", "a code in pinyin"),
        ("社区老年助", "title", "国务院办公厅关于完善社区老年助餐服务的指导意见", "a title by words inside it"),
        ("laonianzhuc", "title", "国务院办公厅关于完善社区老年助餐服务的指导意见", "a title in pinyin"),
    ],
)
def test_what_was_begun_is_suggested(site: Site, typed: str, kind: str, text: str, reason: str) -> None:
    assert (kind, text) in [(one["kind"], one["text"]) for one in suggest(site, typed)], reason


@pytest.mark.parametrize("typed", ["政务公", "衢", "关于", "衢州市人民", "2013年", "助餐 衢", "国办"])
def test_suggestions_hold_what_was_typed_and_mark_it(site: Site, typed: str) -> None:
    found = suggest(site, typed)
    assert found
    for one in found:
        assert all(part in one["text"] for part in typed.split()), one
        plain = html.unescape(re.sub("</?mark>", "", one["html"]))
        assert plain == one["text"]
        marked = "".join(re.findall("<mark>(.*?)</mark>", one["html"]))
        assert all(part in marked for part in typed.split()), one
        assert (one["url"] is not None) == (one["kind"] in ("title", "doc_number"))


def test_each_suggestion_finds(site: Site) -> None:
    for typed in ("政务", "衢", "zwgk", "老年"):
        for one in suggest(site, typed):
            assert site.search(one["text"])["total"] > 0, one


def test_a_suggested_title_leads_to_its_page(site: Site) -> None:
    one = next(one for one in suggest(site, "社区老年助") if one["kind"] == "title")
    assert one["text"] in site.client.get(one["url"]).text


@pytest.mark.parametrize("limit", [1, 3, 10, 20])
def test_no_more_than_asked_for_and_none_twice(site: Site, limit: int) -> None:
    found = [(one["kind"], one["text"]) for one in suggest(site, "衢", limit)]
    assert 0 < len(found) <= limit
    assert len(set(found)) == len(found)


def test_a_list_of_ten_has_every_kind_there_is(site: Site) -> None:
    assert {one["kind"] for one in suggest(site, "衢")} == {"doc_number", "term", "issuer", "title"}


@pytest.mark.parametrize("typed", ["", "  ", "<b>", "\x00", '"', "，。", "a" * 300, "号" * 61, "\u200c", "-", "zzzzzz"])
def test_nothing_is_suggested_for_nothing(site: Site, typed: str) -> None:
    assert suggest(site, typed) == []


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 21}, {"limit": "x"}])
def test_a_bad_limit_is_refused(site: Site, params: dict[str, object]) -> None:
    assert site.client.get("/api/v1/suggest", params={"q": "政", **params}).status_code == 422


def test_the_page_has_the_script_and_works_without_it(site: Site) -> None:
    page = site.client.get("/").text
    assert '<script src="/static/suggest.js" defer></script>' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page), "the policy forbids inline scripts"
    assert re.search(r'<form class="ask" action="/" method="get"', page)
    assert site.client.get("/static/suggest.js").status_code == 200
