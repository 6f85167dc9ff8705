"""Figures of annual reports as data: one indicator through places and years with its sums, all cells of one report."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api import answer
from api.figure_schemas import (
    Cell,
    ContradictionItem,
    DocumentFigure,
    DocumentFiguresAnswer,
    FiguresAnswer,
    FiguresParams,
    SeriesAnswer,
    SeriesItem,
    Sum,
)
from api.schemas import region_codes
from engine.protocol import Condition, Reader, SearchRequest
from engine.schema import Field, plain
from gongwen import figures, series
from gongwen.types import Contradiction, Figure

_SHOWN = (Field.TITLE, Field.ISSUER, Field.REGION, Field.REGION_CODES, Field.YEAR, Field.SERIES)


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads figures through a reader of the engine."""

    reader: Reader

    async def series(self) -> SeriesAnswer:
        """All series with the number of reports that give them."""
        page = await self.reader.search(SearchRequest(facets=(Field.SERIES_IDS,), limit=0))
        counts = page.facets.get(Field.SERIES_IDS, {})
        return SeriesAnswer(series=[_item(one, counts.get(one.id, 0)) for one in series.known().values()])

    async def of(self, params: FiguresParams) -> FiguresAnswer:
        """What the reports say of an indicator, the newest year first, with sums by place, year and level."""
        page = await self.reader.search(
            SearchRequest(conditions=_conditions(params), sort=(f"{Field.YEAR}:desc",), limit=params.limit, fields=_SHOWN)
        )  # fmt: skip
        cells = list(_distinct(_cell(hit.record, params.indicator) for hit in page.hits))
        cells.sort(key=lambda cell: (-(cell.year or 0), cell.region, cell.body or ""))
        one = series.known()[params.indicator]
        return FiguresAnswer(indicator=_item(one, page.total), total=page.total, cells=cells, sums=_sums(cells))

    async def document(self, document_id: str) -> DocumentFiguresAnswer | None:
        """All figures of a document; None when there is none with that id."""
        record = await self.reader.get(document_id)
        if record is None:
            return None
        # Read again from the text, which takes milliseconds: stored, the 200 cells of a report would be sent with every hit.
        found, wrong = await asyncio.to_thread(_read, plain(record.get(Field.TEXT, "")))
        return DocumentFiguresAnswer(
            id=document_id,
            title=plain(record.get(Field.TITLE, "")),
            figures=[
                DocumentFigure(
                    indicator=list(one.indicator),
                    party=one.party,
                    value=one.value,
                    unit=one.unit,
                    span=(one.span.start, one.span.end),
                )
                for one in found
            ],
            contradictions=[
                ContradictionItem(
                    rule=one.rule, expected=one.expected, found=one.found, span=(one.span.start, one.span.end)
                )
                for one in wrong
            ],
        )


def _read(text: str) -> tuple[tuple[Figure, ...], tuple[Contradiction, ...]]:
    found = figures.find(text)
    return found, figures.check(found)


def _item(one: series.Series, reports: int) -> SeriesItem:
    return SeriesItem(id=one.id, name=one.name, unit=one.unit, reports=reports)


def _conditions(params: FiguresParams) -> tuple[Condition, ...]:
    codes = tuple(code for name in params.region for code in region_codes(name))
    found = [
        Condition(Field.SERIES_IDS, (params.indicator,)),
        Condition(Field.REGION_CODES, codes) if codes else None,
        Condition(Field.YEAR, tuple(params.year)) if params.year else None,
        Condition(Field.ISSUERS, tuple(params.body)) if params.body else None,
    ]
    return tuple(condition for condition in found if condition)


def _cell(record: Mapping[str, Any], indicator: str) -> Cell:
    said = next(item for item in record[Field.SERIES] if item["series"] == indicator)
    return Cell(
        value=said["value"],
        body=record.get(Field.ISSUER),
        region=answer.region_names(record.get(Field.REGION)),
        year=record.get(Field.YEAR),
        level=answer.level(record),
        document=record[Field.ID],
        title=plain(record.get(Field.TITLE, "")),
        url=f"/documents/{record[Field.ID]}#at{said['span'][0]}",
        span=said["span"],
    )


def _distinct(cells: Iterable[Cell]) -> Iterable[Cell]:
    """One cell for each body and year; further reports are named as its copies. Without body or year each stands alone."""
    seen: dict[tuple[str, int], Cell] = {}
    for cell in cells:
        if cell.body is None or cell.year is None:
            yield cell
        elif (first := seen.get((cell.body, cell.year))) is None:
            seen[cell.body, cell.year] = cell
            yield cell
        else:
            first.copies.append(cell.document)


def _sums(cells: Sequence[Cell]) -> list[Sum]:
    """Sums of every place above the reports of one level; a place with a single report has none of its own."""
    found: dict[tuple[tuple[str, ...], int | None, str], list[float]] = {}
    for cell in cells:
        for depth in range(len(cell.region)):  # the country is ()
            found.setdefault((tuple(cell.region[:depth]), cell.year, cell.level), []).append(cell.value)
    ordered = sorted(found.items(), key=lambda item: (-(item[0][1] or 0), item[0][0], -answer.LEVELS.index(item[0][2])))
    return [
        Sum(region=list(region), year=year, level=level, value=round(sum(values), 6), reports=len(values))
        for (region, year, level), values in ordered
    ]
