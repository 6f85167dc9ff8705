"""A PDF: its text, lines put together to paragraphs, by PDFium.

PDFium crashes rather than raises on some broken files and is not thread-safe, so it runs in a reading process
(:mod:`indexer.workers`).
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

from gongwen.errors import UnreadableDocument
from indexer import printed
from indexer.extracted import Extracted, NeedsOcr, bounded
from indexer.printed import Stretch

MOST_PAGES = 5_000
_SCANNED = 10  # characters a page on average; below it, what text there is are page numbers and stamps
_MOST_CHARACTERS = 300_000  # of one page; a full page of text has 600, a web page printed on one sheet 50,000
_UNMAPPED = ord("〓")  # the mark of gongwen.normalize for a character that is known to nobody
_UNREADABLE = re.compile("[〓\ufffd\ue000-\uf8ff]")
_MOST_UNREADABLE = 0.1
"""Share of unreadable characters from which a text is none. Of 3,999 real notices and laws the worst has 0.001, of four
English manuals in PDF the worst 0.0002; a PDF whose fonts carry no map to Unicode has 0.9."""
_SLANT = 10  # degrees from which text is no line of the page but a watermark over it; a scan laid askew has two


def read_pdf(data: bytes) -> Extracted:
    """The text of a PDF, one line a paragraph.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a broken or encrypted file, or one of too
    many pages, and :class:`~indexer.extracted.NeedsOcr` when its pages are pictures, or their fonts do not say which
    characters they draw.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = "it needs a password" if "password" in str(error).lower() else f"it is broken ({error})"
        raise UnreadableDocument(f"the PDF cannot be read: {reason}", stage="extract") from error
    try:
        pages = len(document)
        if pages > MOST_PAGES:
            raise UnreadableDocument(f"the PDF has {pages} pages, more than {MOST_PAGES}; split it", stage="extract")
        text = printed.text_of(_stretches(document[number]) for number in range(pages))
    finally:
        document.close()
    characters = len("".join(text.split()))
    if characters < _SCANNED * max(1, pages):
        raise NeedsOcr(pages)
    if len(_UNREADABLE.findall(text)) > _MOST_UNREADABLE * characters:
        raise NeedsOcr(pages, "pages whose fonts do not say which characters they draw")
    return Extracted(bounded(text))


@dataclass(slots=True)
class _Run:
    """Characters that one operator of the page draws: their codes, and the first and last place of one that is seen."""

    codes: list[int] = field(default_factory=list)
    first: int = -1
    last: int = -1


def _stretches(page: pdfium.PdfPage) -> list[Stretch]:
    """The stretches of a page in the order in which it draws them, which is that of its author, columns included.

    The page is read in the direction in which most of its text runs, whatever way it is shown; text across it follows,
    and what is written aslant is left out: it is a watermark.
    """
    try:
        found = _turned(page)
        turns = Counter(turn for turn, stretch in found for _ in stretch.text)
        main = turns.most_common(1)[0][0] if turns else page.get_rotation()
        if main != page.get_rotation():
            page.set_rotation(main)  # PDFium puts text in order by the lines it shows
            found = _turned(page)
    finally:
        page.close()
    return [stretch for turn, stretch in found if turn == main] + [stretch for turn, stretch in found if turn != main]


def _turned(page: pdfium.PdfPage) -> list[tuple[int, Stretch]]:
    """The stretches of a page and the direction of each: 0, 90, 180 or 270 degrees against the clock."""
    size = page.get_size()
    texts = page.get_textpage()
    try:
        return [placed for run in _runs(texts) if (placed := _placed(texts, run, size))]
    finally:
        texts.close()


def _runs(texts: pdfium.PdfTextPage) -> Iterator[_Run]:
    """By the operator that draws them and not by their place: two texts printed one over the other stay two."""
    run, drawn, handle = _Run(), 0, texts.raw
    for place in range(min(texts.count_chars(), _MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(handle, place)
        if code > 0x7F and raw.FPDFText_HasUnicodeMapError(handle, place):
            code = _UNMAPPED  # PDFium gives a number of the font's own; a low one is ASCII in the fonts of TeX (Type 3)
        operator = raw.FPDFText_GetTextObject(handle, place)
        if operator:  # none draws the spaces and line ends that PDFium puts in
            address = ctypes.addressof(operator.contents)
            if address != drawn:
                yield run
                run, drawn = _Run(), address
            if code > 0x20:
                run.first, run.last = (place if run.first < 0 else run.first), place
        run.codes.append(code)
    yield run


def _placed(texts: pdfium.PdfTextPage, run: _Run, size: tuple[float, float]) -> tuple[int, Stretch] | None:
    """Direction and stretch of a run on a page of width and height ``size``; None when it is blank or aslant."""
    if run.first < 0:
        return None
    matrix, begin, end = raw.FS_MATRIX(), raw.FS_RECTF(), raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(texts, run.first, matrix)
    raw.FPDFText_GetCharOrigin(texts, run.first, x, y)
    raw.FPDFText_GetLooseCharBox(texts, run.first, begin)
    raw.FPDFText_GetLooseCharBox(texts, run.last, end)
    angle = math.degrees(math.atan2(matrix.b, matrix.a))  # of the line: sloping letters (italics) stand on a level one
    turn = round(angle / 90) * 90
    if abs(angle - turn) > _SLANT:
        return None
    width, height = size
    turn %= 360
    left, right, baseline = {
        0: (begin.left, end.right, height - y.value),
        90: (begin.bottom, end.top, x.value),
        180: (width - begin.right, width - end.left, y.value),
        270: (width - begin.top, width - end.bottom, height - x.value),
    }[turn]
    em = raw.FPDFText_GetFontSize(texts, run.first) * math.hypot(matrix.c, matrix.d)
    tall = begin.right - begin.left if turn % 180 else begin.top - begin.bottom
    return turn, Stretch(_text(run.codes), left, right, baseline, em if em > tall / 3 else tall)  # Type 3: any unit


def _text(codes: list[int]) -> str:
    """UTF-16 or Unicode as PDFium gives it; half a pair is left out."""
    text = "".join(map(chr, codes)).replace("\r\n", "").replace("\n", "").replace("\0", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
