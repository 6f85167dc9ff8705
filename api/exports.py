"""A search as a file: CSV for spreadsheets, JSON lines for programs, a workbook; written as the engine gives the pages."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from api import answer, standing
from api.schemas import GENRE_NAMES, VALIDITY_NAMES
from api.standing import day
from engine.schema import Field, plain

FIELDS = (Field.TITLE, Field.NUMBER_KEY, Field.ISSUERS, Field.REGION, Field.YEAR, Field.SIGNED, Field.PUBLISHED, Field.GENRE, Field.CATEGORY, Field.INDEX_NUMBER, Field.URL, *standing.NEEDED)  # fmt: skip
COLUMNS = {
    "id": "编号",
    "title": "标题",
    "doc_number": "文号",
    "issuers": "发文机关",
    "region": "地区",
    "year": "年份",
    "signed": "成文日期",
    "published": "发布日期",
    "genre": "文种",
    "category": "主题分类",
    "validity": "有效性",
    "index_number": "索引号",
    "url": "原址",
    "page": "本站地址",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Records = AsyncIterator[list[dict[str, Any]]]


def row(record: Mapping[str, Any], site: str, today: date) -> dict[str, Any]:
    """One document as a row: column -> value; days as yyyy-mm-dd, several bodies joined by 、."""
    validity = standing.today_is(record, today).value
    genre = record.get(Field.GENRE, "other")
    return {
        "id": record[Field.ID],
        "title": plain(record.get(Field.TITLE, "")),
        "doc_number": record.get(Field.NUMBER_KEY),
        "issuers": "、".join(record.get(Field.ISSUERS) or ()),
        "region": "".join(answer.region_names(record.get(Field.REGION))),
        "year": record.get(Field.YEAR),
        "signed": _iso(record.get(Field.SIGNED)),
        "published": _iso(record.get(Field.PUBLISHED)),
        "genre": GENRE_NAMES.get(genre, genre),
        "category": record.get(Field.CATEGORY),
        "validity": VALIDITY_NAMES.get(validity, validity),
        "index_number": record.get(Field.INDEX_NUMBER),
        "url": record.get(Field.URL),
        "page": f"{site}/documents/{record[Field.ID]}",
    }


async def as_csv(records: Records, site: str, today: date) -> AsyncIterator[bytes]:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, which spreadsheets need to read Chinese.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection).
    """
    yield "\ufeff".encode() + _lines([list(COLUMNS.values())])
    async for page in records:
        yield _lines([[_harmless(value) for value in row(record, site, today).values()] for record in page])


async def as_json_lines(records: Records, site: str, today: date) -> AsyncIterator[bytes]:
    """One JSON object a line, names as in the interface."""
    async for page in records:
        yield b"".join(orjson.dumps(row(record, site, today)) + b"\n" for record in page)


async def as_workbook(records: Records, site: str, today: date) -> AsyncIterator[bytes]:
    """An XLSX workbook; every cell but the year is text, so that none is a formula. Written to a file aside, row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("检索结果")
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS.values()))
    async for page in records:
        for record in page:
            sheet.append([_cell(sheet, value) for value in row(record, site, today).values()])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while part := file.read(1 << 16):
            yield part


def _lines(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def _iso(value: int | None) -> str | None:
    found = day(value)
    return found.isoformat() if found else None
