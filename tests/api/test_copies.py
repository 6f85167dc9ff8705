"""The same notice on several pages: one is found, the others are listed with it, and nothing is counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gongwen.test_copies import TEXT
from tests.support import Site, index_folder, serve

_WHO = ("商务局", "发展改革委", "财政局", "市场监管局", "交通运输局", "农业农村局", "公安局")
_WHAT = (
    "粮油储备",
    "蔬菜调运",
    "价格监测",
    "车辆通行",
    "资金拨付",
    "质量抽检",
    "信息报送",
    "志愿服务",
    "网点布局",
    "应急投放",
    "冷链保障",
)
LONG = TEXT + "".join(
    f"{place + 4}、{_WHO[place % 7]}牵头负责{_WHAT[place % 11]}，每{place + 2}日通报一次进展。" for place in range(60)
)
_HEAD = "# 杭州市商务局关于做好市场保供工作的通知\n\n杭商发〔2020〕3号\n\n各区、县（市）商务主管部门：\n\n"
_TAIL = "\n\n杭州市商务局\n\n2020年2月3日\n"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "own.md").write_text(_HEAD + LONG + _TAIL, "utf-8")
    (folder / "paper.txt").write_text("杭州出台市场保供措施\n\n" + LONG + "\n", "utf-8")
    (folder / "portal.md").write_text(_HEAD + LONG + "（来源：市商务局）" + _TAIL, "utf-8")
    (folder / "next.md").write_text(_HEAD.replace("2020", "2021") + LONG + _TAIL.replace("2020", "2021"), "utf-8")
    return folder


def test_one_of_three_is_found_and_the_others_are_listed(tmp_path: Path, pages: Path) -> None:
    with serve(tmp_path / "data", {"pages": pages}) as site:
        found = site.search("市场保供措施")
        assert found["total"] == len(found["hits"]) == 2  # type: ignore[arg-type]
        first = next(hit for hit in found["hits"] if hit["doc_number"] == "杭商发〔2020〕3号")  # type: ignore[union-attr]
        assert {one["source"] for one in first["copies"]} == {"pages/own.md", "pages/paper.txt", "pages/portal.md"} - {_source(site, first["id"])}  # fmt: skip
        assert sum(one["count"] for one in found["facets"]["genre"]) == 2  # type: ignore[index]
        every = site.search("市场保供措施", copies=True)
        assert every["total"] == 4
        walked = site.client.get("/api/v1/scroll", params={"q": "市场保供措施"}).json()
        assert walked["total"] == len(walked["hits"]) == 2
        copy = site.client.get(f"/api/v1/documents/{first['copies'][0]['id']}").json()
        assert copy["copy_of"] == first["id"]
        assert "这是同一文件的一份副本" in site.client.get(f"/documents/{copy['id']}").text
        assert "同一文件另有 2 份" in site.client.get("/?q=市场保供措施").text
        number = site.client.get("/api/v1/numbers/杭商发〔2020〕3号").json()
        assert len(number["documents"]) == 2


def test_when_the_one_that_stands_for_them_goes_another_takes_its_place(tmp_path: Path, pages: Path) -> None:
    with serve(tmp_path / "data", {"pages": pages}) as site:
        for gone, left in (("portal.md", {"pages/own.md", "pages/next.md"}), ("own.md", {"pages/next.md"})):
            (pages / gone).unlink()
            index_folder(pages, "pages", site.connection, site.settings)
            hits = site.search("市场保供措施")["hits"]
            assert {_source(site, hit["id"]) for hit in hits} == left  # type: ignore[union-attr]
            # The newspaper's page says nothing of number or day: it is a copy of whichever is there.
            assert [copy["source"] for hit in hits for copy in hit["copies"]] == ["pages/paper.txt"]  # type: ignore[union-attr]


def _source(site: Site, document: str) -> str:
    return str(site.client.get(f"/api/v1/documents/{document}").json()["source"])
