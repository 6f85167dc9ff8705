"""Issuing bodies in titles, in signatures and in metadata."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import issuers
from gongwen.data import rows
from gongwen.normalize import fold
from gongwen.regions import by_code, resolve
from gongwen.types import IssuingBody, Level, Span


@pytest.mark.cases("issuers.tsv")
def test_case(case: dict[str, str]) -> None:
    bodies = read(case["how"], fold(case["text"]), int(case["year"]) if case["year"] else None)
    assert "；".join(body.name for body in bodies) == case["expected"], case["reason"]
    if case["region"] != "*":
        assert "；".join(body.region.code if body.region else "-" for body in bodies) == case["region"], case["reason"]
        assert "；".join(str(int(b.level)) if b.level is not None else "-" for b in bodies) == case["level"]


def read(how: str, folded: str, year: int | None) -> list[IssuingBody]:
    if how == "title":
        return [body for body, _ in issuers.of_title(folded, year=year)]
    if how == "signature":
        return [body for body, _ in issuers.signature(lines(folded), year=year)]
    return [issuers.body(folded, year=year)]


def lines(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append((start, line))
        start += len(line) + 1
    return found


def test_spans_of_a_title() -> None:
    title = "浙江省财政厅 浙江省民政厅关于印发办法的通知"
    assert [span for _, span in issuers.of_title(title)] == [Span(0, 6), Span(7, 13)]


def test_spans_of_a_signature() -> None:
    text = "特此通知。\n  浙江省民政厅  \n浙江省财政厅"
    assert [text[s.start : s.end] for _, s in issuers.signature(lines(text))] == ["浙江省民政厅", "浙江省财政厅"]


def test_a_name_is_understood_within_a_place() -> None:
    within = resolve("福州市")
    body = issuers.body("鼓楼区教育局", within=within)
    assert body.region is not None
    assert body.region.code == "350102"
    assert body.name == "福州市鼓楼区教育局"


def test_the_normal_name_of_a_government_is_read_back() -> None:
    for code in ("330000", "330800", "330803", "330523", "110101", "429021", "522600", "152502"):
        region = by_code(code)
        assert region is not None
        name = issuers.government_name(region)
        assert issuers.body(name) == IssuingBody(name, region.level, region)


@pytest.mark.parametrize("row", rows("issuer_codes.tsv"), ids=[row["code"] for row in rows("issuer_codes.tsv")])
def test_issuers_of_codes_are_bodies(row: dict[str, str]) -> None:
    level = Level(int(row["level"]))
    if level is Level.CENTRAL:
        assert row["region"] == ""
        return
    region = by_code(row["region"])
    assert region is not None
    assert region.level is level
    body = issuers.body(row["issuer"])
    assert (body.name, body.region, body.level) == (row["issuer"], region, level)


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet="浙江省衢州市区人民政府办公室财厅局关于印发、 ()2016年\n国务院", max_size=40)
    | st.text(max_size=40)
)
def test_never_raises_and_spans_lie_in_the_text(text: str) -> None:
    folded = fold(text)
    issuers.body(folded)
    for _, span in [*issuers.of_title(folded), *issuers.signature(lines(folded))]:
        assert 0 <= span.start < span.end <= len(folded)
