"""Web archives: every page of them a document with the address it was fetched from, nothing else, whatever they hold."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pytest
from fastwarc.stream_io import BrotliWriter

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


def brotlied(data: bytes) -> bytes:
    out = io.BytesIO()
    writer = BrotliWriter(out)
    writer.write(data)
    writer.close()
    return out.getvalue()


GZIPPED = gzip.compress(PAGE.encode())


@pytest.mark.parametrize(
    ("body", "header", "read_as"),
    [
        (PAGE.encode(), "Content-Encoding: gzip", None),
        (PAGE.encode(), "Content-Encoding: deflate", None),
        (PAGE.encode(), "Content-Encoding: br", None),
        (PAGE.encode(), "Content-Encoding: zstd", None),
        (PAGE.encode(), "Content-Encoding: aws-chunked", None),
        (PAGE.encode(), "Transfer-Encoding: chunked", None),
        (PAGE.encode(), "Transfer-Encoding: aws-chunked", None),
        (GZIPPED, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", None),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIPPED), GZIPPED), "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", None),
        (zlib.compress(PAGE.encode()), "Content-Encoding: Deflate", None),
        (making.pdf(NOTICE), "Content-Encoding: br", None),
        (GZIPPED[:40] + bytes(200) + GZIPPED[240:], "Content-Encoding: gzip", "cannot be unpacked (gzip)"),
        (b"400\r\n" + PAGE.encode(), "Transfer-Encoding: chunked", "cannot be unpacked (chunked)"),
        (brotlied(PAGE.encode()), "Content-Encoding: br", None),
        (making.docx_file(NOTICE), "Content-Encoding: br", None),
        (brotlied(PAGE.encode())[:200] + bytes(200), "Content-Encoding: br", "cannot be unpacked (br)"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 100, "Content-Encoding: zstd", "cannot be unpacked (zstd)"),
        (PAGE.encode(), f"X-Long: {'x' * 100_000}", "the head of the answer is broken"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_record_whose_head_lies_or_that_is_broken_costs_no_other(body: bytes, header: str, read_as: str | None) -> None:  # fmt: skip
    """A body kept unpacked under the head of the packed one is read as it is; what is truly broken is told with its address."""
    good = answer(PAGE.replace("5号", "6号").encode(), "text/html")
    lying = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}\r\n\r\n".encode() + body
    found = read(archive((f"{SITE}1.html", good), (f"{SITE}2", lying), (f"{SITE}3.html", good)), "a.warc")
    told = {fragment.text: fragment.reason for fragment in found.fragments}
    wanted = [f"{SITE}1.html", f"{SITE}3.html"] if read_as else [f"{SITE}1.html", f"{SITE}2", f"{SITE}3.html"]
    assert [part.page.url for part in found.parts] == wanted
    assert list(told) == ([f"{SITE}2"] if read_as else [])
    assert (read_as or "") in "".join(told.values())
    assert "5号" in (found.parts[1].page.text if not read_as else "5号")


def test_a_body_packed_twice_or_in_chunks_keeps_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MOST_BYTES", 100_000)
    packed = gzip.compress(gzip.compress(b"<p>" + b"0" * 10_000_000))
    bomb = answer(packed, "text/html", "200 OK", "Content-Encoding: gzip, gzip")
    with pytest.raises(UnreadableDocument, match="split it"):
        read(archive((SITE, bomb)), "a.warc")


@pytest.mark.parametrize(
    "data",
    [
        archive((f"{SITE}1.html", PAGE.encode()), kind="resource"),
        archive((f"{SITE}1.html", answer(PAGE.encode(), "text/html", "404 Not Found"))),
    ],
    ids=["resources", "not found"],
)
def test_an_archive_without_answers_says_what_is_missing(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="no record of the web archive is the answer of a server"):
        read(data, "a.warc")
