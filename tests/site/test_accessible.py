"""Accessible to everybody: axe-core finds nothing on any page and state, the keyboard reaches everything, targets are large
(WCAG 2.2 AA; 《政府网站适老化改造要求》 for the large look)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import ROOT, Site

pytestmark = pytest.mark.browser
_AXE = ROOT / "tests" / "frontends" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS = {
    "narrow": {"viewport": {"width": 360, "height": 800}},
    "wide": {"viewport": {"width": 1440, "height": 900}},
    "dark": {"viewport": {"width": 1000, "height": 900}, "color_scheme": "dark"},
    "contrast": {"viewport": {"width": 1000, "height": 900}, "contrast": "more"},
    "large": {"viewport": {"width": 480, "height": 900}},
}
_PAGES = {
    "home": "/",
    "results": "/?q=养老",
    "filtered": "/?q=通知&region=浙江省&year=2022&validity=in_force",
    "corrected": "/?q=lvyou",
    "relaxed": "/?q=火星移民补贴",
    "nothing": "/?q=火星移民&year=2016",
    "wrong": "/?year=abc",
    "framed": "/embed?q=养老",
    "figures": "/figures",
    "figures of a place": "/figures?indicator=granted&region=浙江省",
    "no figures": "/figures?region=北京市",
    "missing": "/documents/nothing",
}


@pytest.fixture(params=_LOOKS)
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=address, **_LOOKS[request.param])
    if request.param == "large":
        context.add_cookies([{"name": "view", "value": "large", "url": address}])
    yield context.new_page()
    context.close()


def document(site: Site, title: str) -> str:
    return f"/documents/{site.search(title)['hits'][0]['id']}"  # type: ignore[index]


def open_page(page: Page, path: str) -> None:
    """Opens a page and waits for its chart, if it has one."""
    page.goto(path)
    if page.locator("#chart").count():
        expect(page.locator("#chart svg")).to_be_visible()


def violations(page: Page, within: str = "html") -> list[str]:
    """What axe-core objects to within an element, with the elements."""
    assert _AXE.exists(), "axe-core is not installed: run `make frontends`"
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate(
        "([within, rules]) => axe.run(within, {runOnly: {type: 'tag', values: rules}})", [within, _RULES]
    )
    return [f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}" for one in found["violations"] for node in one["nodes"][:3]]  # fmt: skip


def test_axe_finds_nothing(page: Page, site: Site) -> None:
    addresses = [
        *_PAGES.values(),
        document(site, "娄底市人民政府办公室关于做好电动自行车停放充电安全管理工作的通知"),
        document(site, "安顺市人民政府2019年政府信息公开工作年度报告"),
    ]
    found = {}
    for address in addresses:
        open_page(page, address)
        if wrong := violations(page):
            found[address] = wrong
    assert found == {}


def test_axe_finds_nothing_while_one_types_and_opens(page: Page) -> None:
    page.goto("/?q=养老")
    closed = page.locator(".facets details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    page.locator("#q").click()
    page.locator("#q").press_sequentially("衢")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []


def test_targets_are_large(page: Page) -> None:
    """44 pixels for what stands by itself; links within sentences and titles are as large as their line (WCAG 2.5.8)."""
    for address in ("/?q=养老", "/figures"):
        open_page(page, address)
        small = page.evaluate("""() => [...document.querySelectorAll(
            'button, input:not([type=hidden]):not([type=checkbox]), select, summary, .facets a, .tools a, .sorts a, .pages a, .files a')]
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
            .map(one => one.outerHTML.slice(0, 80) + one.getBoundingClientRect().height)""")
        assert [one for one in small if "下级地区" not in one] == []


def test_nothing_is_cut_off_when_enlarged(browser: Browser, address: str, site: Site) -> None:
    """200 % of a 1280 window, and 400 % of it (WCAG 1.4.10)."""
    for width in (640, 320):
        context = browser.new_context(viewport={"width": width, "height": 500}, base_url=address)
        page = context.new_page()
        for path in (*_PAGES.values(), document(site, "安顺市人民政府2019年政府信息公开工作年度报告")):
            open_page(page, path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        context.close()


def test_the_keyboard_reaches_what_the_mouse_does(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    page = context.new_page()
    page.goto("/?q=养老")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.href || document.activeElement.outerHTML.slice(0, 60)"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement === document.body")
    hits = page.locator("ol.hits h2 a").evaluate_all("all => all.map(one => one.href)")
    filters = page.locator(".facets details[open] > ul > li > a").evaluate_all("all => all.map(one => one.href)")
    assert set(hits) <= reached
    assert set(filters) <= reached
    context.close()


def test_the_large_look_is_remembered_and_leads_nowhere_else(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/?q={quote('养老')}")
    usual = page.locator("ol.hits h2").first.evaluate("one => Number.parseFloat(getComputedStyle(one).fontSize)")
    page.click("text=大字版")
    expect(page.locator("html.large")).to_have_count(1)
    assert "q=" in page.url
    large = page.locator("ol.hits h2").first.evaluate("one => Number.parseFloat(getComputedStyle(one).fontSize)")
    assert large > 1.3 * usual
    page.goto("/figures")
    expect(page.locator("html.large")).to_have_count(1)
    page.click("text=标准版")
    expect(page.locator("html.large")).to_have_count(0)
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"):
        answer = context.request.get(f"/view?back={quote(elsewhere, safe='')}", max_redirects=0)
        assert answer.headers["location"] == "/"
    context.close()


def test_reduced_motion_is_respected(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce", base_url=address)
    page = context.new_page()
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    context.close()
