"""REST interface, version 1."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import answering
from api.citing import gbt7714
from api.schemas import DocumentAnswer, Problem, SearchAnswer, SearchParams, SuggestAnswer
from api.search import china_today
from engine import space
from gongwen.errors import InputError, WenhaoError

router = APIRouter()
FAULTS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "参数有误，逐一列出"},
    503: {"model": Problem, "description": "检索引擎不可用"},
}


def json_bytes(value: BaseModel | dict[str, Any]) -> Response:
    """An answer as JSON bytes; skips FastAPI's second validation (a third of its throughput)."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return Response(orjson.dumps(content), media_type="application/json")


def site_address(request: Request) -> str:
    """The address of this site without a slash: the settings' public one, else the one it was asked at."""
    return str(request.app.state.settings.public_url or request.base_url).rstrip("/")


def check_question(request: Request, question: str) -> None:
    """Raises :class:`~gongwen.errors.InputError` when a question is longer than the settings allow."""
    limit = request.app.state.settings.max_question
    if len(question) > limit:
        raise InputError(
            f"q：最多 {limit} 个字，给出的有 {len(question)} 个",
            f"q: at most {limit} characters; {len(question)} were given",
        )


@router.get("/api/v1/search", response_model=SearchAnswer, responses=FAULTS, summary="检索公文", tags=["search"])
async def search(request: Request, params: Annotated[SearchParams, Query()]) -> Response:
    """关键词、标题、文号或一句话；可按地区、年份、机关、文种、日期筛选。"""
    check_question(request, params.q)
    return Response((await answering.give(request, params)).body, media_type="application/json")


@router.get("/api/v1/suggest", response_model=SuggestAnswer, responses=FAULTS, summary="输入时的建议", tags=["search"])
async def suggest(
    request: Request,
    q: Annotated[str, Query(max_length=2000, description="已输入的文字、拼音或拼音首字母", examples=["zwgk"])] = "",
    limit: Annotated[int, Query(ge=1, le=20, description="至多几条")] = 10,
) -> Response:
    """以所输入的开头的文号、词语、发文机关和标题；可用汉字、全拼或首字母。"""
    found = await request.app.state.searcher.suggest(q, limit)
    return json_bytes(SuggestAnswer(query=q, suggestions=found))


@router.get(
    "/api/v1/documents/{document_id}",
    response_model=DocumentAnswer,
    responses={404: {"model": Problem}, **FAULTS},
    summary="一份公文",
    tags=["documents"],
)
async def document(
    request: Request, document_id: Annotated[str, Path(description="文件编号", examples=["ca35d4afb0db3eec33ec"])]
) -> Response:
    """全文、各项事实及其依据。"""
    found = await request.app.state.documents.document(document_id)
    if found is None:
        raise HTTPException(404)
    found.citation = gbt7714(found, f"{site_address(request)}/documents/{document_id}", china_today())
    return json_bytes(found)


@router.get("/healthz", summary="进程是否在运行", tags=["operation"])
async def healthz() -> Response:
    """不询问检索引擎。"""
    return json_bytes({"status": "ok"})


@router.get("/readyz", responses={503: {"model": Problem}}, summary="能否检索", tags=["operation"])
async def readyz(request: Request) -> Response:
    """检索引擎不可用时为 503，并说明原因。"""
    try:
        await request.app.state.reader.alive()
    except WenhaoError as error:
        return JSONResponse({"status": "unavailable", "reason": str(error)}, 503)
    folder = request.app.state.data_dir
    low = space.problem(folder) is not None if folder else False
    # Searches go on with a full disk, so it is a warning and takes the site out of no balancer.
    return json_bytes({"status": "ready"} | ({"warning": "disk almost full; indexing is refused"} if low else {}))
