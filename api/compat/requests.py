"""What is asked of the search routes: JSON checked as Meilisearch checks it, every fault by its code and place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.compat import filters, public
from api.compat.checks import FACET_SEARCH, SEARCH, checked, checked_types, known, wrong
from api.compat.refusals import Refusal, unsupported
from engine.protocol import Clause
from engine.schema import MAX_TOTAL, Field

MAX_HITS = 1000
"""Documents of one answer; Meilisearch's own default for all that can be paged to."""
MAX_QUERIES = 50
"""Queries of one multi-search; a page of InstantSearch sends one for each refined facet and one more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query. ``page`` None: ``offset`` and ``limit`` were asked for. Names of fields are public ones, ``*`` all.

    ``asked_offset`` and ``asked_limit`` are as they were given, the others what there is of that stretch.
    """

    index: str
    q: str
    filter: tuple[Clause, ...]
    facets: tuple[str, ...] | None
    sort: tuple[str, ...]
    offset: int
    limit: int
    asked_offset: int
    asked_limit: int
    page: int | None
    retrieve: tuple[str, ...]
    highlight: tuple[str, ...]
    crop: tuple[tuple[str, int], ...]
    tags: tuple[str, str]
    marker: str
    positions: bool
    score: bool
    search_on: tuple[Field, ...] | None
    strict: bool


@dataclass(frozen=True, slots=True)
class FacetAsked:
    """A search among the values of one facet of what ``query`` finds."""

    query: Asked
    facet: str
    text: str


def search(body: Any, index: str, max_question: int, place: str = "") -> Asked:
    """One query of a search; ``place`` is where it stands among several (``.queries[0]``).

    Raises :class:`~api.compat.refusals.Refusal`.
    """
    given = checked(body, SEARCH, place)
    _refuse_unsupported(given)
    return _asked(given, index, max_question)


