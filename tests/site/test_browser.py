"""The pages in a real browser: three widths, no JavaScript needed, nobody else asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
WIDTHS = (360, 768, 1440)


@pytest.fixture(params=WIDTHS)
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of one width, with JavaScript off, that fails when anything but the site is asked."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, java_script_enabled=False, base_url=address
    )
    opened = context.new_page()
    foreign: list[str] = []
    opened.on("request", lambda asked: foreign.append(asked.url) if not asked.url.startswith(address) else None)
    failed: list[str] = []
    opened.on("response", lambda answer: failed.append(answer.url) if answer.status >= 500 else None)
    yield opened
    context.close()
    assert foreign == []
    assert failed == []


def fits(browser: Browser, page: Page) -> bool:
    """True when nothing sticks out sideways (asked with JavaScript on, in a window of the same width)."""
    size = page.viewport_size
    assert size is not None
    context = browser.new_context(viewport=size)
    other = context.new_page()
    other.goto(page.url)
    width = other.evaluate("document.documentElement.scrollWidth")
    context.close()
    return bool(width <= size["width"])


def test_a_citizen_searches_filters_opens_and_comes_back(page: Page, browser: Browser) -> None:
    page.goto("/")
    assert "公文" in page.inner_text("main")
    page.fill("#q", "老年助餐")
    page.press("#q", "Enter")
    expect(page.locator("ol.hits h2 >> nth=2")).to_be_visible()
    expect(page.locator("ol.hits mark >> nth=0")).to_be_visible()
    assert fits(browser, page)
    page.click(".facets a:has-text('浙江省')")
    expect(page).to_have_url(re.compile("region="))
    expect(page.locator(".chip:has-text('地区：浙江省')")).to_have_count(1)
    page.click("ol.hits h2 a >> nth=0")
    expect(page).to_have_url(re.compile("/documents/"))
    expect(page.locator("h1")).not_to_be_empty()
    assert fits(browser, page)
    page.go_back()
    page.click(".chip:has-text('地区：浙江省')")
    expect(page).not_to_have_url(re.compile("region="))


def test_a_clerk_looks_up_a_number_and_follows_its_evidence(page: Page) -> None:
    page.goto("/")
    page.fill("#q", "衢政办发[2022]第37号")
    page.press("#q", "Enter")
    expect(page.locator(".chip:has-text('文号：衢政办发〔2022〕37号')")).to_have_count(1)
    expect(page.locator("ol.hits > li").first.locator(".number")).to_have_text("衢政办发〔2022〕37号")
    page.click("ol.hits h2 a >> nth=0")
    link = page.locator(".about dt:has-text('发文机关') + dd a[href^='#e']").first
    target = link.get_attribute("href")
    link.click()
    expect(page).to_have_url(re.compile(re.escape(target or "?") + "$"))
    expect(page.locator(f"mark{target}")).to_have_count(1)


def test_a_search_without_result_says_what_to_change(page: Page, browser: Browser) -> None:
    page.goto("/?q=火星移民&year=2016")
    assert "没有找到" in page.inner_text(".total")
    expect(page.locator(".nothing a:has-text('去掉全部筛选条件')")).to_have_count(1)
    assert fits(browser, page)


def test_a_wrong_address_and_a_wrong_parameter_are_explained(page: Page, browser: Browser) -> None:
    page.goto("/?year=abc")
    assert "year" in page.inner_text("main")
    page.goto("/documents/nothing")
    assert "没有" in page.inner_text("main")
    assert fits(browser, page)


def test_a_report_with_wide_tables_fits(page: Page, browser: Browser) -> None:
    page.goto("/?q=安顺市人民政府2019年政府信息公开工作年度报告")
    page.click("ol.hits h2 a >> nth=0")
    expect(page.locator("table tr >> nth=30")).to_be_attached()
    assert fits(browser, page)
