"""The guard: who asks, how much, how often; each rule by an application of its own over the same index."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.app import build_planner, create_app
from api.guard.addresses import address_of, limited_by, networks
from api.guard.bounds import Shedding
from api.guard.rates import read_keys
from api.settings import ApiSettings
from engine import space
from engine.reader import MeiliReader
from gongwen.errors import SettingsError
from tests.support import Site, read_cases

ADDRESSES = read_cases(Path(__file__).parent / "cases" / "addresses.tsv")


@contextmanager
def guarded(site: Site, client: str = "203.0.113.7", **settings: object) -> Iterator[TestClient]:
    """The site's index behind an application with settings of its own, asked from an address."""
    own = ApiSettings(**{"rate": "off", **settings})  # type: ignore[arg-type]
    app = create_app(MeiliReader(site.connection, site.settings), build_planner(own), own)
    with TestClient(app, client=(client, 50000), raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize("case", ADDRESSES, ids=[case["reason"] for case in ADDRESSES])
def test_whose_address_it_is(case: dict[str, str]) -> None:
    headers = [(b"x-forwarded-for", line.encode()) for line in case["forwarded"].split(";") if line]
    scope = {"type": "http", "client": (case["sender"], 1) if case["sender"] else None, "headers": headers}
    assert address_of(scope, networks(case["trusted"].split(","))) == case["address"], case["reason"]


@pytest.mark.parametrize(
    ("address", "shared"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("unknown", "unknown")],
)
def test_ipv6_is_counted_by_household(address: str, shared: str) -> None:
    assert limited_by(address) == shared


def test_an_address_may_ask_so_often_and_is_told(site: Site) -> None:
    with guarded(site, rate="3/minute") as client:
        answers = [client.get("/api/v1/search", params={"q": "养老"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[0].headers["ratelimit-policy"] == '"address";q=3;w=60'
        assert answers[0].headers["ratelimit"].startswith('"address";r=2;t=')
        refused = answers[3]
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["title_en"] == "Too many requests"
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/site.css").status_code == 200


def test_a_visitor_cannot_make_up_addresses(site: Site) -> None:
    with guarded(site, rate="2/minute") as client:
        codes = [client.get("/", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(4)]
        assert codes == [200, 200, 429, 429]
    with guarded(site, client="10.0.0.5", rate="2/minute", trusted_proxies="10.0.0.0/8") as client:
        codes = [client.get("/", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(4)]
        assert codes == [200] * 4


def test_a_key_has_its_own_rate(site: Site, tmp_path: Path) -> None:
    keys = tmp_path / "keys.tsv"
    keys.write_text(f"# 名称\t摘要\t上限\n县图书馆\t{hashlib.sha256(b'secret-of-the-library').hexdigest()}\t5/minute\n", "utf-8")  # fmt: skip
    with guarded(site, rate="1/minute", keys=keys) as client:
        with_key = [client.get("/", headers={"Authorization": "Bearer secret-of-the-library"}) for _ in range(6)]
        assert [answer.status_code for answer in with_key] == [200] * 5 + [429]
        assert with_key[0].headers["ratelimit-policy"] == '"key";q=5;w=60'
        assert [client.get("/", headers={"X-API-Key": "guessed"}).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("line", ["only a name", "a\tshort\t1/minute", f"a\t{'0' * 64}\toften"])
def test_a_wrong_line_of_keys_is_named(tmp_path: Path, line: str) -> None:
    keys = tmp_path / "keys.tsv"
    keys.write_text(f"# head\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=r"keys\.tsv:2"):
        read_keys(keys)


async def test_more_than_so_many_at_once_are_sent_away_and_the_others_answered() -> None:
    held = asyncio.Event()

    async def slow(scope: object, receive: object, send: object) -> None:
        await held.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"done"})  # type: ignore[operator]

    shedding = Shedding(slow, most=4)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(shedding), base_url="http://site") as client:
        asked = [asyncio.create_task(client.get("/api/v1/search")) for _ in range(40)]
        await asyncio.wait(asked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.1)
        assert (shedding.under_way, shedding.shed) == (4, 36)
        held.set()
        answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [503] * 36
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 503} == {"1"}
    assert shedding.under_way == 0


def test_what_is_too_long_is_refused(site: Site) -> None:
    with guarded(site) as client:
        assert client.get("/?" + "a" * 9000).status_code == 414
        assert client.post("/multi-search", content=b"x" * 1_200_000).status_code == 413
        assert client.post("/multi-search", content=iter([b"x" * 400_000] * 4)).status_code == 413
        body = {"queries": [{"indexUid": "wenhao", "q": "养老"}]}
        assert client.post("/multi-search", json=body).status_code == 200


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    with guarded(site) as client:
        for path in ("/api/v1/search?q=养老", "/?q=养老", "/api/v1/stats"):
            first = client.get(path)
            assert first.headers["cache-control"] == "no-cache"
            again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert again.status_code == 304
            assert again.content == b""
            assert client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
        assert "max-age" in client.get("/static/site.css").headers["cache-control"]


def test_answers_are_compressed_for_who_can_read_that(site: Site) -> None:
    with guarded(site) as client:
        packed = client.get("/api/v1/search?q=养老", headers={"Accept-Encoding": "gzip"})
        plain = client.get("/api/v1/search?q=养老", headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.json()["hits"] == plain.json()["hits"]
        assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_only_named_sites_may_embed(site: Site) -> None:
    with guarded(site, origins="https://www.qz.gov.cn, https://www.hz.gov.cn") as client:
        allowed = client.get("/api/v1/search?q=a", headers={"Origin": "https://www.qz.gov.cn"})
        assert allowed.headers["access-control-allow-origin"] == "https://www.qz.gov.cn"
        other = client.get("/api/v1/search?q=a", headers={"Origin": "https://example.org"})
        assert "access-control-allow-origin" not in other.headers
        policy = client.get("/").headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://www.qz.gov.cn https://www.hz.gov.cn")
    with guarded(site) as client:
        assert client.get("/", headers={"Origin": "https://a.b"}).headers["access-control-allow-origin"] == "*"


def test_operators_need_the_token_and_nobody_else_sees_the_address(site: Site) -> None:
    with guarded(site) as client:
        assert {client.get(path).status_code for path in ("/metrics", "/admin/status")} == {404}
        assert client.post("/admin/reload").status_code == 404
    token = {"Authorization": "Bearer a-token-of-operators"}
    with guarded(site, admin_token="a-token-of-operators") as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
        client.get("/api/v1/search?q=养老")
        client.get("/api/v1/search?q=养老")
        client.get("/api/v1/search?q=魑魅魍魉")
        client.get("/api/v1/numbers/杭政办发电〔2016〕6号")
        text = client.get("/metrics", headers=token).text
        assert 'wenhao_searches_total{found="nothing",relaxed="no"} 1.0' in text
        assert 'wenhao_kept_answers_total{kept="yes"} 1.0' in text
        assert 'route="/api/v1/numbers/{writing:path}"' in text
        assert 'wenhao_engine_seconds_count{call="search"}' in text
        assert "养老" not in text
        assert client.get("/admin/status", headers=token).json()["engine"] == "available"
        assert client.post("/admin/reload", headers=token).json()["problem"] is None


@pytest.mark.parametrize("texts", [False, True])
def test_the_log_has_a_line_a_request_and_texts_only_when_allowed(site: Site, caplog: pytest.LogCaptureFixture, texts: bool) -> None:  # fmt: skip
    with guarded(site, access_log="texts" if texts else "json") as client, caplog.at_level(logging.INFO, "wenhao.access"):  # fmt: skip
        answer = client.get("/api/v1/numbers/杭政办发电〔2016〕6号?", headers={"X-Request-ID": "from-the-proxy-1"})
        client.get("/no/such/杭州")
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "wenhao.access"]
    assert answer.headers["x-request-id"] == "from-the-proxy-1"
    assert [(line["status"], line["route"]) for line in lines] == [(200, "/api/v1/numbers/{writing:path}"), (404, "other")]  # fmt: skip
    assert lines[0]["id"] == "from-the-proxy-1"
    written = json.dumps(lines, ensure_ascii=False)
    assert ("杭政办发电" in written) is texts
    assert ("203.0.113.7" in written) is texts


def test_questions_are_written_down_only_when_asked_for_and_without_addresses(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    with guarded(site, query_log=path) as client:
        client.get("/api/v1/search?q=养老")
        client.get("/?q=魑魅魍魉&region=浙江省")
        client.get("/")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(line["q"], line["total"] > 0, line["filtered"]) for line in lines] == [("养老", True, False), ("魑魅魍魉", False, True)]  # fmt: skip
    assert lines[0]["visit"] == lines[1]["visit"]
    assert "203.0.113" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    "wrong",
    [{"rate": "often"}, {"origins": "example.org"}, {"trusted_proxies": "10.0.0.0/99"}, {"admin_token": "short"}],
)
def test_a_wrong_setting_is_refused_at_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ApiSettings(**wrong)  # type: ignore[arg-type]


def test_a_disk_almost_full_is_a_warning_and_a_gauge(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ApiSettings(rate="off", admin_token="a-token-of-operators")
    reader = MeiliReader(site.connection, site.settings)
    app = create_app(reader, build_planner(own), own, data_dir=tmp_path / "data")
    token = {"Authorization": "Bearer a-token-of-operators"}
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        assert f"wenhao_disk_least_bytes {space.LEAST_FREE:.0e}" in client.get("/metrics", headers=token).text
        monkeypatch.setattr(space, "free_bytes", lambda _: 150_000_000)
        assert "wenhao_disk_free_bytes 1.5e+08" in client.get("/metrics", headers=token).text
        answer = client.get("/readyz")
        assert answer.status_code == 200, "searches go on"
        assert "disk almost full" in answer.json()["warning"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=公开",
        "/healthz",
        "/readyz",
        "/api/v1/search?q=公开",
        "/api/v1/export.csv?q=公开",
        "/static/site.css",
    ],
)
def test_head_is_get_without_its_body(site: Site, path: str) -> None:
    got, head = site.client.get(path), site.client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    kept = ("content-type", "etag", "content-length", "cache-control")
    assert [head.headers.get(name) for name in kept] == [got.headers.get(name) for name in kept]
    assert got.status_code == 200
    assert site.client.head("/nowhere").status_code == 404
