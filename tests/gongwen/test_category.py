"""Subject classes and manners of disclosure: the cases, the portal's own pages, and what must hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import category, document
from gongwen.data import rows
from gongwen.normalize import fold
from gongwen.types import Page
from indexer.extract import extract
from tests.support import SHARED

PAGES = SHARED / "data" / "state_council" / "pages"


def read(how: str, text: str) -> str:
    if how == "stated":
        return category.of_stated(text) or ""
    if how == "openness":
        return category.openness_of(text) or ""
    found = category.of_title(text)
    return found.value if found else ""


@pytest.mark.cases("category.tsv")
def test_case(case: dict[str, str]) -> None:
    assert read(case["how"], fold(case["text"])) == case["expected"], case["reason"]


@pytest.mark.parametrize("table", ["category_names.tsv", "category_words.tsv"])
def test_tables_name_the_portals_classes(table: str) -> None:
    for row in rows(table):
        named = [row["category"], *filter(None, row.get("instead_of", "").split(";"))]
        assert set(named) <= set(category.CATEGORIES), row


def test_every_class_and_every_name_is_understood_as_it_is_written() -> None:
    assert len(category.CATEGORIES) == len(set(category.CATEGORIES)) == 22
    for name in category.CATEGORIES:
        assert category.of_stated(name) == name
    for row in rows("category_names.tsv"):
        assert category.of_stated(fold(row["name"])) == row["category"]


@given(st.text(max_size=80))
def test_a_class_comes_with_the_words_that_say_it(title: str) -> None:
    found = category.of_title(title)
    assert found is None or title[slice(*found.evidence.span or ())] == found.evidence.quote


def test_a_page_without_class_is_classed_by_its_title() -> None:
    page = Page(
        "…",
        title="沛县人民政府关于禁止露天焚烧秸秆的通告",
        metadata=(("主题分类", "行政规范性文件"), ("公开方式", "主动公开")),
    )
    read = document.read(page)
    assert read.category is not None
    assert (read.category.value, read.category.evidence.quote) == ("农业、林业、水利", "秸秆")
    assert read.site_category is not None
    assert read.site_category.value == "行政规范性文件"
    assert read.openness is not None
    assert read.openness.value == "主动公开"


@pytest.mark.skipif(not PAGES.is_dir(), reason="the State Council's pages are not on this machine (../shared)")
def test_titles_against_the_portals_own_classes() -> None:
    """The portal classes its documents by hand. What titles say must agree with it; where they say nothing, none is given."""
    agreed, said, total = 0, 0, 0
    for path in sorted(PAGES.glob("*.html")):
        page = extract(path.read_bytes(), path.name)[0][0]
        stated = next(value for label, value in page.metadata if label == "主题分类")
        found = category.of_title(fold(page.title or ""))
        total += 1
        said += found is not None
        agreed += found is not None and found.value == category.of_stated(fold(stated))
    assert total == 41
    assert agreed >= 0.95 * said  # 24 of 24 when written
    assert said >= 22
