"""A PDF: its text, lines put together to paragraphs, by PDFium.

PDFium crashes rather than raises on some broken files and is not thread-safe, so it runs in a reading process
(:mod:`indexer.workers`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium

from gongwen.errors import UnreadableDocument
from indexer import printed
from indexer.extracted import Extracted, NeedsOcr, bounded
from indexer.printed import Stretch

MOST_PAGES = 5_000
_SCANNED = 10  # characters a page on average; below it, what text there is are page numbers and stamps
_MOST_RECTS = 20_000  # stretches of one page; a full page of text has 60, a dense table 2,000


def read_pdf(data: bytes) -> Extracted:
    """The text of a PDF, one line a paragraph.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) for a broken or encrypted file, or one of too
    many pages, and :class:`~indexer.extracted.NeedsOcr` when its pages are pictures.
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
        text = printed.text_of(list(_stretches(document[number])) for number in range(pages))
    finally:
        document.close()
    if len("".join(text.split())) < _SCANNED * max(1, pages):
        raise NeedsOcr(pages)
    return Extracted(bounded(text))


def _stretches(page: pdfium.PdfPage) -> Iterator[Stretch]:
    """The stretches of a page in the order in which it draws them, which is that of its author, columns included."""
    height = page.get_height()
    texts = page.get_textpage()
    try:
        for number in range(min(texts.count_rects(), _MOST_RECTS)):
            left, bottom, right, top = texts.get_rect(number)
            text = texts.get_text_bounded(left, bottom, right, top).replace("\r\n", "").replace("\n", "")
            yield Stretch(text, left, right, height - bottom, top - bottom)
    finally:
        texts.close()
        page.close()
