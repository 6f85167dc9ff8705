"""For operators alone: counters, state, word lists read anew. Off unless the settings have a token."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.guard.metrics import Metrics
from api.routes import json_bytes
from gongwen.errors import WenhaoError

router = APIRouter(include_in_schema=False)


def _allowed(request: Request) -> None:
    """Raises 404 where there is no token (nobody need know of these addresses), 401 for a wrong one."""
    token = request.app.state.settings.admin_token
    if not token:
        raise HTTPException(404)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise HTTPException(401)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The counters, as Prometheus reads them."""
    _allowed(request)
    found: Metrics = request.app.state.metrics
    return Response(found.written(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/admin/status")
async def status(request: Request) -> Response:
    """Engine, word lists, kept answers."""
    _allowed(request)
    state = request.app.state
    try:
        await state.reader.alive()
        engine = "available"
    except WenhaoError as error:
        engine = str(error)
    lists = state.searcher.lists.current()
    weights = await state.searcher.weights.current()
    return json_bytes(
        {
            "engine": engine,
            "index": await state.reader.version() if engine == "available" else None,
            "synonyms": len(lists.synonyms),
            "pins": len(lists.pins),
            "words": len(weights.frequencies),
            "documents_counted": weights.documents,
            "kept_answers": len(state.answers),
        }
    )


@router.post("/admin/reload")
async def reload(request: Request) -> Response:
    """Reads the word lists now and says what is wrong in them; without this they are read when a file changes."""
    _allowed(request)
    lists = request.app.state.searcher.lists
    problem = lists.reload()
    found = lists.current()
    return json_bytes({"synonyms": len(found.synonyms), "pins": len(found.pins), "problem": problem})
