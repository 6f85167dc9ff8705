"""Hostile files through the reading processes: bounded memory and time, a clear reason, and the next file is read."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from gongwen.errors import UnreadableDocument
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import SourceFile, discover
from indexer.workers import Reading, Workers
from tests.indexer import making
from tests.indexer.making import NOTICE
from tests.support import ROOT

SECONDS = 6
MEMORY = 256 * 1024 * 1024
LAUGHS = '<!DOCTYPE a [<!ENTITY b "哈哈哈哈哈哈哈哈哈哈">' + "".join(f'<!ENTITY {chr(99 + n)} "{f"&{chr(98 + n)};" * 10}">' for n in range(9)) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE a [<!ENTITY k SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    settings = IndexerSettings(
        workers=1, read_seconds=SECONDS, read_memory_bytes=MEMORY, max_file_bytes=32 * 1024 * 1024
    )
    made = Workers(Pipeline(settings, date(2026, 1, 1)))
    yield made
    made.close()


def read(workers: Workers, path: Path) -> Reading:
    return asyncio.run(workers.read(SourceFile(str(path), "c", f"c/{path.name}")))


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    """An archive with the content of one member replaced."""
    out = making.io.BytesIO()
    with zipfile.ZipFile(making.io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return out.getvalue()


def with_entities(kind: str, doctype: str, entity: str) -> bytes:
    """A file whose XML declares entities and uses one in its text."""
    data, name = {
        "docx": (making.docx_file(NOTICE), "word/document.xml"),
        "xlsx": (making.xlsx({"表": [[line] for line in NOTICE]}), "xl/worksheets/sheet1.xml"),
        "ofd": (making.ofd(NOTICE), "Doc_0/Pages/Page_0/Content.xml"),
    }[kind]
    with zipfile.ZipFile(making.io.BytesIO(data)) as archive:
        xml = archive.read(name).decode()
    if kind == "xlsx":
        xml = xml.replace("<v>0</v>", f"<v>&{entity};</v>", 1)
    xml = xml.replace("衢州市人民政府办公室关于", f"&{entity};", 1)
    declaration, found, rest = xml.rpartition("?>") if "?>" in xml else ("", "", xml)
    return replaced(data, name, f"{declaration}{found}{doctype}{rest}".encode())


def nested(levels: int) -> bytes:
    data = making.zip_file({"通知.txt": "\n".join(NOTICE).encode()})
    for level in range(levels):
        data = making.zip_file({f"{level}.zip": data})
    return data


def pdf_bomb() -> bytes:
    """A page whose content stream unpacks to 400 MB."""
    packer = zlib.compressobj()
    content = b"".join(packer.compress(b" " * 1_000_000) for _ in range(400)) + packer.flush()
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>", b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content)]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (table, len(out))  # fmt: skip


def slow_doc() -> bytes:
    """A Word 97 file whose table stream looks like the piece table a million times."""
    table = (b"\x02" + struct.pack("<I", 12 * 200 + 4)) * 1_200_000
    word = bytearray(5000)
    struct.pack_into("<H", word, 0x0A, 0x0200)
    struct.pack_into("<II", word, 0x18, 0x400, 0x500)
    return making.ole({"WordDocument": bytes(word), "1Table": table})


HOSTILE = [
    ("a.zip", lambda: making.zip_file({"通知.txt": bytes(64 * 1024 * 1024)}), "extract", "times its size", "zip bomb"),
    ("a.docx", lambda: making.zip_file({"[Content_Types].xml": b"", "word/a": bytes(64 * 1024 * 1024)}), "extract", "times its size", "the same as a Word file"),
    ("a.zip", lambda: making.zip_file({f"{n}.txt": b"" for n in range(6000)}), "extract", "6000 members", "many members"),
    ("a.zip", lambda: nested(4), "split", "inside 2 archives", "archives in archives"),
    ("a.pdf", pdf_bomb, None, None, "PDF bomb"),
    ("a.docx", lambda: with_entities("docx", LAUGHS, "k"), "extract", "broken", "entities in Word"),
    ("a.xlsx", lambda: with_entities("xlsx", LAUGHS, "k"), None, None, "entities in Excel"),
    ("a.ofd", lambda: with_entities("ofd", LAUGHS, "k"), "extract|ocr", None, "entities in OFD"),
    ("a.html", ("<div>" * 100_000 + NOTICE[3]).encode, "extract", "nested too deeply", "deep nesting"),
    ("a.doc", slow_doc, "extract", f"more than {SECONDS} seconds", "a file that takes for ever"),
    ("a.txt", lambda: "关于防汛的通知。".encode() * 1_200_000, "extract", "characters of text", "28 MB of text"),
    ("a.csv", lambda: b'"' + b"a" * 2_000_000, "extract|split", None, "a quote that never ends"),
]  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE, ids=[row[4] for row in HOSTILE])
def test_a_hostile_file_is_refused_in_bounded_time_and_the_next_one_is_read(
    workers: Workers, tmp_path: Path, case: tuple[str, Callable[[], bytes], str | None, str | None, str]
) -> None:
    name, make, stage, reason, _ = case
    hostile, good = tmp_path / name, tmp_path / "good.txt"
    hostile.write_bytes(make())
    good.write_text("\n".join(NOTICE), "utf-8")
    started = time.monotonic()
    with pytest.raises(UnreadableDocument, match=reason) as caught:
        read(workers, hostile)
    assert time.monotonic() - started < 20 * SECONDS, "the limit is of computing; a busy machine takes longer"
    assert stage is None or caught.value.stage in stage.split("|"), str(caught.value)
    assert len(read(workers, good).records) == 1


@pytest.mark.parametrize("kind", ["docx", "xlsx", "ofd"])
def test_no_file_of_this_machine_gets_into_a_document(workers: Workers, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(with_entities(kind, OUTSIDE, "k"))
    try:
        bodies = [record.body for record in read(workers, path).records]
    except UnreadableDocument as error:
        bodies = [str(error).encode()]
    assert not any(b"root:" in body for body in bodies)


def test_a_table_of_100_000_cells_is_read_within_the_limits_as_they_are(tmp_path: Path) -> None:
    workers = Workers(Pipeline(IndexerSettings(workers=1), date(2026, 1, 1)))
    row = "<tr>" + "<td>衢江</td>" * 50 + "</tr>"
    page = f"<html><body><h1>{NOTICE[0]}</h1>{''.join(f'<p>{line}</p>' for line in NOTICE)}<table>{row * 2000}</table>"
    (tmp_path / "a.html").write_text(page, "utf-8")
    (record,) = read(workers, tmp_path / "a.html").records
    assert record.body.decode().count("衢江") >= 100_000
    rows = [[str(number)] * 50 for number in range(2000)]
    (tmp_path / "a.xlsx").write_bytes(making.xlsx({"附件": [[line] for line in NOTICE] + rows}))
    (record,) = read(workers, tmp_path / "a.xlsx").records
    assert record.body.decode().count("1999") >= 50
    workers.close()


def test_names_in_an_archive_lead_nowhere(workers: Workers, tmp_path: Path) -> None:
    inside = tmp_path / "in" / "folder"
    inside.mkdir(parents=True)
    text = "\n".join(NOTICE).encode()
    link = zipfile.ZipInfo("附件2.txt")
    link.external_attr = (0o120777) << 16
    out = making.io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../通知.txt", text)
        archive.writestr("/etc/附件1.txt", "附件一的内容")
        archive.writestr(link, "/etc/passwd")
    (inside / "a.zip").write_bytes(out.getvalue())
    before = sorted(tmp_path.rglob("*"))
    found = read(workers, inside / "a.zip")
    assert sorted(tmp_path.rglob("*")) == before
    assert b"root:" not in found.records[0].body
    assert any("a link" in reason for reason in found.fragments)


def test_a_file_too_large_is_not_read_and_a_link_out_of_the_folder_not_followed(
    workers: Workers, tmp_path: Path
) -> None:
    with (tmp_path / "large.pdf").open("wb") as large:
        large.truncate(1 << 30)
    with pytest.raises(UnreadableDocument, match="1073741824 bytes") as caught:
        read(workers, tmp_path / "large.pdf")
    assert caught.value.stage == "read"
    (tmp_path / "out.pdf").symlink_to("/etc/hostname")
    (tmp_path / "folder").symlink_to("/etc")
    listing = discover(tmp_path, "c")
    assert [file.source for file in listing.files] == ["c/large.pdf"]
    assert dict(listing.skipped)["out.pdf"] == "a link that leads out of the folder"


def test_a_process_that_dies_costs_one_file(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "slow.doc").write_bytes(slow_doc())
    (tmp_path / "good.txt").write_text("\n".join(NOTICE), "utf-8")
    read(workers, tmp_path / "good.txt")
    child = workers._all[0]._pid  # other tests of the run may have reading processes of their own
    threading.Timer(1, os.kill, (child, signal.SIGKILL)).start()
    with pytest.raises(UnreadableDocument, match=r"crashed its process \(signal 9\)"):
        read(workers, tmp_path / "slow.doc")
    assert len(read(workers, tmp_path / "good.txt").records) == 1


def test_a_process_that_dies_while_it_waits_costs_no_file(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("\n".join(NOTICE), "utf-8")
    read(workers, tmp_path / "good.txt")
    child = psutil.Process(workers._all[0]._pid)
    child.kill()
    while child.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert len(read(workers, tmp_path / "good.txt").records) == 1
    assert workers._all[0]._pid != child.pid
    assert not child.is_running()


def test_a_parent_that_dies_costs_the_files_that_are_being_read(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("\n".join(NOTICE), "utf-8")
    (tmp_path / "slow.doc").write_bytes(slow_doc())
    read(workers, tmp_path / "good.txt")
    parent = workers._parent._process
    assert parent is not None
    threading.Timer(1, parent.kill).start()
    with pytest.raises(UnreadableDocument, match=r"crashed its process \(signal 9\)") as caught:
        read(workers, tmp_path / "slow.doc")
    assert not caught.value.lasting, "it is read again the next time"
    parent.wait()
    assert len(read(workers, tmp_path / "good.txt").records) == 1
    parent, child = workers._parent._process, psutil.Process(workers._all[0]._pid)
    assert parent is not None
    parent.kill()
    parent.wait()
    child.wait(10)
    assert len(read(workers, tmp_path / "good.txt").records) == 1, "one that dies while all wait costs none"


def test_the_parent_has_one_thread_and_its_processes_share_what_it_loaded(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("\n".join(NOTICE), "utf-8")
    read(workers, tmp_path / "good.txt")
    assert workers._parent._process is not None
    parent, child = psutil.Process(workers._parent._process.pid), psutil.Process(workers._all[0]._pid)
    assert parent.num_threads() == 1, "a lock that another thread holds would be held for ever in what is forked"
    assert child.parent() == parent
    own = child.memory_full_info()
    assert own.uss < own.rss / 2, "most of its memory is shared"


def test_no_reading_process_has_a_key_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEILI_MASTER_KEY", "secret")
    monkeypatch.setenv("OPENSEARCH_ADMIN", "clerk:secret")
    made = Workers(Pipeline(IndexerSettings(workers=1), date(2026, 1, 1)))
    try:
        made._all[0]._started()
        assert made._parent._process is not None
        parent = psutil.Process(made._parent._process.pid)
        for process in (parent, *parent.children()):
            assert "PATH" in process.environ()
            assert not [value for value in process.environ().values() if "secret" in value]
    finally:
        made.close()


def test_no_reading_process_is_left() -> None:
    made = Workers(Pipeline(IndexerSettings(workers=2), date(2026, 1, 1)))
    before = set(psutil.Process().children())
    for worker in made._all:
        worker._started()
    (parent,) = set(psutil.Process().children()) - before
    children = parent.children()
    assert len(children) == 2
    made.close()
    assert not any(one.is_running() for one in (parent, *children))


def test_reading_processes_end_with_who_started_them(tmp_path: Path) -> None:
    """Killed in any way, nothing is left: the kernel ends the parent, and with it those it forked."""
    code = """
