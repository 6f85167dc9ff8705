"""The embedded search box in the page of another site: one line, from another origin, under that site's own policy."""

from __future__ import annotations

import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.test_accessible import violations
from tests.site.test_browser import WIDTHS
from tests.support import ROOT

pytestmark = pytest.mark.browser
PORTAL = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>某县人民政府</title>
<style>a {{ color: lime !important; font-size: 3px }} li {{ display: none }} mark {{ background: black }}</style></head>
<body><h1>某县人民政府</h1><ul id="menu"><li>政务</li></ul>{line}</body></html>"""


class _Portal(http.server.SimpleHTTPRequestHandler):
    """A plain government portal with a strict content security policy that allows our site by name."""

    policy = ""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def portal(tmp_path: Path, address: str) -> Iterator[str]:
    """Pages ``line.html`` and ``element.html`` of another origin."""
    script = f"{address}/static/embed.js"
    for name, line in {
        "line": f'<script src="{script}" data-region="衢州市" data-per-page="3"></script>',
        "popup": f'<script src="{script}" data-mode="popup" data-lang="en" data-region="330800"></script>',
        "frame": f'<iframe src="{address}/embed?region=衢州市&amp;per_page=3" title="检索" width="320" height="800"></iframe>',
        "before": f'<script src="{script}"></script><p>检索</p><wenhao-search genre="通知"></wenhao-search>',
        "bare": f'<script src="{script}"></script>',
        "two": f'<script src="{script}" data-genre="通知"></script><p>又</p><script src="{script}" data-region="衢州市"></script>',
        "element": f'<script src="{script}" defer></script><p>检索</p><wenhao-search genre="通知|意见" theme="dark"></wenhao-search>',
    }.items():
        (tmp_path / f"{name}.html").write_text(PORTAL.format(line=line), "utf-8")
    policy = f"default-src 'none'; script-src {address}; connect-src {address}; style-src 'unsafe-inline'; frame-src {address}"
    handler = type("Portal", (_Portal,), {"policy": policy})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(params=WIDTHS)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    # A browser logs the 503 that a test plays.
    assert [fault for fault in faults if "favicon" not in fault and "503" not in fault] == []


def test_one_line_searches_within_its_region(page: Page, portal: str) -> None:
    page.goto(f"{portal}/line.html")
    page.get_by_role("combobox", name="检索公文").fill("政府信息公开")
    page.keyboard.press("Enter")
    results = page.get_by_role("list", name="检索结果").get_by_role("listitem")
    expect(results).to_have_count(3)
    expect(page.get_by_role("status")).to_contain_text("找到")
    expect(results.first.get_by_role("link")).to_contain_text("衢州")
    assert results.first.locator("mark").count() > 0
    page.get_by_role("button", name="更多结果").click()
    expect(results).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("name", "boxes"), [("before", 1), ("bare", 1), ("two", 2), ("element", 1)])
def test_each_line_or_element_is_one_box(page: Page, portal: str, name: str, boxes: int) -> None:
    page.goto(f"{portal}/{name}.html")
    expect(page.get_by_role("combobox", name="检索公文")).to_have_count(boxes)


def test_styles_leak_neither_way(page: Page, portal: str) -> None:
    page.goto(f"{portal}/line.html")
    page.get_by_role("combobox").fill("政府信息公开")
    page.keyboard.press("Enter")
    link = page.get_by_role("list", name="检索结果").get_by_role("link").first
    expect(link).to_be_visible()
    assert link.evaluate("link => getComputedStyle(link).color") != "rgb(0, 255, 0)"
    assert page.locator("#menu").evaluate("list => getComputedStyle(list).listStyleType") == "disc"


def test_the_element_with_filters_and_a_link_to_the_document(page: Page, portal: str, address: str) -> None:
    page.goto(f"{portal}/element.html")
    assert page.locator("wenhao-search").count() == 1
    page.get_by_role("combobox").fill("助餐")
    page.get_by_role("button", name="检索", exact=True).click()
    link = page.get_by_role("list", name="检索结果").get_by_role("link").first
    expect(link).to_have_attribute("href", f"{address}{link.evaluate('link => new URL(link.href).pathname')}")
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator("h1")).to_contain_text("助餐")


def test_nothing_found_and_a_site_that_is_away(page: Page, portal: str) -> None:
    page.goto(f"{portal}/line.html")
    page.get_by_role("combobox").fill("魑魅魍魉")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("没有找到")
    page.route("**/api/v1/search*", lambda route: route.fulfill(status=503, content_type="application/problem+json", body='{"title": "不可用", "detail": "检索引擎不可用"}', headers={"access-control-allow-origin": "*"}))  # fmt: skip
    page.get_by_role("combobox").fill("政务公开")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("暂时不能检索")
    page.unroute_all()


def test_marked_text_is_text(page: Page, portal: str) -> None:
    """Whatever an endpoint sends, only words and marks come into the page."""
    hit = {"title_html": "<img src=x onerror=alert(1)><mark>题</mark>", "snippet_html": "<script>alert(1)</script>", "url": "/documents/1", "validity": "repealed"}  # fmt: skip
    answer = {"query": "题", "total": 1, "page": 1, "pages": 1, "hits": [hit]}
    page.goto(f"{portal}/line.html")
    page.route(
        "**/api/v1/search*", lambda route: route.fulfill(json=answer, headers={"access-control-allow-origin": "*"})
    )
    page.get_by_role("combobox").fill("题")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已废止")).to_be_visible()
    expect(page.get_by_role("link", name="<img src=x onerror=alert(1)>题")).to_be_visible()
    assert page.locator("wenhao-search img, wenhao-search script").count() == 0


def test_a_button_opens_the_box_above_the_page(page: Page, portal: str) -> None:
    page.goto(f"{portal}/popup.html")
    opener = page.get_by_role("button", name="Search official documents")
    opener.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.press_sequentially("老年助餐")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("found")
    for facts in page.locator("wenhao-search .facts").all_inner_texts():
        assert "衢" in facts
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(opener).to_be_focused()


def test_suggestions_are_chosen_with_the_keyboard(page: Page, portal: str) -> None:
    page.goto(f"{portal}/line.html")
    box = page.get_by_role("combobox")
    box.press_sequentially("zhengwug")
    expect(page.get_by_role("option").first).to_have_text("政务公开")
    box.press("ArrowDown")
    expect(box).to_have_value("政务公开")
    expect(box).to_have_attribute("aria-activedescendant", "option-0")
    box.press("Escape")
    expect(box).to_have_value("zhengwug")
    expect(page.get_by_role("option")).to_have_count(0)


def test_a_frame_where_no_script_may_run(browser: Browser, portal: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal}/frame.html")
    frame = page.frame_locator("iframe")
    frame.get_by_label("检索词").fill("政府信息公开")
    frame.get_by_role("button", name="检索").click()
    expect(frame.locator("ol.hits > li").first).to_contain_text("衢")
    frame.get_by_role("link", name="下一页").click()
    expect(frame.locator(".pages")).to_contain_text("第 2 页")
    with context.expect_page() as opened:
        frame.locator("ol.hits h2 a").first.click()
    assert "/documents/" in opened.value.url
    context.close()


def test_axe_finds_nothing_in_the_box(page: Page, portal: str) -> None:
    page.goto(f"{portal}/line.html")
    page.get_by_role("combobox").fill("政府信息公开")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="检索结果").get_by_role("listitem")).to_have_count(3)
    assert violations(page, "wenhao-search") == []


def test_it_is_small() -> None:
    assert len(gzip.compress((ROOT / "api" / "static" / "embed.js").read_bytes())) < 25_000
