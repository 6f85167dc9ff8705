"""Crawls of a site on loopback: what is fetched, what is left alone, and what hostile answers cost."""

from __future__ import annotations

import csv
import errno
import gzip
import json
import os
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from crawler import crawl, links, store, urls
from crawler.fetching import Fetcher, unpacked
from gongwen.errors import FolderNotWritten, InputError
from tests.crawler.conftest import Crawler, Headers, Reply, Site

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def manifest(crawler: Crawler) -> dict[str, dict[str, str]]:
    with (crawler.folder / "manifest.tsv").open(encoding="utf-8", newline="") as table:
        return {row["path"].partition("/")[2]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}  # fmt: skip


def test_pages_are_kept_with_their_addresses_and_attachments(site: Site, crawler: Crawler) -> None:
    site.page("/", "/art/1.html", "http://elsewhere.test/x.html", "/logo.png", "javascript:void(0)")
    site.page("/art/1.html", "/files/a.pdf", "/")
    site.pages["/files/a.pdf"] = (200, {"Content-Type": "application/pdf"}, PDF)
    summary = crawler(site.url())
    assert crawler.files == ["art/1.html", "files/a.pdf", "index.html"]
    rows = manifest(crawler)
    assert rows["art/1.html"]["url"] == site.url("/art/1.html")
    assert rows["art/1.html"]["attachments"].endswith("files/a.pdf"), "the file belongs to its page"
    assert rows["art/1.html"]["fetched"].startswith("20")
    assert summary.counts["new"] == 3
    assert "/sitemap.xml" in site.paths()
    assert not crawler.reasons(), "a site map that is not there is no fault"
    assert "/logo.png" not in site.paths()
    assert all(headers["host"].startswith("www.quzhou.test") for _, headers in site.asked)


def test_the_next_run_asks_whether_anything_changed(site: Site, crawler: Crawler) -> None:
    site.page("/", "/a.html", "/b.html")
    site.page("/b.html")

    def same(headers: Headers) -> Reply:
        known = headers.get("if-none-match") == '"1"'
        return (304, {}, b"") if known else (200, {"ETag": '"1"', "Content-Type": "text/html"}, b"<html><p>one</p></html>")  # fmt: skip

    site.pages["/a.html"] = same
    assert crawler(site.url()).counts["new"] == 3
    before = (crawler.folder / "manifest.tsv").read_text()
    site.page("/b.html", text="关于改动的通知")
    again = crawler(site.url())
    assert (again.counts["unchanged"], again.counts["changed"], again.counts["new"]) == (2, 1, 0)
    assert len((crawler.folder / "manifest.tsv").read_text().splitlines()) == len(before.splitlines())


def test_a_page_that_is_gone_twice_loses_its_file(site: Site, crawler: Crawler) -> None:
    site.page("/", "/a.html")
    site.page("/a.html")
    crawler(site.url())
    del site.pages["/a.html"]
    assert crawler(site.url()).counts["gone"] == 1
    assert "a.html" in crawler.files, "one answer may be a site's bad day"
    assert manifest(crawler)["a.html"]["gone"] == "yes"
    crawler(site.url())
    assert "a.html" not in crawler.files
    assert "a.html" not in manifest(crawler)


def test_robots_are_obeyed(site: Site, crawler: Crawler) -> None:
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /inner/\nSitemap: /map.xml\n")
    site.pages["/map.xml"] = (200, {}, f"<urlset><url><loc>{site.url('/only-in-map.html')}</loc></url></urlset>".encode())  # fmt: skip
    site.page("/", "/inner/a.html", "/secret.html")
    site.page("/only-in-map.html")
    site.page("/inner/a.html")
    site.pages["/secret.html"] = (200, {"Content-Type": "text/html"}, b'<html><meta name="robots" content="noindex"><p>x</p></html>')  # fmt: skip
    crawler(site.url())
    assert crawler.files == ["index.html", "only-in-map.html"]
    assert "/inner/a.html" not in site.paths()
    assert "robots.txt" in crawler.reasons()