import sys, time
from datetime import date
from indexer.pipeline import Pipeline
from indexer.settings import IndexerSettings
from indexer.workers import Workers
made = Workers(Pipeline(IndexerSettings(workers=2), date(2026, 1, 1)))
for worker in made._all:
    worker._started()
print(made._parent._process.pid, *(worker._pid for worker in made._all), flush=True)
time.sleep(60)
"""
    starting = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert starting.stdout is not None
    left = [psutil.Process(int(pid)) for pid in starting.stdout.readline().split()]
    assert len(left) == 3
    starting.kill()
    starting.communicate()
    assert psutil.wait_procs(left, timeout=10)[1] == []


def test_a_process_that_has_grown_is_replaced_and_one_that_has_not_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processes of its own, for those of the other tests have grown by what they read."""
    monkeypatch.setattr("indexer.workers._GROWN", 0.05)

    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    small.write_text("\n".join(NOTICE), "utf-8")
    large.write_text("\n".join(NOTICE) + "\n各地各部门要认真贯彻执行。" * 40_000, "utf-8")
    workers = Workers(Pipeline(IndexerSettings(workers=1, read_memory_bytes=MEMORY), date(2026, 1, 1)))
    try:
        read(workers, small)
        before = workers._all[0]._pid
        for _ in range(5):
            read(workers, small)
        assert workers._all[0]._pid == before
        read(workers, large)
        read(workers, small)
        assert workers._all[0]._pid != before
    finally:
        workers.close()
