"""Walks through all that a search finds, by a cursor: everything once, whatever changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Site, index_folder, serve

_NOTICE = "# {place}关于第{number}次检查的通知\n\n{place}发〔2020〕{number}号\n\n现将第{number}次检查的有关事项通知如下。\n\n{place}人民政府\n\n{day}\n"


def walk(site: Site, limit: int, **params: object) -> tuple[list[str], int]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        answer = site.client.get("/api/v1/scroll", params={"limit": limit, "cursor": cursor or "", **params})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        ids += [hit["id"] for hit in found["hits"]]
        cursor = found["next"]
        if cursor is None:
            return ids, found["total"]


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize(
    "params", [{}, {"q": "通知"}, {"region": "浙江省"}, {"q": "养老", "validity": "in_force"}, {"q": "yanglao"}]
)
def test_everything_comes_once_whatever_the_stretch(site: Site, limit: int, params: dict[str, object]) -> None:
    ids, total = walk(site, limit, **params)
    assert len(ids) == len(set(ids)) == total > 0
    assert total == site.search(str(params.get("q", "")), **{k: v for k, v in params.items() if k != "q"})["total"]


def test_the_newest_first_and_those_without_a_day_last(site: Site) -> None:
    hits = site.client.get("/api/v1/scroll", params={"limit": 1000}).json()["hits"]
    signed = [hit["signed"] or hit["published"] or f"{hit['year'] or 1}-01-01" for hit in hits]
    dated = [day for day in signed if not day.startswith("1-")]
    assert dated == sorted(dated, reverse=True)
    assert signed[: len(dated)] == dated


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    folder = tmp_path / "checks"
    folder.mkdir()
    for number in range(1, 41):
        day = f"2020年5月{1 + number % 3}日"
        (folder / f"{number:03}.md").write_text(_NOTICE.format(place="衢州市", number=number, day=day), "utf-8")
    return folder


def test_what_is_added_and_taken_away_meanwhile_moves_nothing(tmp_path: Path, checks: Path) -> None:
    with serve(tmp_path / "data", {"checks": checks}) as site:
        first = site.client.get("/api/v1/scroll", params={"q": "检查", "limit": 18}).json()
        given = [hit["id"] for hit in first["hits"]]
        # One given is taken away, one not yet given too; one comes to a day that is over, one to the day that is not.
        gone = {hit["doc_number"]: hit["id"] for hit in first["hits"]}
        waiting = {hit["id"] for hit in site.client.get("/api/v1/scroll", params={"q": "检查", "limit": 1000}).json()["hits"]} - set(given)  # fmt: skip
        removed = next(path for path in checks.iterdir() if f"〔2020〕{int(path.stem)}号" in next(iter(gone)))
        removed.unlink()
        (checks / "100.md").write_text(_NOTICE.format(place="衢州市", number=100, day="2020年5月3日"), "utf-8")
        index_folder(checks, "checks", site.connection, site.settings)
        rest = site.client.get("/api/v1/scroll", params={"q": "检查", "limit": 1000, "cursor": first["next"]}).json()
        later = [hit["id"] for hit in rest["hits"]]
        assert set(later) >= waiting
        assert not set(later) & set(given)
        assert len(later) == len(set(later))


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "bnVsbA", "WyJhIiwxLDIsM10", "é"])
def test_a_cursor_that_was_not_given_is_refused(site: Site, cursor: str) -> None:
    answer = site.client.get("/api/v1/scroll", params={"cursor": cursor})
    assert answer.status_code == 422
    assert "cursor" in answer.json()["detail"]
    assert "cursor" in answer.json()["detail_en"]


def test_a_cursor_of_another_search_is_refused(site: Site) -> None:
    cursor = site.client.get("/api/v1/scroll", params={"q": "通知", "limit": 1}).json()["next"]
    answer = site.client.get("/api/v1/scroll", params={"q": "养老", "cursor": cursor})
    assert answer.status_code == 422
    assert "另一次检索" in answer.json()["detail"]
