"""A document and its attachments are one document with parts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.schema import Field, plain
from indexer.extract import read
from indexer.pipeline import FileRecords, Pipeline
from indexer.settings import IndexerSettings
from indexer.sources import discover
from tests.indexer import making
from tests.indexer.making import NOTICE, TITLE

PAGE = "<html><head><title>{title}</title></head><body><h1>{title}</h1><table><tr><td>发文字号</td><td>衢政办发〔2020〕5号</td></tr></table><div id='zoom'>{body}</div></body></html>"
LISTED = {"附件1": [["县", "水库"], ["衢江区", 38]]}


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(IndexerSettings(), date(2026, 1, 1))


def page(path: Path, body: str) -> None:
    path.write_text(PAGE.format(title=TITLE, body=body), "utf-8")


def records(pipeline: Pipeline, folder: Path) -> dict[str, FileRecords]:
    return {
        file.source: pipeline.records(file, file.read(), pipeline.fingerprint(file)[1])
        for file in discover(folder, "c").files
    }


def test_the_files_a_page_links_to_are_parts_of_its_document(pipeline: Pipeline, tmp_path: Path) -> None:
    text = "".join(f"<p>{line}</p>" for line in NOTICE)
    page(tmp_path / "a.html", f"{text}<p><a href='./files/%E9%99%84%E4%BB%B61.xlsx?v=2'>附件1.水库</a></p>")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "附件1.xlsx").write_bytes(making.xlsx(LISTED))
    (tmp_path / "files" / "other.docx").write_bytes(making.docx_file([line.replace("防台", "抗旱") for line in NOTICE]))
    found = records(pipeline, tmp_path)
    assert found.keys() == {"c/a.html", "c/files/other.docx"}
    (record,) = found["c/a.html"].records
    text = plain(record[Field.TEXT])
    (part,) = record[Field.ATTACHMENTS]
    assert (
        text[part["start"] : part["start"] + part["length"]]
        == "附件：附件1.xlsx\n附件1\n| 县 | 水库 |\n| 衢江区 | 38 |"
    )
    assert text.endswith(text[part["start"] :])
    assert record[Field.SIGNED] == 20200505, "what follows the signature does not hide it"
    assert record[Field.NUMBER_KEY] == "衢政办发〔2020〕5号"


def test_a_page_that_only_links_to_its_file_has_the_text_of_the_file(pipeline: Pipeline, tmp_path: Path) -> None:
    page(
        tmp_path / "a.html",
        f"<p>{TITLE}</p><p>附件：<a href='P0001.pdf'>{TITLE}.pdf</a>  <a href='2.xlsx'>水库.xlsx</a></p>",
    )
    (tmp_path / "P0001.pdf").write_bytes(making.pdf(NOTICE))
    (tmp_path / "2.xlsx").write_bytes(making.xlsx(LISTED))
    (record,) = records(pipeline, tmp_path)["c/a.html"].records
    assert plain(record[Field.TITLE]) == TITLE
    assert NOTICE[3] in plain(record[Field.TEXT])
    assert [part["name"] for part in record[Field.ATTACHMENTS]] == ["2.xlsx"]


def test_a_changed_attachment_changes_the_page(pipeline: Pipeline, tmp_path: Path) -> None:
    page(tmp_path / "a.html", "<a href='1.xlsx'>附件</a>")
    fingerprints = []
    for content in (b"38", b"39", b"39"):
        (tmp_path / "1.xlsx").write_bytes(content)
        (file,) = discover(tmp_path, "c").files
        fingerprints.append(pipeline.fingerprint(file)[1])
    assert fingerprints[0] != fingerprints[1] == fingerprints[2]


def test_an_attachment_that_cannot_be_read_is_reported_and_the_page_is_read(pipeline: Pipeline, tmp_path: Path) -> None:
    text = "".join(f"<p>{line}</p>" for line in NOTICE)
    page(tmp_path / "a.html", f"{text}<a href='1.pdf'>附件</a>")
    (tmp_path / "1.pdf").write_bytes(making.scanned_pdf())
    found = records(pipeline, tmp_path)["c/a.html"]
    assert len(found.records) == 1
    assert [fragment.text for fragment in found.fragments] == ["1.pdf"]
    assert "scanned" in found.fragments[0].reason


@pytest.mark.parametrize(
    "element",
    [
        '<iframe width="100%" src="正文.pdf"></iframe>',
        "<EMBED type='application/pdf' SRC='./正文.pdf#page=1'>",
        '<object metadata="2020" data="正文.pdf" type="application/pdf"></object>',
        "<a class=file href=正文.pdf target=_blank>下载</a>",
        """<a href='正文.pdf"' onclick="open()">引号</a><a href=" 正文.pdf ">下载</a>""",
    ],
)
def test_a_file_that_a_page_shows_in_itself_belongs_to_it(tmp_path: Path, element: str) -> None:
    (tmp_path / "a.html").write_text(f"<html><body>{element}</body></html>", "utf-8")
    (tmp_path / "正文.pdf").write_bytes(making.pdf(NOTICE))
    assert [len(file.attached) for file in discover(tmp_path, "c").files] == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("附件1.水库&A 表.xlsx", "as it is"),
        ("附件1.水库&amp;A 表.xlsx", "the ampersand escaped, as HTML wants it"),
        ("./&#38468;&#20214;1.水库&A 表.xlsx", "characters by number"),
        ("%E9%99%84%E4%BB%B61.%E6%B0%B4%E5%BA%93%26A%20%E8%A1%A8.xlsx?v=2", "UTF-8 escaped"),
        ("%B8%BD%BC%FE1.%CB%AE%BF%E2%26A%20%B1%ED.xlsx", "GBK escaped"),
        ("files\\..\\附件1.水库&A 表.xlsx", "strokes of Windows"),
    ],
)
def test_names_in_links_are_read_in_any_writing(tmp_path: Path, href: str, reason: str, encoding: str) -> None:
    (tmp_path / "a.html").write_text(f"<html><body><a target=_blank href='{href}'>附件</a></body></html>", encoding)
    (tmp_path / "附件1.水库&A 表.xlsx").write_bytes(making.xlsx(LISTED))
    assert [len(file.attached) for file in discover(tmp_path, "c").files] == [1], reason


@pytest.mark.parametrize(
    "href",
    ["https://other.example/1.xlsx", "//other.example/1.xlsx", "/1.xlsx", "../1.xlsx", "javascript:open('1.xlsx')", "2.xlsx", "http://[1.xlsx", "%00.xlsx"],
)  # fmt: skip
def test_links_elsewhere_take_no_file(tmp_path: Path, href: str) -> None:
    page(tmp_path / "a.html", f'<a href="{href}">附件</a>')
    (tmp_path / "1.xlsx").write_bytes(making.xlsx(LISTED))
    assert [file.attached for file in discover(tmp_path, "c").files] == [(), ()]


def test_a_page_of_many_links_is_a_list_and_takes_none(tmp_path: Path) -> None:
    for number in range(21):
        (tmp_path / f"{number}.xlsx").write_bytes(b"")
    page(tmp_path / "list.html", "".join(f"<a href='{number}.xlsx'>{number}</a>" for number in range(21)))
    assert len(discover(tmp_path, "c").files) == 22


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_files_under_titles_of_documents_are_documents(tmp_path: Path, encoding: str) -> None:
    links = [("1.pdf", "关于做好防汛工作的通知"), ("2.pdf", "关于做好抗旱工作的通知"), ("3.pdf", "附件：名单")]
    listed = "".join(
        f"<li><a target=_blank href='{name}' title='{title}'>{title[:9]}…</a></li>" for name, title in links
    )
    (tmp_path / "list.html").write_bytes(f"<html><body><h1>政策文件</h1>{listed}</body></html>".encode(encoding))
    # The same title twice is one document in two formats, 附件 are none.
    both = "<a href='4.pdf'>关于做好防火工作的通知</a> <a href='4.docx'>关于做好防火工作的通知</a> <a href='5.docx'>附件1：实施方案</a>"
    (tmp_path / "notice.html").write_bytes(
        f"<html><body><h1>关于做好防火工作的通知</h1>{both}</body></html>".encode(encoding)
    )
    for name in ("1.pdf", "2.pdf", "3.pdf", "4.pdf", "4.docx", "5.docx"):
        (tmp_path / name).touch()
    found = {file.source: len(file.attached) for file in discover(tmp_path, "c").files}
    assert found == {"c/list.html": 1, "c/1.pdf": 0, "c/2.pdf": 0, "c/notice.html": 3}


def test_an_archive_is_one_document_with_its_attachments_or_several() -> None:
    notice, annex, other = making.docx_file(NOTICE), making.xlsx(LISTED), making.docx_file([line.replace("防台", "抗旱") for line in NOTICE])  # fmt: skip
    (part,) = read(making.zip_file({"附件1.xlsx": annex, "通知.docx": notice}), "a.zip").parts
    assert (part.page.title, [one.name for one in part.attachments]) == (TITLE, ["附件1.xlsx"])
    (part,) = read(making.zip_file({"附件/水库.xlsx": annex, "文/通知.docx": notice}), "a.zip").parts
    assert [one.name for one in part.attachments] == ["水库.xlsx"]
    parts = read(making.zip_file({"1.docx": notice, "2.docx": other}), "a.zip").parts
    assert [part.page.title for part in parts] == [TITLE, TITLE.replace("防台", "抗旱")]
    inner = making.zip_file({"附件1.xlsx": annex})
    (part,) = read(making.zip_file({"通知.docx": notice, "附件.zip": inner}), "a.zip").parts
    assert [one.text for one in part.attachments] == ["附件1\n| 县 | 水库 |\n| 衢江区 | 38 |"]


def test_names_in_an_archive_may_be_in_gbk() -> None:
    data = making.zip_file({"AAAA1.xlsx": making.xlsx(LISTED), "B.docx": making.docx_file(NOTICE)})
    (part,) = read(data.replace(b"AAAA1", "附件".encode("gbk") + b"1"), "a.zip").parts
    assert [one.name for one in part.attachments] == ["附件1.xlsx"]


def test_a_broken_member_is_reported_and_the_others_read() -> None:
    found = read(making.zip_file({"通知.docx": making.docx_file(NOTICE), "附件1.pdf": b"%PDF-1.4 broken"}), "a.zip")
    assert len(found.parts) == 1
    assert [fragment.text for fragment in found.fragments] == ["附件1.pdf"]