@pytest.mark.parametrize(("status", "asked"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_site_without_robots_is_open_and_one_that_cannot_say_is_closed(
    site: Site, crawler: Crawler, status: int, asked: bool
) -> None:
    """RFC 9309, 2.3.1.3 and 2.3.1.4."""
    site.pages["/robots.txt"] = (status, {}, b"")
    site.page("/")
    crawler(site.url())
    assert ("/" in site.paths()) == asked


def test_feeds_are_followed_and_not_kept(site: Site, crawler: Crawler) -> None:
    site.pages["/rss.xml"] = (200, {}, b"<?xml version='1.0'?><rss><channel><item><link>/a.html</link></item></channel></rss>")  # fmt: skip
    site.page("/a.html")
    crawler(site.url("/rss.xml"))
    assert crawler.files == ["a.html"]


def test_depth_pages_and_domains_are_bounds(site: Site, crawler: Crawler) -> None:
    site.page("/", "/1.html", site.url("/other.html", "sub.gov.test"))
    for number in range(1, 6):
        site.page(f"/{number}.html", f"/{number + 1}.html")
    site.page("/other.html")
    crawler(site.url(), depth=2)
    assert crawler.files == ["1.html", "2.html", "index.html"]
    summary = crawler(site.url(), depth=9, pages=2)
    assert summary.counts["asked"] == 2
    assert summary.waiting


def test_a_trap_of_endless_paths_ends(site: Site, crawler: Crawler) -> None:
    def deeper(_: Headers) -> Reply:
        return 200, {"Content-Type": "text/html"}, f'<html><a href="a/{len(site.asked)}/">x</a></html>'.encode()

    class Endless(dict[str, object]):
        def get(self, path: object, default: object = None) -> object:
            return default if str(path).endswith((".txt", ".xml")) else deeper

    site.pages = Endless()  # type: ignore[assignment]
    crawler(site.url(), depth=100)
    assert len(site.asked) < 20


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/", "file:///etc/passwd", "//elsewhere.test/"])
def test_a_redirect_leads_nowhere_else(site: Site, crawler: Crawler, target: str) -> None:
    site.pages["/"] = (302, {"Location": target}, b"")
    summary = crawler(site.url())
    assert crawler.files == []
    assert summary.starts_refused


def test_a_redirect_on_the_site_is_followed_and_a_circle_ends(site: Site, crawler: Crawler) -> None:
    site.pages["/"] = (301, {"Location": "/home.html"}, b"")
    site.page("/home.html", "/circle")
    site.pages["/circle"] = (302, {"Location": "/circle"}, b"")
    crawler(site.url())
    assert crawler.files == ["home.html"]
    assert site.paths().count("/circle") <= 6


def test_without_leave_no_private_address_is_asked(site: Site, crawler: Crawler) -> None:
    site.page("/")
    summary = crawler(site.url(), private=False)
    assert site.asked == []
    assert "--allow-private" in summary.starts_refused[0][1]


def test_a_start_that_is_no_url_is_named(crawler: Crawler) -> None:
    with pytest.raises(InputError, match=r"www\.qz\.gov\.cn"):
        crawler("www.qz.gov.cn")


def test_large_packed_and_endless_answers_are_cut_off(site: Site, crawler: Crawler) -> None:
    site.page("/", "/large.html", "/bomb.html", "/good.html")
    site.page("/good.html")
    site.pages["/large.html"] = (200, {"Content-Type": "text/html"}, b"<html>" + b"x" * 300_000)
    site.pages["/bomb.html"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"\0" * 50_000_000))  # fmt: skip
    crawler(site.url())
    assert crawler.files == ["good.html", "index.html"]
    assert crawler.reasons().count("WENHAO_MAX_FILE_BYTES") == 2


def test_a_packed_answer_is_unpacked_in_small_pieces() -> None:
    def chunks() -> Iterator[bytes]:
        yield gzip.compress(b"\0" * 10_000_000)

    sizes = [len(piece) for piece in unpacked(chunks(), "gzip")]
    assert sum(sizes) == 10_000_000
    assert max(sizes) <= 65536


def test_a_site_that_never_ends_an_answer_is_given_up(site: Site, crawler: Crawler) -> None:
    site.pages["/robots.txt"] = (404, {}, b"")
    site.page("/")
    site.delay = 0.4
    fetcher = Fetcher(allow_private=True, most_bytes=1000, seconds=0.1, resolver=lambda *_: ["127.0.0.1"])
    began = time.monotonic()
    with pytest.raises(Exception, match="not sent within"):
        fetcher.get(site.url())
    assert time.monotonic() - began < 3
    fetcher.close()


def test_too_many_requests_are_waited_for_and_asked_again(site: Site, crawler: Crawler) -> None:
    def busy(_: Headers) -> Reply:
        first = site.paths().count("/a.html") == 1
        return (429, {"Retry-After": "1"}, b"") if first else (200, {"Content-Type": "text/html"}, b"<html><p>a</p></html>")  # fmt: skip

    site.page("/", "/a.html")
    site.pages["/a.html"] = busy
    crawler(site.url())
    assert "a.html" in crawler.files


def test_what_nobody_reads_is_refused_by_its_bytes(site: Site, crawler: Crawler) -> None:
    site.page("/", "/program.pdf")
    site.pages["/program.pdf"] = (200, {"Content-Type": "application/pdf"}, b"MZ\x90\x00" + b"\0" * 200)
    crawler(site.url())
    assert crawler.files == ["index.html"]
    assert "program.pdf" in crawler.reasons()


def test_the_lists_of_jcms_are_followed_group_by_group(site: Site, crawler: Crawler) -> None:
    """A column's page holds its first records as data, and each group the link to the next one."""

    def group(number: int, last: int) -> str:
        records = "".join(f"<record><![CDATA[<li><a href='/art/2020/5/5/art_1229_{number}{one}.html' target='_blank'>通知</a><b>2020-05-05</b></li>]]></record>" for one in range(2))  # fmt: skip
        link = (
            f'<a href="/module/web/jpage/dataproxy.jsp?page={number + 1}&appid=1&webid=3085&path=/&columnid=1229"></a>'
        )
        following = f"<nextgroup><![CDATA[{link}]]></nextgroup>" if number < last else ""
        return f"<datastore>{following}<recordset>{records}</recordset></datastore>"

    column = f'<html><body><div id="1229"></div><script type="text/xml">{group(0, 2)}</script></body></html>'
    site.pages["/col/col1229/index.html"] = (200, {"Content-Type": "text/html"}, column.encode())
    for number in (1, 2):
        path = f"/module/web/jpage/dataproxy.jsp?appid=1&columnid=1229&page={number}&path=%2F&webid=3085"
        site.pages[path] = (200, {"Content-Type": "text/xml"}, f"<?xml version='1.0' encoding='UTF-8'?>\n{group(number, 2)}".encode())  # fmt: skip
    for number in range(3):
        for one in range(2):
            site.page(f"/art/2020/5/5/art_1229_{number}{one}.html", text=f"第{number}{one}号通知")
    crawler(site.url("/col/col1229/index.html"), depth=1)
    assert [name for name in crawler.files if name.startswith("art/")] == [f"art/2020/5/5/art_1229_{number}{one}.html" for number in range(3) for one in range(2)]  # fmt: skip
    assert not [name for name in crawler.files if "dataproxy" in name], "a list is no document"


def test_lists_that_a_script_pages_through_are_followed_to_the_end(site: Site, crawler: Crawler) -> None:
    """As TRS WCM writes them: no link leads to the second page."""
    for number in range(4):
        path = f"/zcwj/index_{number}.shtml" if number else "/zcwj/"
        page = f'<html><body><a href="./t{number}.html">通知</a><script>createPageHTML(4, {number}, "index", "shtml");</script></body></html>'
        site.pages[path] = (200, {"Content-Type": "text/html"}, page.encode())
        site.page(f"/zcwj/t{number}.html", text=f"第{number}号通知")
    crawler(site.url("/zcwj/"), depth=1)
    assert [name for name in crawler.files if "/t" in name] == [f"zcwj/t{number}.html" for number in range(4)]
    assert not [path for path, _ in site.asked if "index_4" in path]


def test_lists_that_a_script_asks_for_are_followed_to_the_end(site: Site, crawler: Crawler, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """As 大汉 JPAAS has them: the page holds only what to ask, and an answer holds a page of the list."""
    monkeypatch.setattr(crawl, "_VARIANTS", 1)  # of one path; a list's own count bounds its pages
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    asked = {"webId": "52", "pageId": "1638", "parseType": "bulidstatic", "pageType": "column", "tagId": "分页列表", "tplSetId": "MsPk"}  # fmt: skip
    said = str(asked).replace(": ", ":").replace(", ", ",")
    script = f'<script src="/cms_files/unitbuild.js" url="{unit}" queryData="{said}"></script>'
    site.pages["/col/col1638/index.html"] = (200, {"Content-Type": "text/html"}, f"<html><body>{script}</body></html>".encode())  # fmt: skip
    for number in range(1, 4):
        items = "".join(f'<li><a href="/art/2026/art_{number}{one}.html">通知</a></li>' for one in range(2))
        pages = f'<div class="pagination" queryData="{said}" rows="2" count="6" pageNo="{number}" unitUrl="{unit}"></div>'  # fmt: skip
        answer = {"success": True, "code": "200", "data": {"html": f'<div id="分页列表"><ul>{items}</ul>{pages}</div>'}}
        question = asked | ({"paramJson": f'{{"pageNo":{number},"pageSize":2}}'} if number > 1 else {})
        path = urlsplit(urls.normal(f"{site.url(unit)}?{urlencode(question)}"))
        site.pages[f"{path.path}?{path.query}"] = (200, {"Content-Type": "application/json"}, json.dumps(answer).encode())  # fmt: skip
        for one in range(2):
            site.page(f"/art/2026/art_{number}{one}.html", text=f"第{number}{one}号通知")
    crawler(site.url("/col/col1638/index.html"), depth=1)
    articles = [f"art/2026/art_{number}{one}.html" for number in (1, 2, 3) for one in (0, 1)]
    assert crawler.files == [*articles, "col/col1638/index.html"], "what holds a part of a list is no document"
    asked_for = [headers for path, headers in site.asked if unit in path]
    assert len(asked_for) == 3, "each page once"
    assert {headers["referer"] for headers in asked_for} == {site.url("/")}


def test_a_list_in_json_whose_address_is_given_is_read_to_its_end(site: Site, crawler: Crawler) -> None:
    """As 开普 UCAP gives it; what is behind the last page is empty."""
    for number in range(1, 4):
        row = {
            "title": "公告",
            "url": f"//www.quzhou.test:{site.port}/c{number}/content.html",
            "content": "见 /a.html。",
        }
        answer = {"data": {"page": number, "total": 2, "results": [row] if number < 3 else []}}
        path = f"/searchList/a1a0?_isJson=true&_pageSize=1&page={number}"
        site.pages[path] = (200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
        site.page(f"/c{number}/content.html", text=f"第{number}号公告")
    crawler(site.url("/searchList/a1a0?_isJson=true&_pageSize=1&page=1"), depth=1)
    assert crawler.files == ["c1/content.html", "c2/content.html"]
    assert "/a.html" not in site.paths(), "a text is no address"
    assert not crawler.reasons(), "the end of a list is no fault"
    assert not [path for path in site.paths() if "page=4" in path]


@pytest.mark.parametrize(
    "data",
    [
        '{"data":',
        '{"data": null}',
        '{"data": {"html": 7}}',
        '{"data": {"html": ""}}',
        '{"data": {"html": "<"}}',
        "{" * 5000,
    ],
)
def test_an_answer_that_is_no_list_has_no_links(data: str) -> None:
    found = links.of_list(data.encode(), "http://a.gov.cn/")
    assert found is None or not found.links


def test_json_that_is_no_page_of_a_list_takes_no_memory() -> None:
    data = b"[" + b"[]," * 2_000_000 + b"[]]"
    tracemalloc.start()
    try:
        assert links.of_list(data, "http://a.gov.cn/list?page=1") is None
        assert tracemalloc.get_traced_memory()[1] < 2 * len(data)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "attributes",
    [
        'uniturl="/u" querydata="no JSON" rows="15" count="31" pageno="1"',
        "uniturl=\"/u\" querydata=\"{'a':'b'}\" rows='0' count='31' pageno='1'",
        "uniturl=\"/u\" querydata=\"{'a':'b'}\" rows='15' count='30' pageno='2'",
        "uniturl=\"/u\" querydata=\"['a']\" rows='15' count='31' pageno='1'",
        "uniturl=\"javascript:go()\" querydata=\"{'a':'b'}\" rows='15' count='31' pageno='1'",
        "querydata=\"{'a':'b'}\" rows='15' count='31' pageno='1'",
    ],
)
def test_what_does_not_say_where_more_is_leads_nowhere(attributes: str) -> None:
    assert not links.of_page(f"<html><body><div {attributes}></div></body></html>".encode(), "http://a.gov.cn/").links


def test_the_next_pages_of_a_list_are_no_deeper_than_the_list(site: Site, crawler: Crawler) -> None:
    for number in range(4):
        path = f"/list_{number}.html" if number else "/list.html"
        words = "下一页&gt;" if number % 2 else "下页"
        following = f'<a href="/list_{number + 1}.html">{words}</a>' if number < 3 else ""
        page = f'<html><body><a href="/t{number}.html">通知</a><a href="/list.html">首页</a>{following}</body></html>'
        site.pages[path] = (200, {"Content-Type": "text/html"}, page.encode())
        site.page(f"/t{number}.html", f"/deeper{number}.html")
        site.page(f"/deeper{number}.html")
    crawler(site.url("/list.html"), depth=1)
    assert [name for name in crawler.files if name.startswith("t")] == [f"t{number}.html" for number in range(4)]
    assert not [name for name in crawler.files if name.startswith("deeper")]


def test_a_reason_quotes_no_personal_data_and_is_short(site: Site, crawler: Crawler) -> None:
    card = "11010519491231002X"  # the worked example of GB 11643-1999
    site.pages["/"] = (302, {"Location": f"http://elsewhere.test/{card}.html"}, b"")
    site.page("/a.html", **{"Content-Encoding": f"{card} " * 500})
    summary = crawler(site.url(), site.url("/a.html"))
    assert "110*************2X" in crawler.reasons()
    assert card not in crawler.reasons() + str(summary.starts_refused)
    assert all(len(reason) <= 500 for _, reason in summary.starts_refused)


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("text/html", b"\xef\xbb\xbf<!DOCTYPE html><html><head>" + b"<link href='/a.css'>" * 300 + b"</head><body>x</body>", "index.html"),
        ("text/html", "\ufeff<!DOCTYPE html><html><body>通知</body></html>".encode("utf-16-le"), "index.html"),
        ("Text/HTML; charset=gbk", "通知：<b>明日停水</b>".encode("gbk"), "index.html"),
        ("application/xhtml+xml", b"<span>x</span>", "index.html"),
        ("text/plain", b"<b>x</b>", "index.txt"),
        ("text/html", b'{"code": 0}', None),
        ("text/html", b"a\0b" * 100, None),
        ("text/html", b"\x89PNG\r\n" + bytes(100), None),
        ("application/octet-stream", b"what nobody knows", None),
        ("text/html", b"", None),
    ],
)  # fmt: skip
def test_a_page_is_kept_when_its_bytes_say_so_or_the_site_does_of_a_text(
    site: Site, crawler: Crawler, kind: str, body: bytes, name: str | None
) -> None:
    site.pages["/"] = (200, {"Content-Type": kind}, body)
    crawler(site.url())
    assert crawler.files == ([name] if name else [])


