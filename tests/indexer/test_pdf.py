"""What a page of PDF holds besides its lines: watermarks, turned pages, characters drawn one by one, fonts without a map."""

from __future__ import annotations

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from gongwen.errors import UnreadableDocument
from indexer.extract import read
from indexer.pdf import read_pdf
from tests.indexer import making
from tests.indexer.making import NOTICE, Drawing

MARK = "内部资料 严禁外传"
WIDTH, HEIGHT = 595, 842


def mark(x: float, y: float, angle: float, size: float = 50) -> Drawing:
    def draw(sheet: Canvas) -> None:
        sheet.saveState()
        sheet.setFont("STSong-Light", size)
        sheet.setFillGray(0.9)
        sheet.translate(x, y)
        sheet.rotate(angle)
        sheet.drawString(0, 0, MARK)
        sheet.restoreState()

    return draw


def tiled(sheet: Canvas) -> None:
    for number in range(40):
        mark(40 + number % 5 * 120, 60 + number // 5 * 100, 30, 12)(sheet)


def stamped(sheet: Canvas) -> None:
    if not sheet.hasForm("mark"):
        sheet.beginForm("mark")
        sheet.setFont("STSong-Light", 50)
        sheet.drawString(0, 0, MARK)
        sheet.endForm()
    sheet.saveState()
    sheet.translate(120, 420)
    sheet.rotate(45)
    sheet.doForm("mark")
    sheet.restoreState()


def shown(turn: int) -> Drawing:
    return lambda sheet: sheet.setPageRotation(turn)


def written(turn: int, shown: int) -> Drawing:
    def draw(sheet: Canvas) -> None:
        sheet.setPageRotation(shown)
        sheet.translate(*{90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[turn])
        sheet.rotate(turn)

    return draw


PAGES: list[tuple[Drawing | None, Drawing | None, bool, str]] = [
    (mark(120, 420, 45), None, False, "a slanted watermark under the lines"),
    (None, mark(120, 420, 45), False, "a slanted watermark over the lines"),
    (None, mark(500, 800, 225), False, "a watermark from the top down"),
    (tiled, None, False, "a small watermark forty times"),
    (stamped, None, False, "a watermark turned by the form it stands in"),
    (None, None, True, "each character for itself"),
    (mark(120, 420, 45), None, True, "each character for itself under a watermark"),
    (shown(90), None, False, "upright lines on a page shown turned to the right"),
    (shown(180), None, False, "upright lines on a page shown head down"),
    (shown(270), None, False, "upright lines on a page shown turned to the left"),
    (written(90, 90), None, False, "a page across, upright when shown"),
    (written(180, 180), None, False, "a page head down, upright when shown"),
    (written(270, 270), None, False, "a page across the other way, upright when shown"),
    (written(90, 0), None, False, "a page across and shown so"),
]


@pytest.mark.parametrize(("before", "after", "apart", "why"), PAGES, ids=[row[3] for row in PAGES])
def test_lines_are_read_whatever_is_drawn_around_them(before: Drawing, after: Drawing, apart: bool, why: str) -> None:
    data = making.pdf(NOTICE, lines_a_page=8, before=before, after=after, apart=apart)
    assert read_pdf(data).text.split("\n") == NOTICE, why


def test_an_upright_watermark_is_a_line_of_its_own() -> None:
    text = read_pdf(making.pdf(NOTICE, after=mark(100, 690, 0))).text
    assert text.split("\n") == [*NOTICE, "— 1 —", MARK]


def test_text_across_the_page_follows_its_lines() -> None:
    def binding(sheet: Canvas) -> None:
        sheet.saveState()
        sheet.rotate(90)
        sheet.drawString(300, -30, "装订线")
        sheet.restoreState()

    assert read_pdf(making.pdf(NOTICE, after=binding)).text.split("\n")[: len(NOTICE)] == NOTICE


def test_sloping_letters_are_no_watermark() -> None:
    def italics(sheet: Canvas) -> None:
        text = sheet.beginText()
        text.setTextTransform(1, 0, 0.36, 1, 80, 300)
        text.textOut("此件公开发布")
        sheet.drawText(text)

    assert "此件公开发布" in read_pdf(making.pdf(NOTICE, after=italics)).text


def unmapped(data: bytes, encoding: bytes) -> bytes:
    """The PDF with the encoding of one font replaced by numbers of its own: it draws as before and says nothing."""
    return data.replace(b"/" + encoding, b"/Identity-H".ljust(len(encoding) + 1))


def test_a_text_in_fonts_without_a_map_is_as_good_as_scanned() -> None:
    data = unmapped(making.pdf(NOTICE), b"UniGB-UCS2-H")
    with pytest.raises(UnreadableDocument, match=r"1 pages whose fonts do not say.*WENHAO_OCR_COMMAND") as caught:
        read(data, "a.pdf")
    assert caught.value.stage == "ocr"
    (part,) = read(data, "a.pdf", ocr=lambda _: "\n".join(NOTICE)).parts
    assert part.page.title == making.TITLE


def test_a_line_in_a_font_without_a_map_is_marked_and_the_rest_is_read() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def other(sheet: Canvas) -> None:
        sheet.setFont("HeiseiMin-W3", 16)
        sheet.drawString(80, 300, "公開")

    data = unmapped(making.pdf(NOTICE, after=other), b"UniJIS-UCS2-H")
    assert read_pdf(data).text.split("\n") == [*NOTICE, "— 1 —", "〓〓"]


def type3() -> bytes:
    """A PDF in a bitmap font as TeX makes them: its unit is a dot, its characters are named and mapped to nothing."""
    lines = b"".join(b"BT /F 1 Tf 0.12 0 0 0.12 72 %d Tm (ABCABCABC) Tj ET " % y for y in (700, 600))
    shown = lines + b"BT /F 1 Tf 0.12 0 0 0.12 165 600 Tm (CBA) Tj ET"
    box = b"<</Length 36>>stream\n80 0 0 0 70 90 d1 0 0 70 90 re f     \nendstream"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n" % len(shown) + shown + b"\nendstream",
        (
            b"<</Type/Font/Subtype/Type3/FontBBox[0 0 80 100]/FontMatrix[1 0 0 1 0 0]/FirstChar 65/LastChar 67"
            b"/Widths[80 80 80]/Encoding<</Differences[65/A/B/C]>>/CharProcs<</A 6 0 R/B 6 0 R/C 6 0 R>>>>"
        ),
        box,
    ]
    numbered = b"".join(b"%d 0 obj%s endobj\n" % numbered for numbered in enumerate(objects, 1))
    return b"%PDF-1.4\n" + numbered + b"trailer<</Root 1 0 R>>\n%%EOF"


def test_a_bitmap_font_is_read_by_its_codes_and_measured_by_its_boxes() -> None:
    assert read_pdf(type3()).text.split("\n") == ["ABCABCABC", "ABCABCABC CBA"]


def test_english_is_no_text_without_a_map() -> None:
    lines = ["Notice of the Municipal Office", "No. 5 (2020)", "The following matters are notified."]

    def latin(sheet: Canvas) -> None:
        for row, line in enumerate(lines):
            sheet.setFont(("Helvetica", "Times-Roman", "Courier")[row], 12)
            sheet.drawString(80, 780 - 28 * row, line)

    assert read_pdf(making.pdf([""], before=latin)).text.split("\n") == lines
