"""Web archives: every page of them a document with the address it was fetched from, nothing else, whatever they hold."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from gongwen.errors import UnreadableDocument
from indexer import warc
from indexer.extract import read
from indexer.sources import discover
from tests.indexer import making
from tests.indexer.making import NOTICE, TITLE

PAGE = f"<html><head><title>{TITLE}</title></head><body>{''.join(f'<p>{line}</p>' for line in NOTICE)}</body></html>"
SITE = "http://www.qz.gov.cn/art/2020/5/5/"


def answer(body: bytes, kind: str, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def archive(*answers: tuple[str, bytes], kind: str = "response") -> bytes:
    """A web archive, written byte by byte as ISO 28500 says."""
    out = io.BytesIO()
    for number, (url, content) in enumerate(answers):
        head = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>", "WARC-Date: 2020-05-05T00:00:00Z", f"WARC-Target-URI: {url}", f"Content-Type: application/http; msgtype={kind}", f"Content-Length: {len(content)}"]  # fmt: skip
        out.write("\r\n".join(head).encode() + b"\r\n\r\n" + content + b"\r\n\r\n")
    return out.getvalue()


MIXED = archive(
    (f"{SITE}art_1.html", answer(PAGE.encode(), "text/html; charset=utf-8")),
    (f"{SITE}art_2", answer(gzip.compress(PAGE.replace("5号", "6号").encode()), "text/html", "200 OK", "Content-Encoding: gzip")),
    (f"{SITE}a.pdf", answer(making.pdf(NOTICE), "application/pdf")),
    (f"{SITE}logo.png", answer(b"\x89PNG....", "image/png")),
    (f"{SITE}old.html", answer(b"moved", "text/html", "301 Moved", "Location: /")),
    (f"{SITE}site.css", answer(b"p {}", "text/css")),
    (f"{SITE}broken.pdf", answer(b"no pdf at all, but long enough to be looked at", "application/pdf")),
)  # fmt: skip


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_pages_are_documents_with_their_addresses(name: str) -> None:
    found = read(MIXED if name.endswith("warc") else gzip.compress(MIXED), name)
    assert [part.page.url for part in found.parts] == [f"{SITE}art_1.html", f"{SITE}art_2", f"{SITE}a.pdf"]
    assert [fragment.text for fragment in found.fragments] == [f"{SITE}broken.pdf"]


def test_requests_and_metadata_are_no_pages() -> None:
    assert list(warc.fetched(archive((SITE, b"GET / HTTP/1.1\r\n\r\n"), kind="request"))) == []


@pytest.mark.parametrize(
    "data",
    [archive((SITE, answer(b"x" * 100, "image/png"))), b"WARC/1.0\r\nnonsense", gzip.compress(b"not an archive")],
    ids=["pictures only", "no archive", "another gzip file"],
)
def test_an_archive_without_a_page_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"no document|broken") as refused:
        read(data, "a.warc.gz")
    assert refused.value.stage in ("extract", "split")


def test_what_is_broken_behind_whole_pages_is_reported() -> None:
    found = read(MIXED + b"garbage", "a.warc")
    assert len(found.parts) == 3
    assert "broken behind" in found.fragments[-1].reason


def test_of_an_archive_that_was_cut_off_the_whole_pages_are_read() -> None:
    whole = read(MIXED, "a.warc")
    cut = read(MIXED[: MIXED.index(b"a.pdf")], "a.warc")
    assert [part.page.url for part in cut.parts] == [part.page.url for part in whole.parts][:2]


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MOST_ENTRIES", 3)
    pages = archive(*((f"{SITE}{n}.html", answer(PAGE.encode(), "text/html")) for n in range(5)))
    with pytest.raises(UnreadableDocument, match="split it"):
        read(pages, "a.warc")


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MOST_BYTES", 100_000)
    bomb = answer(gzip.compress(b"<p>" + b"0" * 10_000_000), "text/html", "200 OK", "Content-Encoding: gzip")
    with pytest.raises(UnreadableDocument, match="split it"):
        read(archive((SITE, bomb)), "a.warc")


def test_an_archive_is_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "crawl.warc.gz").write_bytes(gzip.compress(MIXED))
    (tmp_path / "other.gz").write_bytes(b"")
    listing = discover(tmp_path, "crawl")
    assert [file.source for file in listing.files] == ["crawl/crawl.warc.gz"]
    assert [path for path, _ in listing.skipped] == ["other.gz"]