def test_pages_without_a_head_lead_on(site: Site, crawler: Crawler) -> None:
    """As the first pages of old sites: frames, and a page that only leads to another."""
    site.pages["/"] = (200, {}, b"<frameset cols='20%,*'><frame src='/left.html'></frameset>")
    site.pages["/left.html"] = (200, {}, "<meta http-equiv=refresh content='0;url=/真.html'>".encode("utf-16"))
    site.page("/%E7%9C%9F.html")
    crawler(site.url())
    assert crawler.files == ["index.html", "left.html", "真.html"]


def test_a_sitemap_that_cannot_be_asked_costs_nothing(site: Site, crawler: Crawler) -> None:
    lines = "Sitemap: http://user:pw@www.quzhou.test/sm.xml\nSitemap: http://[/\nSitemap: /map.xml\n"
    site.pages["/robots.txt"] = (200, {}, lines.encode())
    site.pages["/map.xml"] = (200, {}, f"<urlset><url><loc>{site.url('/in-map.html')}</loc></url></urlset>".encode())
    site.page("/")
    site.page("/in-map.html")
    assert not crawler(site.url()).starts_refused
    assert crawler.files == ["in-map.html", "index.html"]


def test_robots_that_lead_to_no_url_end_nothing(site: Site, crawler: Crawler) -> None:
    site.pages["/robots.txt"] = (302, {"Location": "http://[/"}, b"")
    site.page("/")
    assert "is no URL" in crawler(site.url()).starts_refused[0][1]