def multi_search(body: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The queries of a multi-search, each with its index."""
    known(body, ("queries", "federation"), "")
    if "queries" not in body:
        raise Refusal("bad_request", "Missing field `queries`")
    queries = body["queries"]
    if not isinstance(queries, list):
        raise wrong("bad_request", ".queries", "an array", queries)
    if body.get("federation") is not None:
        raise unsupported("Federated search")
    if len(queries) > MAX_QUERIES:
        raise Refusal("invalid_multi_search_queries", f"At most {MAX_QUERIES} queries may be sent at once, not {len(queries)}.")  # fmt: skip
    found: list[tuple[str, Mapping[str, Any]]] = []
    for number, query in enumerate(queries):
        place = f".queries[{number}]"
        if not isinstance(query, dict):
            raise wrong("bad_request", place, "an object", query)
        if "indexUid" not in query:
            raise Refusal("missing_index_uid", f"Missing field `indexUid` inside `{place}`")
        uid = query["indexUid"]
        if not isinstance(uid, str):
            raise wrong("invalid_index_uid", f"{place}.indexUid", "a string", uid)
        if query.get("federationOptions") is not None:
            raise unsupported("Federated search")
        rest = {name: value for name, value in query.items() if name not in ("indexUid", "federationOptions")}
        found.append((uid, rest))
    return found


def facet_search(body: Any, index: str, max_question: int) -> FacetAsked:
    """A search among the values of a facet. What else a search may have is passed over, as by Meilisearch: clients send
    the whole search beside the facet."""
    if not isinstance(body, dict):
        raise wrong("bad_request", "", "an object", body)
    checked_types(body, FACET_SEARCH, "")
    given = {name: value for name, value in body.items() if name in FACET_SEARCH}
    if "facetName" not in given:
        raise Refusal("missing_facet_search_facet_name", "Missing field `facetName`")
    facet = given["facetName"]
    if facet not in public.FILTERABLE:
        names = ", ".join(f"`{name}`" for name in sorted(public.FILTERABLE))
        raise Refusal("invalid_facet_search_facet_name", f"Attribute `{facet}` is not facet-searchable. Available facet-searchable attributes patterns are: {names}.")  # fmt: skip
    _refuse_unsupported(given)
    query = _asked({"q": given.get("q"), "filter": given.get("filter"), "limit": 0, **_some(given, "matchingStrategy", "attributesToSearchOn")}, index, max_question)  # fmt: skip
    return FacetAsked(query, facet, given.get("facetQuery") or "")


def _some(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _asked(given: Mapping[str, Any], index: str, max_question: int) -> Asked:
    q = given.get("q") or ""
    if len(q) > max_question:
        raise Refusal("invalid_search_q", f"Invalid value at `.q`: at most {max_question} characters, not {len(q)}.")
    page = None
    if given.get("page") is not None or given.get("hitsPerPage") is not None:
        page = given["page"] if given.get("page") is not None else 1
    limit_name = "limit" if page is None else "hitsPerPage"
    limit = given[limit_name] if given.get(limit_name) is not None else 20
    if limit > MAX_HITS:
        code = "invalid_search_limit" if page is None else "invalid_search_hits_per_page"
        raise Refusal(code, f"Invalid value at `.{limit_name}`: at most {MAX_HITS} documents at once, not {limit}.")
    offset = given.get("offset", 0) if page is None else max(0, page - 1) * limit
    # Pages end at MAX_TOTAL; what lies behind is empty, as it is behind Meilisearch's `maxTotalHits`.
    length = 0 if page == 0 else max(0, min(limit, MAX_TOTAL - offset))
    return Asked(
        index=index,
        q=q,
        filter=filters.read(given.get("filter"), index),
        facets=_facets(given.get("facets")),
        sort=tuple(_sort(rule, index) for rule in given.get("sort") or ()),
        offset=min(offset, MAX_TOTAL),
        limit=length,
        asked_offset=min(offset, MAX_TOTAL),
        asked_limit=limit,
        page=page,
        retrieve=tuple(given["attributesToRetrieve"] if given.get("attributesToRetrieve") is not None else ["*"]),
        highlight=tuple(given.get("attributesToHighlight") or ()),
        crop=tuple(_crop(name, given.get("cropLength", 10)) for name in given.get("attributesToCrop") or ()),
        tags=(given.get("highlightPreTag", "<em>"), given.get("highlightPostTag", "</em>")),
        marker=given.get("cropMarker", "…"),
        positions=given.get("showMatchesPosition", False),
        score=given.get("showRankingScore", False),
        search_on=_searched(given.get("attributesToSearchOn"), index),
        strict=given.get("matchingStrategy") == "all",
    )


def _facets(given: list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    for name in given:
        if name != "*" and name not in public.FILTERABLE:
            raise Refusal("invalid_search_facets", f"Invalid facet distribution: Attribute `{name}` is not filterable. Available filterable attributes patterns are: `{', '.join(sorted(public.FILTERABLE))}`.")  # fmt: skip
    return tuple(sorted(public.FILTERABLE)) if "*" in given else tuple(sorted(set(given)))


def _sort(rule: str, index: str) -> str:
    name, colon, order = rule.rpartition(":")
    if not colon or order not in ("asc", "desc"):
        raise Refusal("invalid_search_sort", f"Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`, found `{rule}`.")  # fmt: skip
    if name not in public.SORTABLE:
        known = ", ".join(sorted(public.SORTABLE))
        shown = "_geo" if name.startswith("_geoPoint(") else name
        raise Refusal("invalid_search_sort", f"Index `{index}`: Attribute `{shown}` is not sortable. Available sortable attributes are: `{known}`.")  # fmt: skip
    return f"{public.SORTABLE[name]}:{order}"


def _crop(given: str, length: int) -> tuple[str, int]:
    """``text:30`` -> the field and 30 words; as Meilisearch does, an unreadable number means the usual length."""
    name, _, own = given.partition(":")
    return name, int(own) if re.fullmatch(r"\d{1,6}", own) else length


def _searched(given: list[str] | None, index: str) -> tuple[Field, ...] | None:
    for name in given or ():
        if name != "*" and name not in public.SEARCHABLE:
            raise Refusal("invalid_search_attributes_to_search_on", f"Index `{index}`: Attribute `{name}` is not searchable. Available searchable attributes are: `{', '.join(sorted(public.SEARCHABLE))}`.")  # fmt: skip
    if given is None or "*" in given:
        return None
    return tuple(dict.fromkeys(public.SEARCHABLE[name] for name in given))


def _refuse_unsupported(given: Mapping[str, Any]) -> None:
    """Meilisearch would do these; without them the answer would be another one than was asked for."""
    hybrid = given.get("hybrid")
    if hybrid is None and (given.get("vector") is not None or given.get("media") is not None):
        raise Refusal("missing_search_hybrid", "Invalid request: missing `hybrid` parameter when `vector` or `media` are present.")  # fmt: skip
    if hybrid is not None:
        name = hybrid.get("embedder") if isinstance(hybrid, dict) else None
        if not isinstance(name, str):
            raise Refusal("invalid_search_hybrid_query", "Missing field `embedder` inside `.hybrid`")
        raise Refusal("invalid_search_embedder", f"Cannot find embedder with name `{name}`.")
    threshold = given.get("rankingScoreThreshold")
    if threshold is not None and not (isinstance(threshold, int | float) and 0 <= threshold <= 1):
        raise Refusal("invalid_search_ranking_score_threshold", "Invalid value at `.rankingScoreThreshold`: the value of `rankingScoreThreshold` is invalid, expected a float between `0.0` and `1.0`.")  # fmt: skip
    distinct = given.get("distinct")
    if distinct is not None and distinct not in public.FILTERABLE:
        raise Refusal("invalid_search_distinct", f"Attribute `{distinct}` is not filterable and thus, cannot be used as distinct attribute. Available filterable attributes patterns are: `{', '.join(sorted(public.FILTERABLE))}`.")  # fmt: skip
    for name in ("distinct", "rankingScoreThreshold", "retrieveVectors", "showRankingScoreDetails"):
        if given.get(name) not in (None, False):
            raise unsupported(f"`{name}`")
