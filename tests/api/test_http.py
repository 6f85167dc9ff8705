"""The HTTP interface: faults named, errors as problems, an engine that goes away and comes back."""

from __future__ import annotations

import re
import time

import psutil
import pytest

from api import answer
from engine.server import read_running
from gongwen import errors
from gongwen.errors import DocumentsRefused, EngineUnavailable, UnreadableDocument, WenhaoError
from tests.support import Site


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"year": "abc"}, {"year": "整数"}),
        ({"year": 1200}, {"year": "1900"}),
        ({"page": 0}, {"page": "不能小于 1"}),
        ({"per_page": 101}, {"per_page": "不能大于 100"}),
        ({"sort": "best"}, {"sort": "relevance"}),
        ({"region": "火星"}, {"region": "没有名为 火星 的行政区划"}),
        ({"genre": "情书"}, {"genre": "没有文种 情书"}),
        ({"doc_number": "你好"}, {"doc_number": "不是发文字号"}),
        ({"published_from": "2016-13-01"}, {"published_from": "日期"}),
        ({"reigon": "浙江"}, {"reigon": "没有这个参数"}),
        ({"published_from": "2020-01-01", "published_to": "2019-01-01"}, {"（整体）": "晚于"}),
        ({"page": 10000, "per_page": 100}, {"（整体）": "缩小范围"}),
        ({"year": "abc", "page": 0, "region": "火星", "colour": "red"}, {"year": "", "page": "", "region": "", "colour": ""}),
    ],
)  # fmt: skip
def test_every_fault_is_named(site: Site, params: dict[str, object], named: dict[str, str]) -> None:
    answer = site.client.get("/api/v1/search", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {fault["parameter"]: fault["message"] for fault in answer.json()["errors"]}
    assert faults.keys() == named.keys()
    for name, words in named.items():
        assert words in faults[name]


def test_a_question_that_is_too_long_is_refused(site: Site) -> None:
    answer = site.client.get("/api/v1/search", params={"q": "公" * 301})
    assert answer.status_code == 422
    assert "300" in answer.json()["detail"]


@pytest.mark.parametrize(
    "question",
    ["", " ", '"', '""', "-", "--", '-"', "（", "〔〕", "\u200c", "\x00", "*", "a" * 300, "公" * 300, '"公开" ' * 40, "-词 " * 60, "号", "第号", "〔2016〕6号", "🙂", "%", "\\", "' OR 1=1", "\ud7ff"],
)  # fmt: skip
def test_no_question_breaks_the_search(site: Site, question: str) -> None:
    answer = site.client.get("/api/v1/search", params={"q": question})
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] >= 0


def test_a_question_without_words_is_answered_with_all_documents(site: Site) -> None:
    assert site.search("。，")["total"] == site.search("")["total"] > 70


def test_a_document_has_its_facts_with_evidence(site: Site) -> None:
    hit = site.search("衢政办发〔2022〕37号")["hits"][0]
    found = site.client.get(f"/api/v1/documents/{hit['id']}").json()
    assert found["doc_number"] == "衢政办发〔2022〕37号"
    assert found["region"] == ["浙江省", "衢州市"]
    assert "\u200c" not in found["text"] + found["title"]
    for item in found["evidence"]:
        if item["where"] == "text" and item["span"]:
            start, end = item["span"]
            assert found["text"][start:end] == item["quote"]
    for cite in found["cites"]:
        start, end = cite["span"]
        assert (cite["title"] or cite["number"])[:2] in found["text"][start:end]


@pytest.mark.parametrize(
    "path", ["/api/v1/documents/nothing", "/api/v1/documents/a%22b", "/api/v1/nowhere", "/documents/nothing"]
)
def test_what_is_not_there_is_404(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


def test_health(site: Site) -> None:
    assert site.client.get("/healthz").json() == {"status": "ok"}
    assert site.client.get("/readyz").json() == {"status": "ready"}


def test_every_answer_has_the_security_headers(site: Site) -> None:
    for path in ("/", "/api/v1/search", "/static/site.css", "/nowhere"):
        headers = site.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def _all_errors() -> list[type[WenhaoError]]:
    return [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, WenhaoError)]


