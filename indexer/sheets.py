"""Tables as files: .xlsx by openpyxl, .csv by the standard library. One line a row, ``| … | … |``."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl

from gongwen import tables
from gongwen.errors import UnreadableDocument
from indexer.archive import open_checked
from indexer.extracted import MOST_TEXT, Extracted, bounded

_MOST_COLUMNS = 200
_DEFAULT_SHEET = ("sheet", "工作表")  # Sheet1 says nothing, 附件1 does


def read_xlsx(data: bytes) -> Extracted:
    """The values of all visible sheets; formulas as last calculated, dates as 2020-05-05; the sheet's name over a table
    that begins without a heading, and always 附件1.

    Raises what openpyxl raises for a broken file, which it does not list.
    """
    open_checked(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl does not keep: styles, checks of input
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        text = _joined(line for sheet in book.worksheets for line in _sheet(sheet))
    return Extracted(text)


def read_csv(text: str) -> Extracted:
    """The rows of a table whose cells are parted by commas, semicolons or tabs, whichever its first line has most of.

    >>> read_csv("姓名,职务\\n张三,主任\\n").text
    '| 姓名 | 职务 |\\n| 张三 | 主任 |'
    """
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        return Extracted(_joined(line for row in rows if (line := _row(row))))
    except csv.Error as error:
        raise UnreadableDocument(f"the table cannot be read: {error}", stage="extract") from error


def _sheet(sheet: Any) -> Iterator[str]:
    if getattr(sheet, "sheet_state", "visible") != "visible" or not hasattr(sheet, "iter_rows"):
        return
    name = sheet.title if not sheet.title.lower().startswith(_DEFAULT_SHEET) else None
    # A sheet may say that it reaches to XFD1048576; then every row would be filled up to there.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS):
        if line := _row(map(_value, row)):
            # Over a line it would be read as the beginning of that line's title; 附件1 is a line of its own there, too.
            if name and (line.startswith("|") or name.startswith("附")):
                yield name
            name = None
            yield line


def _row(cells: Iterable[str]) -> str | None:
    shown = [" ".join(cell.split()).replace("|", "/") for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    if len(shown) < 2:
        return shown[0] if shown else None
    return tables.row(shown)


def _value(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.10g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _joined(lines: Iterable[str]) -> str:
    """The lines as one text; stops where there is too much of it, before all of it is in memory."""
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line) + 1
        if size > MOST_TEXT:
            break
    return bounded("\n".join(kept))
