"""REST interface, version 1: what is looked up. Unknown parameters are refused by name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import exports
from api.lookup import Lookup
from api.lookup_schemas import (  # fmt: skip
    CitationsAnswer,
    CitedByAnswer,
    FacetAnswer,
    FacetParams,
    InterpretationsAnswer,
    LineageAnswer,
    NumberAnswer,
    PlacesAnswer,
    ScrollAnswer,
    ScrollParams,
    SimilarAnswer,
    StatsAnswer,
)
from api.related import RelatedDocuments
from api.routes import FAULTS, check_question, json_bytes, site_address
from api.schemas import Problem, SearchParams
from api.search import china_today
from api.walking import Walker
from gongwen.errors import InputError, NotADocNumber

router = APIRouter(prefix="/api/v1")
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "没有这份文件"}, **FAULTS}


class NoParams(BaseModel):
    """No parameters at all: any is refused by name."""

    model_config = ConfigDict(extra="forbid")


class _Paged(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page: int = Field(1, ge=1, le=1000, description="页码，从 1 开始。")
    per_page: int = Field(20, ge=1, le=100, description="每页条数。")


class _Limited(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=50, description="至多几件。")


DocumentId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,200}$", description="文件编号", examples=["ca35d4afb0db3eec33ec"])
]


def _lookup(request: Request) -> Lookup:
    found: Lookup = request.app.state.lookup
    return found


def _related(request: Request) -> RelatedDocuments:
    found: RelatedDocuments = request.app.state.related
    return found


@router.get("/numbers/{writing:path}", response_model=NumberAnswer, responses=FAULTS, summary="文号", tags=["numbers"])
async def number(
    request: Request,
    writing: Annotated[str, Path(max_length=120, description="文号，任何写法", examples=["杭政办发电[2016]第06号"])],
    _: Annotated[NoParams, Query()],
) -> Response:
    """规范写法、各部分、发文机关、库中的文件和引用它的文件；库中没有该文件时也可用。"""
    try:
        return json_bytes(await _lookup(request).number(writing))
    except NotADocNumber as error:
        raise InputError(f"{writing[:60]!r} 不是发文字号；写法如 杭政办发电〔2016〕6号", str(error)) from error


@router.get("/scroll", response_model=ScrollAnswer, responses=FAULTS, summary="逐段取完检索结果", tags=["search"])
async def scroll(request: Request, params: Annotated[ScrollParams, Query()]) -> Response:
    """不受翻页上限限制；新的在前，没有日期的在后；其间增减的文件不使其余的重复或遗漏。"""
    check_question(request, params.q)
    walker: Walker = request.app.state.walker
    search = SearchParams(**params.model_dump(exclude={"cursor", "limit"}))
    records, total, following = await walker.scroll(search, exports.FIELDS, params.limit, params.cursor)
    site, today = site_address(request), china_today()
    return json_bytes({"total": total, "hits": [exports.row(one, site, today) for one in records], "next": following})


@router.get("/facets", response_model=FacetAnswer, responses=FAULTS, summary="分面的值", tags=["search"])
async def facets(request: Request, params: Annotated[FacetParams, Query()]) -> Response:
    """检索结果在某个分面上的值，可再按名称筛选：contains=衢 得到 衢州市、衢江区。"""
    check_question(request, params.q)
    return json_bytes(await _lookup(request).facet(params))


@router.get(
    "/documents/{document_id}/citations", response_model=CitationsAnswer, responses=MISSING, summary="引用的文件", tags=["documents"]
)  # fmt: skip
async def citations(request: Request, document_id: DocumentId, _: Annotated[NoParams, Query()]) -> Response:
    """它引用的文件，各附引用的性质、文中位置和库中的编号。"""
    return or_404(await _lookup(request).citations(document_id))


@router.get(
    "/documents/{document_id}/cited-by", response_model=CitedByAnswer, responses=MISSING, summary="被引用", tags=["documents"]
)  # fmt: skip
async def cited_by(request: Request, document_id: DocumentId, paged: Annotated[_Paged, Query()]) -> Response:
    """引用它的文件，新的在前，各附引用的性质。"""
    return or_404(await _lookup(request).cited_by(document_id, paged.page, paged.per_page))


@router.get("/documents/{document_id}/lineage", response_model=LineageAnswer, responses=MISSING, summary="政策沿革", tags=["documents"])  # fmt: skip
async def lineage(request: Request, document_id: DocumentId, _: Annotated[NoParams, Query()]) -> Response:
    """同一政策从中央到地方：它转发、落实的文件，以及转发、落实它的文件，按级别和日期排列。"""
    return or_404(await _related(request).lineage(document_id))


@router.get("/documents/{document_id}/interpretations", response_model=InterpretationsAnswer, responses=MISSING, summary="政策解读", tags=["documents"])  # fmt: skip
async def interpretations(request: Request, document_id: DocumentId, _: Annotated[NoParams, Query()]) -> Response:
    """解读它的文件，和它所解读的文件。"""
    return or_404(await _related(request).interpretations(document_id))


@router.get("/documents/{document_id}/similar", response_model=SimilarAnswer, responses=MISSING, summary="相似文件", tags=["documents"])  # fmt: skip
async def similar(request: Request, document_id: DocumentId, params: Annotated[_Limited, Query()]) -> Response:
    """说同一件事的文件，用词最相近的在前。"""
    return or_404(await _related(request).similar(document_id, params.limit))


@router.get("/regions", response_model=PlacesAnswer, responses=FAULTS, summary="地区", tags=["collection"])
async def regions(request: Request, _: Annotated[NoParams, Query()]) -> Response:
    """库中文件所属地区的树，各附件数。"""
    return json_bytes(await _lookup(request).places())


@router.get("/stats", response_model=StatsAnswer, responses=FAULTS, summary="全库概况", tags=["collection"])
async def stats(request: Request, _: Annotated[NoParams, Query()]) -> Response:
    """件数、年份、文种、有效性、省份、发文机关数、起止日期。"""
    return json_bytes(await _lookup(request).stats())


def or_404(found: BaseModel | None) -> Response:
    """The answer, or 404 when there is none."""
    if found is None:
        raise HTTPException(404)
    return json_bytes(found)
