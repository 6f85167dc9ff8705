"""Every kind of file gives the same document; what cannot be read says why and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import document
from gongwen.errors import UnreadableDocument
from indexer import printed, scanned
from indexer.extract import READERS, read
from indexer.kinds import SUFFIXES, Kind, kind_of
from indexer.printed import Stretch
from tests.indexer import making
from tests.indexer.making import NOTICE, TITLE

LINES = "\n".join(NOTICE)
WRITERS: dict[Kind, Callable[[], bytes]] = {
    Kind.TEXT: LINES.encode,
    Kind.MARKDOWN: f"# {TITLE}\n\n{LINES}".encode,
    Kind.HTML: f"<html><body>{''.join(f'<p>{line}</p>' for line in NOTICE)}</body></html>".encode,
    Kind.CSV: "\n".join(f'"{line}"' for line in NOTICE).encode,
    Kind.PDF: lambda: making.pdf(NOTICE),
    Kind.DOCX: lambda: making.docx_file(NOTICE),
    Kind.DOC: lambda: making.doc(NOTICE),
    Kind.WORD_XML: lambda: making.word_xml(NOTICE),
    Kind.MHTML: lambda: making.mhtml(WRITERS[Kind.HTML]()),
    Kind.OFD: lambda: making.ofd(NOTICE),
    Kind.XLSX: lambda: making.xlsx({"Sheet1": [[line] for line in NOTICE]}),
}
NAMES = {Kind.MARKDOWN: "a.md", Kind.CSV: "a.csv"}


def test_every_kind_is_tried() -> None:
    assert WRITERS.keys() == READERS.keys() == set(Kind) - {Kind.ZIP, Kind.WARC}


@pytest.mark.parametrize("kind", READERS)
def test_a_document_is_the_same_in_every_kind_of_file(kind: Kind) -> None:
    data = WRITERS[kind]()
    assert kind_of(data, NAMES.get(kind, "a.txt")) is kind
    (part,) = read(data, NAMES.get(kind, "a.txt")).parts
    found = document.read(part.page)
    assert found.title == TITLE
    assert str(found.doc_number.value) == "衢政办发〔2020〕5号"
    assert found.signed.value == date(2020, 5, 5)
    assert [fact.value.name for fact in found.issuers] == ["衢州市人民政府办公室"]
    for line in NOTICE:
        assert line in found.text.split("\n"), "paragraphs are whole, whatever lines they were printed in"


@pytest.mark.parametrize("kind", [Kind.PDF, Kind.DOCX, Kind.DOC, Kind.OFD, Kind.XLSX, Kind.HTML])
@pytest.mark.parametrize("suffix", sorted(SUFFIXES - {".md", ".csv", ".html", ".htm"}))
def test_the_bytes_and_not_the_name_say_what_it_is(kind: Kind, suffix: str) -> None:
    assert kind_of(WRITERS[kind](), f"通知{suffix}") is kind


_MAIN, _RELATIONS, _TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
_USUAL, _STRICT = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_FILES = [
    ({_RELATIONS: [("styles.xml", "NULL")]}, "a relation to a part that is not there, as WPS writes for a lost picture"),
    ({_TYPES: [(_MAIN_TYPE, "application/vnd.ms-word.document.macroEnabled.main+xml")]}, "a .docm under another name"),
    ({_TYPES: [(_MAIN_TYPE, _MAIN_TYPE.replace("document.main", "template.main"))]}, "a .dotx under another name"),
    ({_MAIN: [(f"{_USUAL}/wordprocessingml/2006/main", f"{_STRICT}/wordprocessingml/main")], "_rels/.rels": [(f"{_USUAL}/officeDocument/2006/relationships", f"{_STRICT}/officeDocument/relationships")]}, "ISO 29500 strict"),
    ({"_rels/.rels": [("Relationships", "Nothing")]}, "without relations the main part has its usual name"),
    ({_MAIN: [("<w:body>", "<w:body><w:p><w:moveFrom><w:r><w:t>移走的</w:t></w:r></w:moveFrom><w:del><w:r><w:t>删去的</w:t></w:r></w:del></w:p>")]}, "what was moved away and deleted"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "why"), WORD_FILES, ids=[row[1] for row in WORD_FILES])
def test_a_word_file_needs_no_more_than_its_main_part(changes: dict[str, list[tuple[str, str]]], why: str) -> None:
    rows = [["县", "座数"], ["衢江", "38"]]
    usual = making.docx_file(NOTICE, rows)
    assert READERS[Kind.DOCX](making.changed(usual, changes)) == READERS[Kind.DOCX](usual), why


def test_the_reason_of_a_broken_file_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise ValueError(f"cannot read {object()!r}")

    monkeypatch.setitem(READERS, Kind.XLSX, broken)
    with pytest.raises(UnreadableDocument, match=r"cannot read <object object>\)"):
        read(making.xlsx({"Sheet1": [["a"]]}), "a.xlsx")


def test_a_page_in_a_message_may_have_its_encoding_in_the_message_alone() -> None:
    data = making.mhtml(WRITERS[Kind.HTML]().decode().encode("big5", "ignore"), "big5")
    assert "2020" in READERS[Kind.MHTML](data).text


UNREADABLE = [
    ("a.doc", making.mhtml(b"x").replace(b"text/html", b"text/plain"), "extract", "no HTML page", "a message without a page"),
    ("a.doc", making.word_xml(NOTICE)[:-9], "extract", "broken", "XML that is cut off"),
    ("a.rar", b"Rar!\x1a\x07", "extract", "ZIP", "a known archive of another kind"),
    ("a.doc", b"{\\rtf1 text}", "extract", r"\.docx", "RTF under the name of Word"),
    ("a.pdf", b"\xff\xd8\xff\xe0 jpeg", "extract", "picture", "a scan named .pdf"),
    ("a.docx", LINES.encode(), "extract", "cut off", "text cannot be a .docx"),
    ("a.zip", b"PK\x03\x04 and nothing more", "extract", "broken", "an archive without its directory"),
    ("a.pdf", b"%PDF-1.7\ngarbage", "extract", "broken", "a PDF without objects"),
    ("a.ofd", making.zip_file({"OFD.xml": b"<OFD/>"}), "extract", "OFD cannot be read", "no document in it"),
    ("a.docx", making.zip_file({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "extract", "broken", "parts without relations"),
    ("a.xlsx", making.zip_file({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "extract", "broken", "the same of a workbook"),
    ("a.pptx", making.zip_file({"[Content_Types].xml": b"<a/>", "ppt/a.xml": b"<a/>"}), "extract", "PDF", "slides"),
    ("a.doc", making.doc(NOTICE).replace("WordDocument".encode("utf-16-le"), "EncryptedPack".encode("utf-16-le")[:24]), "extract", "unknown kind", "an OLE file without a known stream"),
    ("a.doc", making.doc(NOTICE)[:1500], "extract", r"save it as \.docx", "cut off"),
    ("a.pdf", making.scanned_pdf(3), "ocr", "3 scanned pages.*WENHAO_OCR_COMMAND", "pictures of pages"),
    ("a.ofd", making.ofd([]), "ocr", "scanned", "a page without text"),
    ("a.txt", b"", "decode", "empty", "nothing"),
    ("a.zip", making.zip_file({}), "split", "no document", "an archive of nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "stage", "reason", "why"), UNREADABLE, ids=[row[4] for row in UNREADABLE])
def test_what_cannot_be_read_says_why_and_what_to_do(name: str, data: bytes, stage: str, reason: str, why: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason) as caught:
        read(data, name)
    assert caught.value.stage == stage


def test_tables_are_rows() -> None:
    table = [["县（市、区）", "水库（座）"], ["衢江区", "38"], ["龙游县", "21"]]
    (part,) = read(making.docx_file(NOTICE, table), "a.docx").parts
    assert part.page.text.endswith("| 县（市、区） | 水库（座） |\n| 衢江区 | 38 |\n| 龙游县 | 21 |")
    rows = [["项目", "金额", "日期"], ["防汛", 12.5, datetime(2020, 5, 5)], ["合计", 0.1 + 0.2, None]]  # noqa: DTZ001
    text = READERS[Kind.XLSX](making.xlsx({"附件1": rows, "Sheet2": [["另表"]]})).text
    assert text == "附件1\n| 项目 | 金额 | 日期 |\n| 防汛 | 12.5 | 2020-05-05 |\n| 合计 | 0.3 |\n另表"


def test_the_name_of_a_sheet_is_no_part_of_the_title_under_it() -> None:
    (part,) = read(making.xlsx({"通知": [[line] for line in NOTICE], "附件": [["项目", "金额"]]}), "a.xlsx").parts
    assert document.read(part.page).title == TITLE
    assert part.page.text.endswith("附件\n| 项目 | 金额 |")


def test_a_scanned_file_is_read_by_the_program_that_is_named() -> None:
    command = f"{sys.executable} -c 'import sys; sys.stdin.buffer.read(5) == b\"%PDF-\" and print(\"{LINES}\".replace(\"|\", \"\\n\"))'"  # fmt: skip
    command = command.replace("\n", "|")
    (part,) = read(making.scanned_pdf(), "a.pdf", ocr=lambda data: scanned.read(data, command, 10)).parts
    assert part.page.title == TITLE
    for broken, reason in (("false", "ended with 1"), ("true", "no text"), ("no-such-program", "cannot be run"), ("sleep 9", "timed out")):  # fmt: skip
        with pytest.raises(UnreadableDocument, match=reason):
            scanned.read(b"", broken, 0.3)


def test_an_ofd_says_its_number_under_a_label_and_its_title_only_when_it_is_in_the_text() -> None:
    found = READERS[Kind.OFD](making.ofd(NOTICE, {"发文字号": "衢政办发〔2020〕5号", "版式软件": "x"}, TITLE))
    assert found.metadata == (("发文字号", "衢政办发〔2020〕5号"),)
    assert found.title == TITLE
    assert READERS[Kind.OFD](making.ofd(NOTICE, title="新建 Microsoft Word 文档")).title is None


def row(text: str, y: float, left: float = 80, *, size: float = 16) -> Stretch:
    return Stretch(text, left, left + len(text) * size, y, size)


def test_a_line_goes_on_only_from_margin_to_margin() -> None:
    full, page = "字" * 20, []
    page = [
        row("标题", 10, 200),
        row(full, 40),
        row(full, 70),
        row("完。", 100),
        row(full[2:], 130, 112),
        row("尾", 160),
    ]
    assert printed.text_of([page]) == f"标题\n{full}{full}完。\n{full[2:]}尾"
    assert printed.text_of([[row(full, 40), row("— 1 —", 800, 200)], [row("续", 40)]]) == f"{full}续", "over a page"
    assert printed.text_of([]) == printed.text_of([[]]) == ""


def test_rows_of_a_table_keep_their_cells_and_bold_type_is_read_once() -> None:
    table = [[row("县", 10), row("座数", 10, 200)], [row("衢江", 40), row("38", 40, 200)]]
    assert printed.text_of([[*table[0], *table[1]]]) == "县\t座数\n衢江\t38"
    alone = [row("衢政办发〔2020〕5号", 10), row("签发人：张三", 10, 400), row("正文" * 20, 40)]
    assert printed.text_of([alone]).startswith("衢政办发〔2020〕5号  签发人：张三\n"), "one row is no table"
    assert printed.text_of([[row("粗体", 10), row("粗体", 10, 80.3)]]) == "粗体"


@given(st.lists(st.text("字，。1 a", max_size=30), max_size=20), st.randoms())
def test_no_printed_character_is_lost(texts: list[str], places: object) -> None:
    page = [row(text, 30.0 * at, places.uniform(0, 300)) for at, text in enumerate(texts)]  # type: ignore[attr-defined]
    kept = "".join(printed.text_of([page]).split())
    lost = [text for text in texts if "".join(text.split()) not in kept]
    assert all(printed._PAGE_NUMBER.fullmatch(text.strip()) for text in lost), "only a page number may go"


def test_the_readme_names_every_kind(request: pytest.FixtureRequest) -> None:
    readme = (Path(request.config.rootpath) / "README.md").read_text("utf-8")
    assert [suffix for suffix in sorted(SUFFIXES) if suffix not in readme] == []


_LONG_HEAD = "<link rel='stylesheet' href='/a.css'>" * 200


@pytest.mark.parametrize(
    "page",
    [
        f"<!DOCTYPE html>\n<html><head>{_LONG_HEAD}</head>",
        f"<!-- published 2020-05-05 <p --><!DOCTYPE html>{_LONG_HEAD}",
        f"<!--{'x' * 5000}--><html>{_LONG_HEAD}",
        f'<%@ page language="java" %>\r\n\r\n<html>{_LONG_HEAD}',
        f"<?xml version='1.0'?>\n<?xml-stylesheet href='a.xsl'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN'>{_LONG_HEAD}",
        f"{' ' * 5000}<html>{_LONG_HEAD}",
        "<meta http-equiv=refresh content='0; url=index.html'>",
        "<script>location='index.html'</script>",
        "<frameset cols='20%,*'><frame src='a.html'></frameset>",
        "<title>通知</title>",
    ],
)
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [("", "utf-8"), ("\ufeff", "utf-8"), ("\ufeff" * 2, "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")],
)
def test_a_page_is_one_whatever_stands_before_it(page: str, mark: str, encoding: str) -> None:
    assert kind_of(f"{mark}{page}".encode(encoding), "a.txt") is Kind.HTML


@pytest.mark.parametrize(
    "text",
    [
        "关于印发<办法>的通知",
        "<?xml version='1.0'?><rss><channel></channel></rss>",
        "<!-- a comment alone -->",
        "<!--" * 50_000,
        "<?" * 50_000,
        "\ufeff通知",
        "<titles>",
    ],
    ids=lambda text: text[:30],
)
def test_text_with_some_marks_is_no_page(text: str) -> None:
    assert kind_of(text.encode(), "a.txt") is Kind.TEXT
