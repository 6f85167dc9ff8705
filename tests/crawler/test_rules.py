"""Tables of the crawl: which addresses are public, one form of a URL, names of files."""

from __future__ import annotations

import csv
import fnmatch
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from crawler import addresses, links, list_scripts, urls
from crawler.addresses import Refused
from crawler.naming import file_of

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", rows("addresses.tsv"), ids=lambda row: row["address"])
def test_address(row: dict[str, str]) -> None:
    assert (addresses.fault(row["address"]) is None) == (row["public"] == "yes"), row["reason"]


@pytest.mark.parametrize("row", rows("urls.tsv"), ids=lambda row: row["url"])
def test_url(row: dict[str, str]) -> None:
    if row["normal"] == "-":
        with pytest.raises(Refused):
            urls.normal(row["url"], row["base"])
        return
    assert urls.normal(row["url"], row["base"]) == row["normal"], row["reason"]
    assert urls.normal(row["normal"]) == row["normal"], "it is one form: it stays"


def test_parameters_are_escaped_in_the_encoding_of_the_page_and_paths_in_utf_8() -> None:
    page = '<html><body><a href="/文.jsp?type=通知">通知</a></body></html>'
    for encoding, escaped in (("utf-8", "%E9%80%9A%E7%9F%A5"), ("gbk", "%CD%A8%D6%AA")):
        found = links.of_page(page.encode(encoding), "http://www.qz.gov.cn/")
        assert found.links == (f"http://www.qz.gov.cn/%E6%96%87.jsp?type={escaped}",)


@pytest.mark.parametrize(
    ("element", "links_to"),
    [
        ('<iframe src="/pdfjs/web/viewer.html?file=/files/1.pdf#page=2"></iframe>', "/files/1.pdf"),
        ('<a href="viewer.html?file=%E6%AD%A3%E6%96%87.pdf">正文</a>', "/a/%E6%AD%A3%E6%96%87.pdf"),
        ('<embed src="1.pdf">', "/a/1.pdf"),
        ('<object data="1.ofd"></object>', "/a/1.ofd"),
    ],
)
def test_files_that_a_page_shows_are_links(element: str, links_to: str) -> None:
    page = f"<html><body>{element}</body></html>".encode()
    assert f"http://www.qz.gov.cn{links_to}" in links.of_page(page, "http://www.qz.gov.cn/a/t.html").links


@pytest.mark.parametrize("row", rows("names.tsv"), ids=lambda row: row["url"])
def test_name(row: dict[str, str]) -> None:
    found = str(file_of(row["url"], row["suffix"]))
    assert fnmatch.fnmatchcase(found, row["name"]), f"{found}: {row['reason']}"
    assert not {"..", ""} & set(found.split("/"))


@pytest.mark.parametrize("row", rows("list_scripts.tsv"), ids=lambda row: row["script"][:60])
def test_next_page_of_a_script(row: dict[str, str]) -> None:
    assert (list_scripts.next_page(row["script"]) or "-") == row["next"], row["reason"]


def test_each_kind_of_script_has_an_example_that_it_alone_recognises() -> None:
    table = tomllib.loads(files("crawler").joinpath("data/list_scripts.toml").read_text("utf-8"))
    for at, one in enumerate(table["list"]):
        matching = [other["system"] for other in table["list"] if all(re.search(pattern, one["example"]) for pattern in other["patterns"])]  # fmt: skip
        assert matching == [one["system"]], at
        assert list_scripts.next_page(one["example"]), one["system"]


def test_one_private_address_among_public_ones_condemns_the_host() -> None:
    with pytest.raises(Refused, match="--allow-private"):
        addresses.checked("a.cn", 80, allow_private=False, resolver=lambda *_: ["202.106.0.20", "10.0.0.1"])


@pytest.mark.parametrize(
    ("host", "address", "said"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1 is no public address;"),
        ("::1", "::1", "::1 is no public address;"),
        ("a.cn", "10.0.0.1", "a.cn: 10.0.0.1 is no public address;"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.1: 127.0.0.1 is no public address;"),
    ],
)
def test_a_host_that_is_an_address_is_named_once(host: str, address: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        addresses.checked(host, 80, allow_private=False, resolver=lambda *_: [address])
    assert str(refused.value).startswith(said)


def test_a_name_without_folders_differs_from_every_other() -> None:
    urls = [f"http://a.cn/{path}" for path in ("x.html/y.html", "z/y.html", "y.html", "x.html/", "x.html/?a=1")]
    names = {str(file_of(url, ".html", flat=True)) for url in urls}
    assert len(names) == len(urls)
    assert all(fnmatch.fnmatchcase(name, "a.cn/*~????????.html") and name.count("/") == 1 for name in names)
