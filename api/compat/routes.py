"""Meilisearch's search routes: ``/indexes/{uid}/search``, ``/indexes/{uid}/facet-search``, ``/multi-search``, ``/health``,
``/version``. Any key is taken, for searching is open; everything else is refused as to a key that may only search."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.compat import answers, requests
from api.compat.parameters import from_query
from api.compat.refusals import Refusal
from engine import binary
from gongwen.errors import WenhaoError

router = APIRouter(include_in_schema=False)
MAX_BODY = 1_000_000
"""Bytes of a request."""
_ADMINISTRATION = ("GET", "POST", "PUT", "PATCH", "DELETE")


async def _answer(work: Callable[[], Awaitable[dict[str, Any]]]) -> Response:
    """What the work returns as JSON, or the error that it raises in Meilisearch's shape."""
    try:
        return _json(await work())
    except Refusal as refusal:
        return _json(refusal.body(), refusal.status)
    except WenhaoError as error:
        if error.status < 500:
            return _json(Refusal("bad_request", str(error)).body(), 400)
        # What the engine said stays in the log.
        away = Refusal("internal", "The search engine is not available; please try again.")
        return _json(away.body(), error.status, {"Retry-After": "2"} if error.status == 503 else None)


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


async def _body(request: Request) -> Any:
    """The JSON of a request; raises :class:`Refusal` when there is none or too much of it."""
    kind = request.headers.get("content-type")
    if kind is None:
        raise Refusal("missing_content_type", "A Content-Type header is missing. Accepted values for the Content-Type header are: `application/json`")  # fmt: skip
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Refusal("invalid_content_type", f"The Content-Type `{kind[:80]}` is invalid. Accepted values for the Content-Type header are: `application/json`")  # fmt: skip
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BODY:
            raise Refusal("payload_too_large", f"The provided payload reached the size limit. The maximum accepted payload size is {MAX_BODY} bytes.")  # fmt: skip
    if not content.strip():
        raise Refusal("missing_payload", "A json payload is missing.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refusal("malformed_payload", f"The json payload provided is malformed. `{error}`.") from error


def _index(request: Request, uid: str) -> str:
    if uid != request.app.state.settings.index_name:
        raise Refusal("index_not_found", f"Index `{uid}` not found.")
    return uid


@router.post("/indexes/{uid}/search")
async def search(request: Request, uid: str) -> Response:
    async def work() -> dict[str, Any]:
        body = await _body(request)
        asked = requests.search(body, _index(request, uid), request.app.state.settings.max_question)
        return await answers.search(request.app.state.searcher, asked)

    return await _answer(work)


@router.get("/indexes/{uid}/search")
async def search_by_address(request: Request, uid: str) -> Response:
    async def work() -> dict[str, Any]:
        body = from_query(request.query_params.multi_items())
        asked = requests.search(body, _index(request, uid), request.app.state.settings.max_question)
        return await answers.search(request.app.state.searcher, asked)

    return await _answer(work)


@router.post("/indexes/{uid}/facet-search")
async def facet_search(request: Request, uid: str) -> Response:
    async def work() -> dict[str, Any]:
        body = await _body(request)
        asked = requests.facet_search(body, _index(request, uid), request.app.state.settings.max_question)
        return await answers.facet_search(request.app.state.searcher, asked)

    return await _answer(work)


@router.post("/multi-search")
async def multi_search(request: Request) -> Response:
    """All queries are read before the first is answered, so that a fault in one costs nothing."""

    async def one(place: int, uid: str, asked: requests.Asked) -> dict[str, Any]:
        try:
            return {"indexUid": uid, **await answers.search(request.app.state.searcher, asked)}
        except Refusal as refusal:
            raise refusal.inside(f".queries[{place}]") from refusal

    async def work() -> dict[str, Any]:
        longest = request.app.state.settings.max_question
        asked = []
        for place, (uid, query) in enumerate(requests.multi_search(await _body(request))):
            where = f".queries[{place}]"
            try:
                asked.append((uid, requests.search(query, _index(request, uid), longest, where)))
            except Refusal as refusal:
                raise (refusal if where in refusal.message else refusal.inside(where)) from refusal
        found = await asyncio.gather(*(one(place, *each) for place, each in enumerate(asked)))
        return {"results": found}

    return await _answer(work)


@router.get("/health")
async def health(request: Request) -> Response:
    async def work() -> dict[str, Any]:
        await request.app.state.reader.alive()
        return {"status": "available"}

    return await _answer(work)


@router.get("/version")
async def version() -> Response:
    """The version of the engine whose interface this is."""
    return _json({"commitSha": "unknown", "commitDate": "unknown", "pkgVersion": binary.VERSION})


@router.api_route("/indexes", methods=list(_ADMINISTRATION))
@router.api_route("/indexes/{rest:path}", methods=list(_ADMINISTRATION))
@router.api_route("/keys{rest:path}", methods=list(_ADMINISTRATION))
@router.api_route("/tasks{rest:path}", methods=list(_ADMINISTRATION))
@router.api_route("/stats", methods=["GET"])
@router.api_route("/swap-indexes", methods=["POST"])
@router.api_route("/dumps", methods=["POST"])
@router.api_route("/snapshots", methods=["POST"])
async def administration() -> Response:
    """Nothing can be written or administered from here."""
    return _json(Refusal("invalid_api_key", "The provided API key is invalid.").body(), 403)
