"""InstantSearch with Meilisearch's adapter, as published, searches through us: in a real browser, on a page of another site."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import ROOT

FRONTENDS = ROOT / "tests" / "frontends"
pytestmark = pytest.mark.browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test says what went wrong."""


@pytest.fixture(scope="module")
def other_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that has nothing but a search page, bundled from the published packages."""
    folder: Path = tmp_path_factory.mktemp("frontend")
    esbuild = FRONTENDS / "node_modules" / ".bin" / "esbuild"
    assert esbuild.exists(), "the front ends are not installed: run `make frontends`"
    subprocess.run(
        [esbuild, "app.js", "--bundle", "--define:process.env.NODE_ENV=\"production\"", f"--outfile={folder}/app.js", "--log-level=error"],
        cwd=FRONTENDS, check=True, timeout=60,
    )  # fmt: skip
    shutil.copy(FRONTENDS / "page.html", folder / "index.html")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str, other_site: str) -> Iterator[Page]:
    """The search page with its first results; fails when anyone else is asked, or anything goes wrong."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    ours = (address, other_site)
    opened.on("request", lambda asked: None if asked.url.startswith(ours) else faults.append(asked.url))
    opened.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 and "favicon" not in answer.url else None)  # fmt: skip
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"{other_site}/?host={address}")
    expect(opened.locator("#hits h2")).to_have_count(5)
    yield opened
    context.close()
    assert faults == []


def total(page: Page) -> int:
    return int(page.inner_text("#stats").split()[0].replace(",", ""))


def test_a_question_is_answered_with_marks_and_passages(page: Page) -> None:
    page.fill("#search input", "老年助餐")
    expect(page.locator("#hits h2 mark").first).to_have_text("老年助餐")
    expect(page.locator("#hits p mark").first).to_have_text("老年助餐")
    assert total(page) < 20
    # Any writing of a number, which no engine's own cutting finds.
    page.fill("#search input", "衢政办发[2022]第37号")
    expect(page.locator("#hits h2").first).to_contain_text("衢州市社区老年助餐服务三年行动方案")
    page.fill("#search input", "魑魅魍魉")
    expect(page.locator("#hits h2")).to_have_count(0)
    expect(page.locator("#stats")).to_contain_text("No results")


def test_a_menu_of_regions_opens_level_by_level(page: Page) -> None:
    everything = total(page)
    page.click("#regions a:has-text('浙江省')")
    expect(page.locator("#regions .ais-HierarchicalMenu-item--child, #regions .ais-HierarchicalMenu-list--child")).not_to_have_count(0)  # fmt: skip
    expect(page.locator("#regions a:has-text('衢州市')")).to_be_visible()
    inside = total(page)
    assert 0 < inside < everything
    counted = page.locator("#regions a:has-text('浙江省') .ais-HierarchicalMenu-count").first
    assert int(counted.inner_text()) == inside
    expect(page.locator("#regions a:has-text('四川省')")).to_be_visible()  # the others stay to choose from
    page.click("#regions a:has-text('衢州市')")
    expect(page.locator("#regions a:has-text('衢州市') .ais-HierarchicalMenu-count")).to_be_visible()
    page.wait_for_function("n => parseInt(document.querySelector('#stats').innerText) < n", arg=inside)
    page.click("#regions a:has-text('浙江省')")
    expect(page.locator("#stats")).to_contain_text(f"{everything} results")


def test_a_range_of_years(page: Page) -> None:
    low, high = page.locator("#years input").nth(0), page.locator("#years input").nth(1)
    assert int(low.get_attribute("placeholder") or 0) < int(high.get_attribute("placeholder") or 0)
    everything = total(page)
    low.fill("2020")
    high.fill("2022")
    page.click("#years button")
    page.wait_for_function("n => parseInt(document.querySelector('#stats').innerText) < n", arg=everything)
    years = page.locator("#hits h2").evaluate_all("all => all.map(one => Number(one.dataset.year))")
    assert years
    assert all(2020 <= year <= 2022 for year in years)


def test_pages_go_on_without_repeating(page: Page) -> None:
    first = page.locator("#hits h2").all_inner_texts()
    page.click("#pages a:has-text('2')")
    expect(page.locator("#pages .ais-Pagination-item--selected")).to_have_text("2")
    expect(page.locator("#hits h2").first).not_to_have_text(first[0])
    second = page.locator("#hits h2").all_inner_texts()
    assert len(second) == 5
    assert not set(first) & set(second)


def test_kinds_are_chosen_side_by_side_and_sought_by_name(page: Page) -> None:
    page.fill("#genres input[type=search]", "通")
    expect(page.locator("#genres li:not(:has-text('通'))")).to_have_count(0)
    assert page.locator("#genres li").count() >= 2
    page.click("#genres label:has-text('通告')")
    expect(page.locator("#hits h2").first).to_have_attribute("data-genre", "通告")
    page.click("#genres label:has-text('决定')")
    page.wait_for_function("document.querySelectorAll('#genres li input:checked').length === 2")
    page.wait_for_function(
        "new Set([...document.querySelectorAll('#hits h2')].map(one => one.dataset.genre)).size === 2"
    )
    kinds = set(page.locator("#hits h2").evaluate_all("all => all.map(one => one.dataset.genre)"))
    assert kinds == {"通告", "决定"}


def test_the_newest_first(page: Page) -> None:
    page.fill("#search input", "通知")
    page.select_option("#sort select", label="最新")
    page.wait_for_function("""() => {
        const years = [...document.querySelectorAll('#hits h2')].map(one => Number(one.dataset.year));
        return years.length === 5 && years.every((year, at) => at === 0 || years[at - 1] >= year);
    }""")
