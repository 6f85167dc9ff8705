"""The figures page: one indicator of annual reports across bodies and years, as table, chart and file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from pydantic import ValidationError
from starlette.responses import Response

from api.figure_schemas import Cell, FiguresAnswer, FiguresParams
from api.figures import Figures
from api.pages.rendering import render
from api.routes import site_address

router = APIRouter()
_FIRST = "received"
_MOST_CHARTED = 12
"""Lines that one can tell apart; more bodies are shown as bars of the last year, and always in the table."""


@dataclass(frozen=True, slots=True)
class Line:
    """One body through the years: ``cells`` by year, None where it gave no figure."""

    body: str
    region: str
    cells: tuple[Cell | None, ...]


@router.get("/figures")
async def figures_page(request: Request) -> Response:
    """Bodies down, years across; each value leads to the row of the report that it stands in."""
    params = _asked(request)
    figures: Figures = request.app.state.figures
    found = await figures.of(params)
    every = found if not (params.region or params.year or params.body) else await figures.of(
        params.model_copy(update={"region": [], "year": [], "body": []})
    )  # fmt: skip
    years, lines = table(found)
    return render(
        request,
        "figures.html",
        params=params,
        found=found,
        series=(await figures.series()).series,
        years=years,
        lines=lines,
        bodies=_bodies(every),
        all_years=sorted({cell.year for cell in every.cells if cell.year}),
        query=request.url.query,
        chart=Markup(_chart(found, years, lines)),  # noqa: S704 - JSON without <
        charts=_charts_built(),
        q="",
    )


@cache
def _charts_built() -> bool:
    """True when set-up built the charts (`make charts`, which needs npm); without them the page has its tables."""
    return files("api").joinpath("static/built/charts.js").is_file()


@router.get("/figures.csv")
async def figures_file(request: Request) -> Response:
    """The same figures as a file, one line a report, with the address of the row each stands in."""
    found: FiguresAnswer = await request.app.state.figures.of(_asked(request))
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["年份", "机关", "地区", "指标", "数值", "单位", "报告", "网址"])
    for cell in found.cells:
        one = found.indicator
        values = (
            str(cell.year or ""), _safe(cell.body), "".join(cell.region), one.name, f"{cell.value:.10g}", one.unit,
            _safe(cell.title), site_address(request) + cell.url,
        )  # fmt: skip
        rows.writerow(values)
    name = quote(f"{found.indicator.name}.csv")
    headers = {"Content-Disposition": f"attachment; filename=\"figures.csv\"; filename*=UTF-8''{name}"}
    # The byte order mark makes Excel read it as UTF-8.
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _safe(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = text or ""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _asked(request: Request) -> FiguresParams:
    """The parameters, but for what others add to a link; raises ``RequestValidationError``, which is answered with a page or a
    problem document."""
    grouped: dict[str, Any] = {"indicator": _FIRST}
    known = [(name, value) for name, value in request.query_params.multi_items() if name in FiguresParams.model_fields]
    for name, value in known:
        if value.strip() and name == "region":  # several may be typed into the one box
            grouped.setdefault(name, []).extend(re.split(r"[\s、，,;；]+", value.strip()))
        elif value.strip() and name in ("year", "body"):
            grouped.setdefault(name, []).append(value)
        elif value.strip():
            grouped[name] = value
    try:
        return FiguresParams(**grouped)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def table(found: FiguresAnswer) -> tuple[list[int], list[Line]]:
    """The years across, and the bodies down in the order of their places; reports without a year are left to the file."""
    years = sorted({cell.year for cell in found.cells if cell.year})
    by_body: dict[tuple[str, str], dict[int, Cell]] = {}
    for cell in found.cells:
        if cell.year:
            name = cell.body or cell.title
            by_body.setdefault(("".join(cell.region), name), {}).setdefault(cell.year, cell)
    lines = [
        Line(body, region, tuple(cells.get(year) for year in years))
        for (region, body), cells in sorted(by_body.items())
    ]
    return years, lines


def _bodies(found: FiguresAnswer) -> list[str]:
    return sorted({cell.body for cell in found.cells if cell.body})


def _chart(found: FiguresAnswer, years: list[int], lines: list[Line]) -> str:
    """What the chart draws, as JSON that may stand in a script element."""
    drawn = sorted(lines, key=lambda line: -sum(cell is not None for cell in line.cells))[:_MOST_CHARTED]
    data = {
        "name": found.indicator.name,
        "unit": found.indicator.unit,
        "years": years,
        "lines": [
            {"name": line.body, "values": [cell.value if cell else None for cell in line.cells]} for line in drawn
        ],
    }
    return orjson.dumps(data).decode().replace("<", "\\u003c")