@pytest.mark.parametrize("error", _all_errors(), ids=lambda error: error.__name__)
def test_every_error_answers_with_its_status(
    site: Site, error: type[WenhaoError], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        if error is UnreadableDocument:
            raise error("secret detail", stage="read")
        raise error({"a": "secret detail"}) if error is DocumentsRefused else error("secret detail")

    monkeypatch.setattr("engine.reader.MeiliReader.search", fail)
    monkeypatch.setattr("engine.reader.MeiliReader.version", fail)  # an answer that is kept needs the engine too
    answer = site.client.get("/api/v1/search", params={"q": "公开"})
    assert answer.status_code == error.status
    assert answer.json()["status"] == error.status
    assert error.status < 500 or "secret" not in answer.text
    assert site.client.get("/", params={"q": "公开"}).status_code == error.status


def test_why_it_failed_stands_in_the_log_once_and_without_the_question(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise EngineUnavailable("the engine at http://127.0.0.1:1 does not answer")

    monkeypatch.setattr("engine.reader.MeiliReader.search", fail)
    monkeypatch.setattr("engine.reader.MeiliReader.version", fail)
    for name in ("request-first", "request-second"):
        assert (
            site.client.get("/api/v1/search", params={"q": "公开"}, headers={"X-Request-Id": name}).status_code == 503
        )
    site.client.get("/api/v1/search", params={"q": "公开", "page": 0})
    (line,) = [record.getMessage() for record in caplog.records if record.name == "wenhao.faults"]
    assert line.endswith(" request-first EngineUnavailable: the engine at http://127.0.0.1:1 does not answer")
    assert "公开" not in line


@pytest.mark.parametrize(
    "path",
    [
        "/?q=公开&from=timeline&isappinstalled=0",
        "/embed?q=公开&utm_source=mail",
        "/figures?_=1700000000",
        "/?utm_campaign=a",
    ],
)
def test_what_others_add_to_a_link_does_not_break_it(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 200


def test_the_menu_finds_an_issuer_that_is_not_among_the_commonest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        answer.facet, "__defaults__", (3,)
    )  # of an answer; the samples have fewer issuers than it lists
    listed = site.client.get("/api/v1/facets", params={"name": "issuer", "limit": 1000}).json()["values"]
    rarest = listed[-1]["label"]
    assert f"没有名称含“{rarest}”的机关" not in site.client.get("/", params={"issuer_has": rarest}).text
    assert "没有名称含“不存在局”的机关" in site.client.get("/", params={"issuer_has": "不存在局"}).text


def test_an_engine_that_dies_is_503_and_the_service_recovers_by_itself(site: Site) -> None:
    running = read_running(site.settings.data_dir)
    assert running is not None
    psutil.Process(running.pid).kill()
    seen = set()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status = site.client.get("/api/v1/search", params={"q": "公开"}).status_code
        seen.add(status)
        if status == 200 and 503 in seen:
            break
        time.sleep(0.05)
    assert seen == {200, 503}
    assert site.client.get("/readyz").status_code == 200


def test_the_interface_describes_itself(site: Site) -> None:
    document = site.client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/search", "/api/v1/documents/{document_id}", "/healthz", "/readyz"} <= document["paths"].keys()
    parameters = {parameter["name"] for parameter in document["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert {
        "q",
        "region",
        "year",
        "issuer",
        "genre",
        "doc_number",
        "published_from",
        "published_to",
        "sort",
        "page",
        "per_page",
    } <= parameters


def test_pages_are_complete_without_javascript_and_ask_nobody_else(site: Site) -> None:
    hit = site.search("老年助餐")["hits"][0]
    for path in ("/", "/?q=老年助餐&year=2022", hit["url"], "/?year=abc", "/?q=火星移民"):
        text = site.client.get(path).text
        # Scripts of our own, which only add to a page; what the pages do without them, tests/site/test_browser.py shows.
        # What schema.org knows of a document is data and no script.
        scripts = [one for one in re.findall("<script[^>]*>", text) if one != '<script type="application/ld+json">']
        assert scripts
        assert all(re.fullmatch(r'<script src="/static/[a-z]+\.js" defer>', one) for one in scripts)
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//(?!sample\.example)[^"]+"', text)
        assert 'lang="zh-CN"' in text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("search?q=a&years=2020", ["years：没有这个参数", "years: there is no such parameter"]),
        ("search?year=abc", ["year：应为整数", "year: must be a whole number"]),
        ("search?region=无此地", ["没有名为 无此地", "no region is named 无此地"]),
        ("search?genre=诗", ["没有文种 诗", "no genre 诗"]),
        ("search?page=9999&per_page=100", ["/api/v1/scroll", "beyond"]),
        ("search?q=" + "长" * 400, ["最多 300 个字", "at most 300 characters"]),
        ("numbers/不是文号", ["不是发文字号", "is not a document number"]),
        ("documents/none/similar", ["没有这个页面或文件", "There is no such page or document"]),
    ],
)
def test_a_problem_is_said_in_both_languages(site: Site, path: str, said: list[str]) -> None:
    answer = site.client.get(f"/api/v1/{path}")
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said[0] in problem["detail"]
    assert said[1] in problem["detail_en"]
    assert problem["title"]
    assert problem["title_en"].isascii()
