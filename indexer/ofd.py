"""OFD (GB/T 33190-2016), the format in which offices issue documents electronically, by ofdkit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ofdkit

from gongwen import labels
from gongwen.errors import UnreadableDocument
from indexer import printed
from indexer.archive import open_checked
from indexer.extracted import Extracted, NeedsOcr, bounded
from indexer.printed import Stretch

MOST_PAGES = 5_000
_OUTSIDE = 2.0  # millimetres by which text may stand out of its page and still be seen


def read_ofd(data: bytes) -> Extracted:
    """The text of the pages, one line a paragraph, and what the file says of itself under labels we know.

    The labels are those of ``DocInfo/CustomDatas`` (发文字号, 成文日期 …); the file's title counts when the text has it, for
    many programs write the name of a file there. Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``),
    and :class:`~indexer.extracted.NeedsOcr` when the pages are pictures.
    """
    open_checked(data)
    try:
        with ofdkit.open(data) as document:
            if len(document.pages) > MOST_PAGES:
                raise UnreadableDocument(f"the OFD has more than {MOST_PAGES} pages; split it", stage="extract")
            text = printed.text_of([_stretches(page) for page in document.pages])
            pages, info = len(document.pages), document.info
    except ofdkit.OFDError as error:
        raise UnreadableDocument(f"the OFD cannot be read: {error}", stage="extract") from error
    if not text.strip():
        raise NeedsOcr(pages)
    known = [(name, value) for name, value in info.custom_data.items() if value]
    metadata = tuple((name, value) for name, value in known if labels.field_of(name) not in (None, "noise"))
    title = info.title if info.title and "".join(info.title.split()) in "".join(text.split()) else None
    return Extracted(bounded(text), title, metadata)


def _stretches(page: ofdkit.Page) -> list[Stretch]:
    """The text that is seen on a page, from top to bottom and from left to right.

    The order of a file's objects is none: a program that fills a template writes the letterhead last.
    """
    left, top, width, height = page.box
    seen = [
        run
        for run in page.runs
        if left - _OUTSIDE <= run.x <= left + width + _OUTSIDE and top - _OUTSIDE <= run.y <= top + height + _OUTSIDE
    ]
    found = []
    for row in _rows(sorted(seen, key=lambda run: run.y)):
        for run in sorted(row, key=lambda run: run.x):
            size = run.size or 1.0
            found.append(Stretch(run.text, run.x, run.x + run.width, row[0].y, size))
    return found


def _rows(runs: Sequence[ofdkit.TextRun]) -> Iterator[list[ofdkit.TextRun]]:
    row: list[ofdkit.TextRun] = []
    for run in runs:
        if row and run.y - row[0].y > 0.5 * max(run.size, 1.0):
            yield row
            row = []
        row.append(run)
    if row:
        yield row
