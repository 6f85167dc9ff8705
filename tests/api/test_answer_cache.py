"""Kept answers: the same as fresh ones, and gone with any change of what they were made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.answer_cache import AnswerCache
from api.schemas import SearchParams
from api.search import Searcher
from engine.reader import MeiliReader
from engine.settings import EngineSettings
from tests.support import ROOT, Site, index_folder, serve


def asked(site: Site, question: str, **params: object) -> dict:
    return site.search(question, **params)  # type: ignore[return-value]


def kept(site: Site) -> int:
    return len(site.client.app.state.answers._kept)


def test_the_second_answer_is_the_first(site: Site) -> None:
    first = asked(site, "老年助餐", year=2022)
    assert asked(site, "老年助餐", year=2022) == first
    assert asked(site, "老年助餐", year=2022, page=2) != first


def test_an_index_that_changed_is_asked_again(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.md").write_text("# 衢州市人民政府关于防汛工作的通知\n\n做好防汛准备。\n", "utf-8")
    with serve(tmp_path / "data", {"files": folder}) as site:
        assert asked(site, "防汛")["total"] == 1
        assert kept(site) == 1
        (folder / "b.md").write_text("# 杭州市人民政府关于防汛抢险的通告\n\n做好抢险准备。\n", "utf-8")
        index_folder(folder, "files", site.connection, site.settings)
        assert asked(site, "防汛")["total"] == 2
        (folder / "a.md").unlink()
        index_folder(folder, "files", site.connection, site.settings)
        assert [hit["title"][:3] for hit in asked(site, "防汛")["hits"]] == ["杭州市"]
        assert kept(site) == 1


def test_what_is_explained_is_not_kept(site: Site) -> None:
    before = kept(site)
    assert asked(site, "湿地保护", debug=True)["hits"][0]["explain"]
    assert kept(site) == before


async def test_no_more_than_so_many_are_kept_and_the_oldest_go(site: Site) -> None:
    searcher: Searcher = site.client.app.state.searcher
    reader = MeiliReader(site.connection, site.settings)
    cache = AnswerCache(Searcher(searcher.planner, reader, searcher.lists), 3)
    for question in ("养老", "防汛", "养老", "湿地", "充电", "供水"):
        await cache.give(SearchParams(q=question))
    assert [key.decode().partition(",")[0] for key in cache._kept] == [f'{{"q":"{q}"' for q in ("湿地", "充电", "供水")]
    off = AnswerCache(cache.searcher, 0)
    await off.give(SearchParams(q="养老"))
    assert not off._kept
    await reader.aclose()


async def test_a_key_that_may_only_search_keeps_nothing(site: Site) -> None:
    admin = EngineSettings(data_dir=ROOT / "none")
    only = site.connection.__class__(site.connection.url, site.connection.admin_key, "no such key", owned=False)
    reader = MeiliReader(only, admin)
    assert await reader.version() is None
    await reader.aclose()


@pytest.mark.parametrize("size", [0, 10])
def test_pages_show_the_same_with_and_without(site: Site, size: int) -> None:
    answers = site.client.app.state.answers
    before, answers.size = answers.size, size
    try:
        assert "养老" in site.client.get("/?q=养老").text
        assert site.client.get("/?q=养老").text == site.client.get("/?q=养老").text
    finally:
        answers.size = before