@pytest.mark.parametrize("order", [1, -1])
def test_a_page_and_a_folder_of_one_name_are_both_kept(site: Site, crawler: Crawler, order: int) -> None:
    site.page("/", *["/x.html", "/x.html/y.html", "/x.html/a/b/y.html", "/z.html"][::order])
    for path in ("/x.html", "/x.html/y.html", "/x.html/a/b/y.html", "/z.html"):
        site.page(path)
    assert crawler(site.url()).counts["new"] == 5
    rows = manifest(crawler)
    assert {row["url"] for row in rows.values()} == {site.url(path) for path in site.paths() if not path.endswith((".txt", ".xml"))}  # fmt: skip
    assert sorted(rows) == crawler.files
    assert crawler(site.url()).counts["unchanged"] == 5
    assert sorted(manifest(crawler)) == sorted(rows), "the names stay"


def test_a_link_out_of_the_folder_is_not_followed_and_costs_nothing(site: Site, crawler: Crawler, tmp_path: Path) -> None:  # fmt: skip
    site.page("/", "/a/1.html", "/b.html")
    site.page("/a/1.html")
    site.page("/b.html")
    host = crawler.folder / f"www.quzhou.test_{site.port}"
    host.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (host / "a").symlink_to(tmp_path / "elsewhere")
    assert crawler(site.url()).counts["new"] == 3
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_ends_the_run_and_the_next_goes_on(
    site: Site, crawler: Crawler, code: int
) -> None:
    site.page("/", "/a.html", "/b.html")
    site.page("/a.html")
    site.page("/b.html")
    written = 0

    def full(_: int) -> None:
        nonlocal written
        written += 1
        if written > 2:
            raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store.os, "fsync", full)
        with pytest.raises(FolderNotWritten, match=f"cannot be written: {os.strerror(code)}; .*run the same command"):
            crawler(site.url())
    assert crawler.files == ["a.html", "index.html"]
    asked = len(site.asked)
    summary = crawler(site.url())
    assert summary.resumed
    assert crawler.files == ["a.html", "b.html", "index.html"]
    assert "/a.html" not in site.paths()[asked:], "what was had is not asked again"


def test_a_state_that_cannot_be_written_is_told_plainly(site: Site, crawler: Crawler) -> None:
    (crawler.folder / ".crawl" / "state.sqlite").mkdir(parents=True)
    with pytest.raises(FolderNotWritten, match="unable to open"):
        crawler(site.url())
