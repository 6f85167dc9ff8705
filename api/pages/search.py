"""The search page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from api import answering
from api.lookup import Lookup
from api.lookup_schemas import FacetParams
from api.pages.rendering import render
from api.routes import check_question
from api.schemas import FacetValue, SearchAnswer, SearchParams

router = APIRouter()
_LISTS = {"region", "year", "issuer", "genre", "category", "validity"}
_WITHIN = "issuer_has"  # of the page alone: which issuers the menu lists
_MOST_ISSUERS, _LONGEST_NAME = 30, 40


@dataclass(slots=True)
class RegionNode:
    """One place of the region facet, with the places inside it."""

    value: FacetValue
    children: list[RegionNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a page of results: the same search with one thing changed; paging starts again."""

    params: tuple[tuple[str, str], ...]
    path: str = "/"

    def url(self, *changes: tuple[str, str | int | None]) -> str:
        """The search with parameters replaced; None removes one."""
        names = {name for name, _ in changes} | {"page"}
        kept = [pair for pair in self.params if pair[0] not in names]
        return f"{self.path}?" + urlencode(
            [*kept, *((name, str(value)) for name, value in changes if value is not None)]
        )

    def toggled(self, name: str, value: str | int) -> str:
        """The search with one value of a filter added, or taken away when it is there."""
        pair = (name, str(value))
        kept = [other for other in self.params if other[0] != "page"]
        return f"{self.path}?" + urlencode(
            [other for other in kept if other != pair] if pair in kept else [*kept, pair]
        )

    def has(self, name: str, value: str | int) -> bool:
        return (name, str(value)) in self.params

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """What a form must carry along beside its own fields."""
        return [pair for pair in self.params if pair[0] not in names]


@router.get("/")
async def search_page(request: Request) -> Response:
    """The search page; without a question, the newest documents."""
    pairs, within = _given(request), request.query_params.get(_WITHIN, "").strip()[:_LONGEST_NAME]
    params = _asked(request, pairs)
    home = not any(name != "sort" for name, _ in pairs)
    asked = params.model_copy(update={"sort": "newest"}) if home else params
    answer: SearchAnswer = await answering.answer(request, asked)
    return render(
        request,
        "search.html",
        home=home,
        answer=answer,
        params=params,
        links=Links(tuple(pairs)),
        files=urlencode([pair for pair in pairs if pair[0] not in ("page", "per_page", "debug")]),
        regions=_tree(answer),
        years=_histogram(answer),
        issuers=await _issuers(request, asked, answer, within),
        within=within,
        q=params.q,
    )


@router.get("/embed")
async def framed_page(request: Request) -> Response:
    """The box and its results alone, for a frame in another site's page where no script may run; filters as parameters."""
    pairs = _given(request)
    params = _asked(request, pairs)
    answer = await answering.answer(request, params) if params.q else None
    return render(request, "embed.html", answer=answer, links=Links(tuple(pairs), "/embed"), q=params.q)


def _given(request: Request) -> list[tuple[str, str]]:
    """The parameters of a search in the address; what messengers and counters add to a link (from=timeline, utm_source) is none."""
    pairs = request.query_params.multi_items()
    return [(name, value) for name, value in pairs if value.strip() and name in SearchParams.model_fields]


def _asked(request: Request, pairs: list[tuple[str, str]]) -> SearchParams:
    """The parameters of a page; raises ``RequestValidationError``, which is answered with a page that names the faults,
    and :class:`~gongwen.errors.InputError`."""
    try:
        params = SearchParams(**_grouped(pairs))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    check_question(request, params.q)
    return params


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


async def _issuers(request: Request, params: SearchParams, answer: SearchAnswer, within: str) -> list[FacetValue]:
    """The issuers that the menu lists: the commonest, or those whose name contains what was typed into it."""
    if not within:
        return answer.facets["issuer"][:_MOST_ISSUERS]
    lookup: Lookup = request.app.state.lookup
    asked = FacetParams(**params.model_dump(), name="issuer", contains=within, limit=_MOST_ISSUERS)
    return (await lookup.facet(asked)).values
