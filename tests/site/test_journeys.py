"""The whole way of a citizen, a clerk, a researcher: from the question to what they came for, in a real browser."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import Site

pytestmark = pytest.mark.browser
_POLICY = "娄底市人民政府办公室关于做好电动自行车停放充电安全管理工作的通知"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page with JavaScript on that fails on any error of a script and when anyone else is asked."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda asked: None if asked.url.startswith((address, "data:")) else faults.append(asked.url))
    yield opened
    context.close()
    assert faults == []


def test_a_citizen_searches_filters_opens_cites_and_comes_back(page: Page) -> None:
    page.goto("/")
    page.fill("#q", "电动自行车充电")
    page.press("#q", "Enter")
    page.locator(".facets summary:has-text('有效性')").click()
    page.locator(".facets a:has-text('现行有效')").click()
    expect(page.locator(".chip:has-text('有效性：现行有效')")).to_be_visible()
    results = page.url
    page.locator(f"ol.hits a:has-text('{_POLICY}') >> nth=0").click()
    expect(page.locator("h1")).to_have_text(_POLICY)
    page.get_by_role("button", name="复制引用格式").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"娄底市人民政府办公室. {_POLICY}")
    assert "[A/OL]" in copied
    page.go_back()
    expect(page).to_have_url(results)


def test_a_document_shows_where_its_policy_came_from_and_went(page: Page) -> None:
    page.goto(f"/?q={_POLICY}")
    page.locator("ol.hits h2 a >> nth=0").click()
    steps = page.locator(".way li")
    expect(steps).to_have_class(["nation", "province", "prefecture", "county"])
    expect(page.locator(".way li[aria-current]")).to_contain_text(_POLICY)
    steps.nth(0).locator("a").click()
    expect(page.locator("h1")).to_have_text("国务院办公厅关于加强电动自行车停放充电安全管理的通知")
    page.go_back()
    page.locator(".picture svg a >> nth=0").click()
    expect(page.locator("h1")).to_contain_text("湖南省人民政府办公厅转发")


def test_words_are_found_within_a_document(page: Page) -> None:
    page.goto("/?q=安顺市人民政府2019年政府信息公开工作年度报告")
    page.locator("ol.hits h2 a >> nth=0").click()
    box = page.locator("#find")
    box.fill("政府信息公开")
    count = page.locator(".find output")
    expect(count).to_contain_text("处")
    total = int(count.inner_text().split()[0])
    text = page.locator("#text").inner_text()
    assert total == "".join(text.split()).count("政府信息公开") > 5
    box.press("Enter")
    expect(count).to_have_text(f"1 / {total}")
    page.get_by_role("button", name="上一处").click()
    expect(count).to_have_text(f"{total} / {total}")
    box.fill("没有这样的词")
    expect(count).to_have_text("没有")


@pytest.mark.parametrize(
    "writing",
    [
        "衢政办发〔2022〕37号",
        "衢政办发[2022]第37号",
        "衢政办发（2022）37号",
        "衢政办发 2022 37",
        "衢政办发２０２２年第３７号",
    ],
)
def test_a_clerk_finds_a_number_in_any_writing(page: Page, writing: str) -> None:
    page.goto("/")
    page.fill("#q", writing)
    page.press("#q", "Enter")
    expect(page.locator("ol.hits > li").first.locator(".number")).to_have_text("衢政办发〔2022〕37号")


def test_a_clerk_sees_that_a_document_is_repealed_and_by_what(page: Page, site: Site) -> None:
    repealed = next(hit for hit in site.search("", validity="repealed", per_page=100)["hits"])  # type: ignore[union-attr]
    page.goto(f"/?q={repealed['title']}")
    hit = page.locator("ol.hits > li").first
    expect(hit.locator(".validity")).to_have_text("已废止")
    hit.locator("h2 a").click()
    expect(page.locator(".banner")).to_contain_text("本文件已废止")
    page.locator(".banner a").first.click()
    expect(page.locator(".cites .kind", has_text="废止").first).to_be_visible()


def test_a_researcher_follows_an_indicator_through_the_years(page: Page) -> None:
    page.goto("/")
    page.click("text=统计数据")
    page.select_option("#indicator", "received")
    page.fill("#region", "娄底市")
    page.click("form.choose button")
    cells = page.locator(".wide tbody tr").first.locator("td")
    expect(cells).to_have_text(["97", "109", "131"])
    expect(page.locator("#chart svg")).to_be_visible()
    page.click("text=柱状图")
    expect(page.get_by_role("button", name="柱状图")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as download:
        page.click("text=下载 CSV")
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert [(row["年份"], row["数值"], row["单位"]) for row in rows] == [("2016", "131", "件"), ("2015", "109", "件"), ("2014", "97", "件")]  # fmt: skip
    page.locator(".wide td a", has_text="109").click()
    row = page.locator("tr:target")
    expect(row).to_contain_text("109")
    expect(page.locator("h1")).to_contain_text("娄底市2015年")


def test_figures_need_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/figures")
    page.locator("summary:has-text('机关')").click()
    page.check("input[value='安顺市人民政府']")
    page.click("form.choose button")
    expect(page.locator(".wide >> nth=0").locator("tbody tr")).to_have_count(1)
    context.close()


def test_issuers_are_sought_by_name_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/?q=通知")
    page.locator("#issuers summary").click()
    page.fill("#issuer_has", "衢州")
    page.click(".within button")
    expect(page).to_have_url(re.compile("issuer_has="))
    expect(page.locator("#issuers li a span:first-child >> nth=0")).to_contain_text("衢州")
    names = page.locator("#issuers li a span:first-child").all_inner_texts()
    assert names
    assert all("衢州" in name for name in names)
    page.locator("#issuers li a >> nth=0").click()
    expect(page.locator(f".chip:has-text('机关：{names[0]}')")).to_have_count(1)
    context.close()


def test_a_half_typed_character_asks_nothing(browser: Browser, address: str) -> None:
    """What an input method composes (hangzh) is no question; what it commits (杭州) is."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/v1/suggest" in one.url else None)
    page.goto("/")
    page.locator("#q").click()
    keyboard = context.new_cdp_session(page)
    for composed in ("q", "qu", "quzh", "quzhou"):
        keyboard.send("Input.imeSetComposition", {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)})  # fmt: skip
        page.wait_for_timeout(200)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "衢州"})
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.locator("#q").input_value() == "衢州"
    assert asked
    context.close()


def test_the_pages_are_light(browser: Browser, address: str) -> None:
    """A budget: bytes on the wire and requests of the first page and of results, on a phone four times slower."""
    for path, first in (("/", "ol.hits h2"), ("/?q=养老", "ol.hits h2 mark")):
        context = browser.new_context(viewport={"width": 360, "height": 800}, base_url=address)
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        page.goto(path)
        page.locator(first).first.wait_for(timeout=3000)
        page.wait_for_load_state("networkidle")
        assert sum(sizes) < 100_000, sizes
        assert len(sizes) <= 5
        context.close()


def test_the_print_has_the_text_and_no_menus(page: Page) -> None:
    page.goto("/?q=养老")
    page.emulate_media(media="print")
    expect(page.locator(".facets")).to_be_hidden()
    expect(page.locator("header.site")).to_be_hidden()
    expect(page.locator("ol.hits")).to_be_visible()
