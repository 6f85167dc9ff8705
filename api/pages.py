"""The pages: search and document, rendered on the server, complete without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.citing import gbt7714, json_ld
from api.problems import invalid_problem
from api.reading import blocks, marks, proofs
from api.routes import site_address
from api.schemas import (
    GENRE_NAMES,
    VALIDITY_NAMES,
    CitationItem,
    DocumentAnswer,
    FacetValue,
    Problem,
    SearchAnswer,
    SearchParams,
)
from api.search import china_today
from gongwen import cited_names
from gongwen.relations import WEIGHT
from gongwen.types import CitationKind

router = APIRouter(include_in_schema=False)
_LISTS = {"region", "year", "issuer", "genre"}
_FACT_NAMES = {"doc_number": "发文字号", "issuer": "发文机关", "region": "地区", "year": "年份", "signed": "成文日期", "published": "发布日期", "genre": "文种", "category": "主题分类", "validity": "有效性", "in_force_from": "施行日期", "expires": "有效期至", "index_number": "索引号", "unified_number": "统一编号", "openness": "公开方式"}  # fmt: skip

_FILTER_NAMES = {
    "year": "年份",
    "region": "地区",
    "issuer": "机关",
    "genre": "文种",
    "doc_number": "文号",
    "title": "标题",
}
_KIND_NAMES = {"basis": "依据", "implements": "落实", "forwards": "转发印发", "amends": "修改", "repeals": "废止", "replaces": "代替", "explains": "解读", "mentions": "提及"}  # fmt: skip
_CITING_NAMES = {"basis": "以此为依据", "implements": "落实此件", "forwards": "转发此件", "amends": "修改此件", "repeals": "废止此件", "replaces": "代替此件", "explains": "解读此件", "mentions": "提及"}  # fmt: skip


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(files("api") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        genre_names=GENRE_NAMES,
        validity_names=VALIDITY_NAMES,
        fact_names=_FACT_NAMES,
        filter_names=_FILTER_NAMES,
        kind_names=_KIND_NAMES,
        citing_names=_CITING_NAMES,
    )
    return environment


def _render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    page = _templates().get_template(name).render(site_name=request.app.state.settings.site_name, **values)
    return HTMLResponse(page, status)


@dataclass(slots=True)
class RegionNode:
    """One place of the region facet, with the places inside it."""

    value: FacetValue
    children: list[RegionNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a page of results: the same search with one thing changed; paging starts again."""

    params: tuple[tuple[str, str], ...]

    def url(self, *changes: tuple[str, str | int | None]) -> str:
        """The search with parameters replaced; None removes one."""
        names = {name for name, _ in changes} | {"page"}
        kept = [pair for pair in self.params if pair[0] not in names]
        return "/?" + urlencode([*kept, *((name, str(value)) for name, value in changes if value is not None)])

    def toggled(self, name: str, value: str | int) -> str:
        """The search with one value of a filter added, or taken away when it is there."""
        pair = (name, str(value))
        kept = [other for other in self.params if other[0] != "page"]
        return "/?" + urlencode([other for other in kept if other != pair] if pair in kept else [*kept, pair])

    def has(self, name: str, value: str | int) -> bool:
        return (name, str(value)) in self.params

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """What a form must carry along beside its own fields."""
        return [pair for pair in self.params if pair[0] not in names]


@router.get("/")
async def search_page(request: Request) -> Response:
    """The search page; without a question, the newest documents."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if value.strip()]
    links = Links(tuple(pairs))
    try:
        params = SearchParams(**_grouped(pairs))
        limit = request.app.state.settings.max_question
        if len(params.q) > limit:
            problem = Problem(title="参数有误", status=422, detail=f"问题最多 {limit} 个字")
            return _render(request, "error.html", 422, problem=problem, q="")
    except ValidationError as error:
        return _render(request, "error.html", 422, problem=invalid_problem(error.errors()), q=dict(pairs).get("q", ""))
    home = not any(name != "sort" for name, _ in pairs)
    asked = params.model_copy(update={"sort": "newest"}) if home else params
    answer: SearchAnswer = await request.app.state.searcher.search(asked)
    return _render(
        request,
        "search.html",
        home=home,
        answer=answer,
        params=params,
        links=links,
        files=urlencode([pair for pair in pairs if pair[0] not in ("page", "per_page", "debug")]),
        regions=_tree(answer),
        years=_histogram(answer),
        q=params.q,
    )


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    grouped: dict[str, Any] = {}
    for name, value in pairs:
        if name in _LISTS:
            grouped.setdefault(name, []).append(value)
        else:
            grouped[name] = value
    return grouped


def _tree(answer: SearchAnswer) -> list[RegionNode]:
    """The three levels of the region facet as one tree."""
    nodes: dict[str, RegionNode] = {}
    for level in ("region.lvl0", "region.lvl1", "region.lvl2"):
        for value in answer.facets[level]:
            node = nodes[value.value] = RegionNode(value)
            parent = nodes.get(value.value.rpartition(" > ")[0])
            if parent:
                parent.children.append(node)
    return [node for path, node in nodes.items() if " > " not in path]


def _histogram(answer: SearchAnswer) -> list[tuple[FacetValue, int]]:
    """Years with the height of their bar in percent."""
    values = answer.facets["year"]
    most = max((value.count for value in values), default=1)
    return [(value, round(100 * value.count / most)) for value in values]


@router.get("/documents/{document_id}")
async def document_page(request: Request, document_id: str) -> Response:
    """One document: its facts with their evidence, its text, its citations."""
    record: DocumentAnswer | None = await request.app.state.searcher.document(document_id)
    if record is None:
        raise HTTPException(404)
    parts = blocks(record)
    address = f"{site_address(request)}/documents/{document_id}"
    record.citation = gbt7714(record, address, china_today())
    return _render(
        request,
        "document.html",
        record=record,
        cites=_listed(record.cites, marks(record)),
        parts=parts,
        proofs=proofs(record),
        # In a script element only `<` could end it; JSON may write it as an escape.
        json_ld=Markup(orjson.dumps(json_ld(record, address)).decode().replace("<", "\\u003c")),  # noqa: S704
        q="",
    )


def _listed(cites: list[CitationItem], there: frozenset[str]) -> list[tuple[CitationItem, str | None]]:
    """Each cited document once, in order of first mention, with its weightiest kind and the anchor of its first mention
    among the marks that are there.
    """
    seen: dict[str, tuple[CitationItem, str | None]] = {}
    for place, cite in enumerate(cites):
        anchor = name if (name := f"c{place}") in there else None
        identity = cite.document or cite.number or cited_names.key(cite.title or "")
        first, at = seen.get(identity, (cite, anchor))
        kind = max(first.kind, cite.kind, key=lambda each: WEIGHT[CitationKind(each)])
        both = {"kind": kind, "number": first.number or cite.number, "title": first.title or cite.title}
        seen[identity] = (first.model_copy(update=both), at or anchor)
    return list(seen.values())


def error_page(request: Request, problem: Problem) -> Response:
    """A problem as a page for readers, as a problem document for programs."""
    path = request.url.path
    if path.startswith(("/api/", "/healthz", "/readyz")):
        headers = {"Retry-After": "2"} if problem.status == 503 else None
        return JSONResponse(
            problem.model_dump(), problem.status, media_type="application/problem+json", headers=headers
        )
    return _render(request, "error.html", problem.status, problem=problem, q=request.query_params.get("q", ""))
