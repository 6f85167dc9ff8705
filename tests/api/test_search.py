"""Searches a reader would make, on the sample corpus and the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.support import SEEDS, Site, needs_seeds, read_cases, serve

CASES = read_cases(Path(__file__).parent / "cases" / "searches.tsv")
BEGUN = read_cases(Path(__file__).parent / "cases" / "begun_numbers.tsv")
# Twelve ways in which people write one number.
WRITINGS = [
    "衢政办发〔2022〕37号", "衢政办发[2022]37号", "衢政办发（2022）37号", "衢政办发【2022】37号", "衢政办发［2022］37号",
    "衢政办发〔2022〕第37号", "衢政办发〔2022〕037号", "衢政办发 2022 37号", "衢政办发2022年37号", "衢政办发2022第37号",
    "衢政辦發〔2022〕37號", "衢政办发〔２０２２〕３７号",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["question"] or case["params"] for case in CASES])
def test_a_reader_finds_what_they_expect(site: Site, case: dict[str, str]) -> None:
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(case["params"]):
        params.setdefault(name, []).append(value)
    titles = [hit["title"] for hit in site.search(case["question"], **params)["hits"]]
    if case["first"]:
        assert titles, case["reason"]
        assert titles[0].startswith(case["first"]), case["reason"]
    if case["holds"]:
        assert any(title.startswith(case["holds"]) for title in titles), titles
    if case["lacks"]:
        assert not any(title.startswith(case["lacks"]) for title in titles), titles


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_number_in_any_writing_puts_its_document_first(site: Site, writing: str) -> None:
    answer = site.search(writing)
    assert answer["hits"][0]["doc_number"] == "衢政办发〔2022〕37号"
    reasons = [hit["reason"] for hit in answer["hits"]]
    assert reasons == ["number"] + ["cites"] * (len(reasons) - 1)
    assert len(reasons) > 2


def test_a_number_that_is_not_there_says_so_and_shows_its_neighbours(site: Site) -> None:
    answer = site.search("衢政办发〔2022〕9999号")
    assert answer["relaxed"] == "code"
    assert all(hit["doc_number"].startswith("衢政办发〔") for hit in answer["hits"])


@pytest.mark.parametrize(("question", "code"), [("衢政办 2022 9999号", "衢政办发"), ("杭政 2016 9999", "杭政")])
def test_a_number_that_is_not_there_with_its_code_left_unfinished_shows_its_neighbours(
    site: Site, question: str, code: str
) -> None:
    answer = site.search(question)
    assert answer["relaxed"] == "code"
    assert answer["hits"]
    assert all(hit["doc_number"].startswith(code) for hit in answer["hits"])


def test_every_document_is_found_first_by_its_own_number(site: Site) -> None:
    first = site.search("", per_page=100)
    numbers = [hit["doc_number"] for hit in first["hits"] if hit["doc_number"]]
    assert len(numbers) > 40
    wrong = [number for number in numbers if site.search(number)["hits"][0]["doc_number"] != number]
    assert wrong == []


@pytest.mark.parametrize("row", BEGUN, ids=lambda row: row["question"])
def test_numbers_that_begin_so(site: Site, row: dict[str, str]) -> None:
    answer = site.search(row["question"])
    found = [hit["doc_number"] for hit in answer["hits"] if hit["reason"] == "part"]
    assert found == ([] if row["numbers"] == "-" else row["numbers"].split(" ")), row["reason"]
    if found:
        assert (answer["total"], answer["relaxed"], answer["corrected"]) == (len(found), None, None)


def test_every_document_is_on_page_one_of_its_own_title(site: Site) -> None:
    hits = site.search("", per_page=100)["hits"]
    missed = [
        hit["title"] for hit in hits if hit["id"] not in {found["id"] for found in site.search(hit["title"])["hits"]}
    ]
    assert missed == []


@pytest.mark.parametrize(
    "filters", [{"year": 2022}, {"region": "浙江省"}, {"genre": "通知"}, {"year": 2022, "region": "衢州市"}]
)
@pytest.mark.parametrize(
    "question", ["老年助餐", "公开", "电动车充电", "农村公路怎么修", "", "火星移民", "衢政办发〔2022〕37号"]
)
def test_totals_and_facets_never_rise_when_a_filter_is_added(
    site: Site, question: str, filters: dict[str, object]
) -> None:
    free, filtered = site.search(question), site.search(question, **filters)
    assert filtered["total"] <= free["total"]
    for name, values in filtered["facets"].items():
        before = {value["value"]: value["count"] for value in free["facets"][name]}
        assert all(value["count"] <= before.get(value["value"], 0) for value in values), name


@pytest.mark.parametrize("question", ["公开", "通知", "农村公路怎么修", ""])
def test_pages_show_each_document_once_and_as_many_as_the_total(site: Site, question: str) -> None:
    first = site.search(question, per_page=7)
    seen = [
        hit["id"]
        for page in range(1, first["pages"] + 1)
        for hit in site.search(question, per_page=7, page=page)["hits"]
    ]
    assert len(seen) == len(set(seen)) == first["total"]


@pytest.mark.parametrize("facet", ["year", "genre", "issuer"])
def test_a_facet_value_used_as_filter_gives_its_count(site: Site, facet: str) -> None:
    for question in ("工作", ""):  # of all documents some are of several bodies, and each body counts them
        answer = site.search(question)
        for value in answer["facets"][facet]:
            assert site.search(question, **{facet: value["value"]})["total"] == value["count"], value["value"]


def test_a_document_of_several_bodies_counts_for_each_of_them(site: Site) -> None:
    joint = {"民政部", "财政部", "国家卫生健康委员会"}  # minfa-2022-pinggu
    assert joint <= {value["value"] for value in site.search("民发〔2022〕97号")["facets"]["issuer"]}


def test_a_region_value_used_as_filter_gives_its_count(site: Site) -> None:
    answer = site.search("")
    for level in ("region.lvl0", "region.lvl1", "region.lvl2"):
        for value in answer["facets"][level][:6]:
            assert site.search("", region=value["value"])["total"] == value["count"], value["value"]


def test_newest_and_oldest_are_in_order(site: Site) -> None:
    def days(sort: str) -> list[str]:
        hits = site.search("", sort=sort, per_page=100)["hits"]
        return [
            hit["signed"] or hit["published"] or f"{hit['year']}-01-01" for hit in hits if hit["signed"] or hit["year"]
        ]

    assert days("newest") == sorted(days("newest"), reverse=True)
    assert days("oldest") == sorted(days("oldest"))


def test_published_range_includes_both_ends(site: Site) -> None:
    answer = site.search("", published_from="2023-11-24", published_to="2023-11-24")
    assert [hit["published"] for hit in answer["hits"]] == ["2023-11-24"]


def test_synonyms_can_be_switched_off(site: Site) -> None:
    on, off = site.search("低保"), site.search("低保", synonyms=False)
    assert on["understood"]["synonyms"]
    assert off["understood"]["synonyms"] == []
    assert off["total"] < on["total"]


def test_snippets_are_escaped_and_marked(site: Site) -> None:
    hit = site.search("老年助餐")["hits"][0]
    assert "<mark>老年助餐</mark>" in hit["title_html"]
    for found in site.search("<script>公开</script>")["hits"]:
        assert "<script>" not in found["snippet_html"]


@needs_seeds
@pytest.mark.parametrize(
    ("question", "params", "source"),
    [
        ("政务公开", {}, ("003_", "004_")),
        ("杭政办发电2016 6号", {}, ("004_",)),
        ("衢州 年度报告", {"year": 2013}, ("000_",)),
        ("依申请公开", {}, ("000_", "001_", "002_", "004_")),
        ("信息公開", {}, ("000_", "001_")),
    ],
)
def test_the_real_pages_alone(
    seeds_site: Site, question: str, params: dict[str, object], source: tuple[str, ...]
) -> None:
    hit = seeds_site.search(question, **params)["hits"][0]
    found = seeds_site.client.get(f"/api/v1/documents/{hit['id']}").json()
    assert found["source"].removeprefix("seeds/").startswith(source)


@needs_seeds
def test_the_real_pages_give_eight_documents_and_report_the_fragments(seeds_site: Site) -> None:
    assert SEEDS.is_dir()
    assert seeds_site.search("")["total"] == 8
    rejected = (seeds_site.settings.data_dir / "rejected.jsonl").read_text("utf-8")
    assert "番禺区建设局" in rejected
    assert rejected.count("seeds/000_") >= 4


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An order, what cites it under another name, and an announcement that leaves its body out."""
    base = tmp_path_factory.mktemp("orders")
    body = "为了加强管理，保护公民、法人和其他组织的合法权益，现就有关事项作如下规定，请遵照执行。" * 4
    for name, text in {
        "order": f"# 快递暂行条例\n\n国令第697号\n\n第一条　{body}\n\n国务院\n\n2018年3月2日\n",
        "citing": f"# 关于做好快递工作的通知\n\n衢邮发〔2018〕3号\n\n各县：\n\n根据《快递暂行条例》（中华人民共和国国务院令第697号），{body}\n\n衢州市邮政管理局\n\n2018年5月2日\n",
        "notice": f"# 关于发布化妆品目录的公告\n\n公告2020年第65号\n\n{body}\n\n市场监管总局\n\n2020年9月1日\n",
        "other": f"# 关于发布食品目录的公告\n\n公告2020年第66号\n\n{body}\n\n市场监管总局\n\n2020年9月2日\n",
    }.items():
        (base / "docs").mkdir(exist_ok=True)
        (base / "docs" / f"{name}.md").write_text(text, "utf-8")
    with serve(base / "data", {"c": base / "docs"}) as running:
        yield running


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("国务院令第697号", ["快递暂行条例", "关于做好快递工作的通知"]),
        ("国务院第697号令", ["快递暂行条例", "关于做好快递工作的通知"]),
        ("中华人民共和国国务院令第697号", ["快递暂行条例", "关于做好快递工作的通知"]),
        ("国令第697号", ["快递暂行条例", "关于做好快递工作的通知"]),
        ("国家市场监督管理总局公告2020年第65号", ["关于发布化妆品目录的公告"]),
        ("市场监管总局公告2020年第65号", ["关于发布化妆品目录的公告"]),
        ("国务院令第698号", []),
    ],
)
def test_an_order_is_found_in_any_writing_of_its_body(orders: Site, asked: str, titles: list[str]) -> None:
    assert [hit["title"] for hit in orders.search(asked)["hits"]] == titles
