"""The suggestions under the search box, with keyboard and mouse, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(params=(360, 1440))
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The first page, with JavaScript on, that fails on any script error or breach of the content security policy."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=address)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    opened.goto("/")
    yield opened
    context.close()
    assert errors == []


def test_the_keyboard_chooses_and_asks(page: Page) -> None:
    box = page.locator("#q")
    box.press_sequentially("zhengwug")
    options = page.locator("#suggestions [role=option]")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    expect(box).to_have_value("政务公开")
    box.press("Escape")
    expect(box).to_have_value("zhengwug")
    expect(page.locator("#suggestions")).to_be_hidden()
    box.press_sequentially("o")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/?q=*")
    expect(page.locator("ol.hits h2").first).to_be_visible()
    expect(page.locator("#q")).to_have_value("政务公开")


def test_a_click_asks(page: Page) -> None:
    page.locator("#q").press_sequentially("社区老年助")
    page.locator("#suggestions [role=option]", has_text="国务院办公厅").click()
    page.wait_for_url("**/?q=*")
    expect(page.locator("ol.hits h2").first).to_contain_text("国务院办公厅关于完善社区老年助餐服务")


def test_the_list_is_named_and_fits(page: Page) -> None:
    page.locator("#q").press_sequentially("衢")
    expect(page.locator("#suggestions")).to_have_attribute("role", "listbox")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.locator(".ask [role=status]")).to_contain_text("条建议")
    width = page.viewport_size
    assert width is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= width["width"]
    page.locator("h1, main").first.click(position={"x": 5, "y": 500})
    expect(page.locator("#suggestions")).to_be_hidden()


def test_what_is_typed_is_shown_as_text(page: Page) -> None:
    page.locator("#q").press_sequentially('<img src=x onerror="alert(1)">')
    page.wait_for_timeout(400)
    assert page.locator("#suggestions img").count() == 0
