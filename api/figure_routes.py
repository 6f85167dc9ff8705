"""REST interface, version 1: figures of annual reports. Unknown parameters are refused by name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.figure_schemas import DocumentFiguresAnswer, FiguresAnswer, FiguresParams, SeriesAnswer
from api.figures import Figures
from api.lookup_routes import MISSING, DocumentId, NoParams, or_404
from api.routes import FAULTS, json_bytes

router = APIRouter(prefix="/api/v1", tags=["figures"])


def _figures(request: Request) -> Figures:
    found: Figures = request.app.state.figures
    return found


@router.get("/figures", response_model=FiguresAnswer, responses=FAULTS, summary="年度报告的统计数据")
async def of(request: Request, params: Annotated[FiguresParams, Query()]) -> Response:
    """一项指标在各地各年报告中的数值，附所在的行，以及按地区、年份、级别的合计。"""
    return json_bytes(await _figures(request).of(params))


@router.get("/figures/series", response_model=SeriesAnswer, responses=FAULTS, summary="指标")
async def series(request: Request, _: Annotated[NoParams, Query()]) -> Response:
    """可查的指标，各附给出它的报告份数；不同年份表格中的名称已归并。"""
    return json_bytes(await _figures(request).series())


@router.get("/documents/{document_id}/figures", response_model=DocumentFiguresAnswer, responses=MISSING, summary="一份报告的统计数据")  # fmt: skip
async def document(request: Request, document_id: DocumentId, _: Annotated[NoParams, Query()]) -> Response:
    """法定表格中的每一格，以及不合表格勾稽关系之处。"""
    return or_404(await _figures(request).document(document_id))
