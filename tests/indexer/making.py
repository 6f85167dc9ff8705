"""Small files of every kind, written by the field's own libraries or, where there is none, byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.encoders import encode_quopri
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart

import docx
import openpyxl
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

TITLE = "衢州市人民政府办公室关于做好防汛防台工作的通知"
BODY = "为切实做好今年防汛防台抗旱工作，保障人民群众生命财产安全，根据《中华人民共和国防洪法》等有关规定，现就有关事项通知如下。"
NOTICE = [TITLE, "衢政办发〔2020〕5号", "各县（市、区）人民政府：", BODY, "一、高度重视，压实责任。各地要加强组织领导，落实各项防汛责任制，确保责任到人、措施到位。", "二、加强值守，确保安全。汛期实行二十四小时值班制度，遇有重大险情及时报告市政府办公室。", "衢州市人民政府办公室", "2020年5月5日"]  # fmt: skip
"""A notice, a paragraph an entry."""

Drawing = Callable[[canvas.Canvas], None]

_FONT = "STSong-Light"
_SIZE, _STEP, _LEFT, _WIDTH = 16, 28, 80, 28  # points, and characters a line


def pdf(
    paragraphs: Sequence[str],
    lines_a_page: int = 24,
    *,
    before: Drawing | None = None,
    after: Drawing | None = None,
    apart: bool = False,
) -> bytes:
    """A PDF printed as GB/T 9704 wants it: paragraphs indented by two characters, page numbers between dashes.

    ``before`` and ``after`` draw on each page before and after its lines; ``apart`` draws each character by itself.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    lines: list[tuple[float, str]] = []
    for paragraph in paragraphs:
        indent = 2 if len(paragraph) > 20 and paragraph.endswith("。") else 0
        lines.append((_LEFT + indent * _SIZE, paragraph[: _WIDTH - indent]))
        rest = paragraph[_WIDTH - indent :]
        lines += [(_LEFT, rest[start : start + _WIDTH]) for start in range(0, len(rest), _WIDTH)]
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A4)
    for number, start in enumerate(range(0, len(lines), lines_a_page), 1):
        if before:
            before(sheet)
        sheet.setFont(_FONT, _SIZE)
        for row, (x, line) in enumerate(lines[start : start + lines_a_page]):
            for place, piece in enumerate(line if apart else [line]):
                sheet.drawString(x + sheet.stringWidth(line[:place], _FONT, _SIZE), 780 - row * _STEP, piece)
        sheet.drawString(280, 40, f"— {number} —")
        if after:
            after(sheet)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def scanned_pdf(pages: int = 2) -> bytes:
    """A PDF of pictures: a filled box a page, no text."""
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A4)
    for _ in range(pages):
        sheet.rect(100, 100, 300, 500, fill=1)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def docx_file(paragraphs: Sequence[str], table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file, with a table at its end."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, cells in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(archive: bytes, changes: Mapping[str, Sequence[tuple[str, str]]]) -> bytes:
    """An archive with words in members of it put in the place of others, each of which must be there."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        for name in source.namelist():
            data = source.read(name)
            for old, new in changes.get(name, ()):
                assert old.encode() in data, (name, old)
                data = data.replace(old.encode(), new.encode())
            found[name] = data
    return zip_file(found)


def mhtml(page: bytes, charset: str = "utf-8") -> bytes:
    """A page as Word saves it in one file, with a picture."""
    message = MIMEMultipart("related")
    part = MIMEBase("text", "html", charset=charset)
    part.set_payload(page)
    encode_quopri(part)
    message.attach(MIMEImage(b"GIF89a", "gif"))
    message.attach(part)
    return message.as_bytes()


def word_xml(paragraphs: Sequence[str]) -> bytes:
    """A file of Word 2003 as XML, with a header on its pages."""
    lines = "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in paragraphs)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>'
        '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint">'
        f"<w:body><wx:sect>{lines}<w:sectPr><w:hdr><w:p><w:r><w:t>页眉</w:t></w:r></w:p></w:hdr></w:sectPr></wx:sect></w:body></w:wordDocument>"
    ).encode()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook by sheet name and rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zip_file(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of members by name, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def ofd(paragraphs: Sequence[str], custom: Mapping[str, str] | None = None, title: str = "") -> bytes:
    """An OFD after GB/T 33190: the lines of its page in the wrong order in the file, as template fillers write them."""
    lines: list[tuple[float, str]] = []
    for paragraph in paragraphs:
        indent = 2 if len(paragraph) > 20 and paragraph.endswith("。") else 0
        pieces = [paragraph[: _WIDTH - indent]]
        rest = paragraph[_WIDTH - indent :]
        pieces += [rest[start : start + _WIDTH] for start in range(0, len(rest), _WIDTH)]
        lines += [(25 + 5.6 * (0 if place else indent), piece) for place, piece in enumerate(pieces)]
    objects = [
        f'<ofd:TextObject ID="{10 + row}" Boundary="{x} {20 + 10 * row} 170 8" Font="2" Size="5.6">'
        f'<ofd:TextCode X="0" Y="6">{line}</ofd:TextCode></ofd:TextObject>'
        for row, (x, line) in enumerate(lines)
    ]
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    data = "".join(f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in (custom or {}).items())
    return zip_file(
        {
            "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
            f"<ofd:DocID>1</ofd:DocID><ofd:Title>{title}</ofd:Title><ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>".encode(),
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea>"
            "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
            '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'.encode(),
            "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="3">{"".join(reversed(objects))}'
            "</ofd:Layer></ofd:Content></ofd:Page>".encode(),
        }
    )


def doc(paragraphs: Sequence[str]) -> bytes:
    """A Word 97 file: an OLE container ([MS-CFB]) with the two streams that hold its text ([MS-DOC] 2.4.1)."""
    text = "".join(f"{paragraph}\r" for paragraph in paragraphs)
    raw = text.encode("utf-16-le")
    begin = 0x400
    word = bytearray(begin) + raw
    struct.pack_into("<H", word, 0x0A, 0x0200)
    struct.pack_into("<II", word, 0x18, begin, begin + len(raw))
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, begin, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    return ole({"WordDocument": bytes(word), "1Table": table})


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container; streams are padded to 4,096 bytes, so that none lies in the container's mini stream."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    padded = {name: data.ljust(-(-max(4096, len(data)) // sector) * sector, b"\0") for name, data in streams.items()}
    count = sum(len(data) // sector for data in padded.values()) + 1
    tables = next(number for number in range(1, 109) if number * 128 >= count + number)
    fat, entries, body = [0xFFFFFFFD] * tables + [end], [_entry("Root Entry", 5, end, 0, child=1)], b""
    for number, (name, data) in enumerate(padded.items(), 1):
        first, count = len(fat), len(data) // sector
        fat += [*range(first + 1, first + count), end]
        entries.append(_entry(name, 2, first, len(data), right=number + 1 if number < len(padded) else free))
        body += data
    header = bytearray(sector)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, tables, tables, 0, 4096, end, 0, end, 0)
    struct.pack_into("<109I", header, 76, *range(tables), *[free] * (109 - tables))
    table = struct.pack(f"<{128 * tables}I", *fat, *[free] * (128 * tables - len(fat)))
    return bytes(header) + table + b"".join(entries).ljust(sector, b"\0") + body


def _entry(name: str, kind: int, first: int, size: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    entry = bytearray(128)
    entry[: len(encoded)] = encoded
    struct.pack_into("<HBBIII", entry, 64, len(encoded), kind, 1, 0xFFFFFFFF, right, child)
    struct.pack_into("<IQ", entry, 116, first, size)
    return bytes(entry)
