"""Feeds, files and what other programs look for at fixed addresses: OpenSearch description, sitemap."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote
from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from api import exports, feeds
from api.exports import Records
from api.routes import FAULTS, check_question, site_address
from api.schemas import SearchAnswer, SearchParams
from api.search import Searcher, china_today
from api.walking import Walker
from engine.protocol import Condition, SearchRequest
from engine.schema import Field

router = APIRouter()
_FEED = 50  # entries
_SITEMAP = 50_000  # addresses of one file, sitemaps.org
_ATOM, _FEED_JSON = "application/atom+xml", "application/feed+json"
_KINDS = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "jsonl": (exports.as_json_lines, "application/jsonl"),
    "xlsx": (exports.as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@router.get(
    "/api/v1/feed.atom",
    response_class=Response,
    responses={200: {"content": {_ATOM: {}}}, **FAULTS},
    summary="检索结果的 Atom 订阅",
    tags=["feeds"],
)
async def atom(request: Request, params: Annotated[SearchParams, Query()]) -> Response:
    """任何检索的最新五十件，可在阅读器中订阅。"""
    check_question(request, params.q)
    found = await _newest(request, params)
    site, name = site_address(request), request.app.state.settings.site_name
    return Response(feeds.atom(found, site, name, _own(request)), media_type=_ATOM)


@router.get(
    "/api/v1/feed.json",
    response_class=Response,
    responses={200: {"content": {_FEED_JSON: {}}}, **FAULTS},
    summary="检索结果的 JSON Feed 订阅",
    tags=["feeds"],
)
async def feed(request: Request, params: Annotated[SearchParams, Query()]) -> Response:
    """同上，JSON Feed 1.1。"""
    check_question(request, params.q)
    found = await _newest(request, params)
    site, name = site_address(request), request.app.state.settings.site_name
    return Response(orjson.dumps(feeds.json_feed(found, site, name, _own(request))), media_type=_FEED_JSON)


async def _newest(request: Request, params: SearchParams) -> SearchAnswer:
    searcher: Searcher = request.app.state.searcher
    return await searcher.search(params.model_copy(update={"sort": "newest", "page": 1, "per_page": _FEED}))


def _own(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{site_address(request)}{request.url.path}{query}"


_EXPORTED: dict[str, Any] = {"content": {media_type: {} for _, media_type in _KINDS.values()}}


@router.get(
    "/api/v1/export.{kind}",
    response_class=Response,
    responses={200: _EXPORTED, **FAULTS},
    summary="导出检索结果",
    tags=["feeds"],
)
async def export(
    request: Request,
    kind: Annotated[Literal["csv", "jsonl", "xlsx"], Path(examples=["csv"])],
    params: Annotated[SearchParams, Query()],
) -> Response:
    """任何检索的全部结果，至多到设定的件数（默认一万）；边查边发。"""
    check_question(request, params.q)
    writer, media_type = _KINDS[kind]
    walker: Walker = request.app.state.walker
    records = walker.walk(params, exports.FIELDS, request.app.state.settings.export_limit)
    first: list[dict[str, Any]] = await anext(records, [])  # an engine that is away is an error and not half a file

    async def all_of_them() -> Records:
        yield first
        async for page in records:
            yield page

    body = writer(all_of_them(), site_address(request), china_today())
    name = quote(f"检索结果.{kind}")
    headers = {"Content-Disposition": f"attachment; filename=\"wenhao.{kind}\"; filename*=UTF-8''{name}"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


@router.get("/opensearch.xml", include_in_schema=False)
async def opensearch(request: Request) -> Response:
    """The description by which a browser offers this site as a search engine."""
    site, name = escape(site_address(request)), escape(request.app.state.settings.site_name)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{name[:16]}</ShortName>
<Description>{name}：按文号、标题、关键词检索公文</Description>
<InputEncoding>UTF-8</InputEncoding>
<Language>zh-CN</Language>
<Url type="text/html" template="{site}/?q={{searchTerms}}&amp;page={{startPage?}}"/>
<Url type="application/atom+xml" template="{site}/api/v1/feed.atom?q={{searchTerms}}"/>
</OpenSearchDescription>
"""
    return Response(text, media_type="application/opensearchdescription+xml")


@router.get("/sitemap.xml", include_in_schema=False)
async def sitemap_index(request: Request) -> Response:
    """The sitemaps of this site, one a year."""
    page = await request.app.state.reader.search(SearchRequest(facets=(Field.YEAR,), limit=0))
    names = [*sorted(page.facets[Field.YEAR], reverse=True), "none"]
    lines = "".join(
        f"<sitemap><loc>{escape(site_address(request))}/sitemap-{name}.xml</loc></sitemap>" for name in names
    )
    return _xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>')


@router.get("/sitemap-{year}.xml", include_in_schema=False)
async def sitemap(request: Request, year: Annotated[str, Path(pattern=r"^(\d{4}|none)$")]) -> Response:
    """The documents of a year, or those without one."""
    condition = Condition(Field.YEAR, absent=True) if year == "none" else Condition(Field.YEAR, (int(year),))
    found = await request.app.state.reader.search(
        SearchRequest(conditions=(condition,), sort=(f"{Field.DAY}:desc",), limit=_SITEMAP, fields=(Field.ID,))
    )
    if not found.hits and year != "none":
        raise HTTPException(404)
    site = escape(site_address(request))
    lines = "".join(f"<url><loc>{site}/documents/{hit.id}</loc></url>" for hit in found.hits)
    return _xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>')


def _xml(body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', media_type="application/xml")
