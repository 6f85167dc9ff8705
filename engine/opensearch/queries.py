"""Our queries and filters in OpenSearch's language. Pure.

A query finds the same documents as on the other engine. Their order is BM25: each word counts in the field where it says
most, and a document counts by the query that says most of it, times its weight (``dis_max``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from engine.opensearch.mapping import NUMBERS, RAW, source_filter
from engine.parts import check_condition, check_request, parts_of
from engine.protocol import MAX_DEPTH, AllOf, AnyOf, Clause, Condition, Not, Query, SearchRequest
from engine.schema import JOINER, MAX_TOTAL, SEGMENTED, Field
from gongwen.errors import InputError

_ALL: dict[str, Any] = {"match_all": {}}
_BY_NAME = 60.0
"""What a document asked for by name scores: four rare words of one text hardly reach it, a long phrase does."""
_NOTHING: dict[str, Any] = {"match_none": {}}
# A cluster takes 1,024 words in one search, each counted in every field in which it is sought. A document with the first of a
# phrase of so many words is the one that was meant; numbers and names of bodies are shorter.
_PHRASE, _SHORT_PHRASE = 24, 12
_NEAREST = 400  # words
_LONG = (Field.TITLE, Field.CITES_TEXT, Field.TEXT)
_MOST_VALUES = 10_000
"""Of one facet, the commonest first: all facets together may have 65,536 in one answer."""


def search_body(request: SearchRequest) -> dict[str, Any]:
    """Return the body of a search; raises :class:`InputError` for an impossible request."""
    check_request(request)
    found = [query_clause(query, name=str(at)) for at, query in enumerate(request.queries)]
    query = {"dis_max": {"queries": found}} if found else _ALL
    filtered = filters(request.conditions)
    # Pages end at MAX_TOTAL; beyond it the cluster would refuse where there is only nothing more.
    offset = min(request.offset, MAX_TOTAL)
    body: dict[str, Any] = {
        "query": {"bool": {"must": [query], "filter": filtered}} if filtered else query,
        "from": offset,
        "size": min(request.limit, MAX_TOTAL - offset),
        "sort": _sort(request, by_score=bool(found)),
        "track_scores": True,
        # Who counts facets has all of them looked at anyway.
        "track_total_hits": True if request.facets else MAX_TOTAL,
        "_source": source_filter(request.fields),
    }
    if request.facets:
        body["aggs"] = {name: {"terms": {"field": _counted(name), "size": _MOST_VALUES}} for name in request.facets}
    return body


def query_clause(query: Query, name: str = "0") -> dict[str, Any]:
    """Return one query: what must and may occur, and what must not; raises :class:`InputError` as ``parts_of`` does.

    ``name`` is given back with each document that it finds.
    """
    parts = parts_of(query)
    fields = [field for field in (query.fields or SEGMENTED) if field in SEGMENTED]
    wanted = [_phrase(phrase, fields) for phrase in parts.phrases]
    words = [_phrase((word,), fields) for word in parts.words]
    prefix = [_prefix(parts.prefix, fields)] if parts.prefix else []
    if query.ids:
        wanted, words, prefix = [_one_of(Field.ID, query.ids)], [], []
    if query.strategy == "all" or not words:
        wanted, may = wanted + words + prefix, []
    else:
        # The word that no strategy leaves out comes first: see Query.
        wanted, may = [*wanted, words[0]], words[1:] + prefix
    boost = query.weight * (_BY_NAME if query.ids else 1)
    made: dict[str, Any] = {"boost": boost, "_name": name, "must": wanted or [_ALL]}
    if may:
        made["should"] = may
    if parts.without:
        made["must_not"] = [_phrase(phrase, fields) for phrase in parts.without]
    return {"bool": made}


def nearest_body(query: Query) -> dict[str, Any]:
    """Return the search for the documents nearest to the words ``query.nearest``: each word counts in the field where it
    says most, and copies are left out."""
    may = [_phrase((word,), (Field.TITLE, Field.TEXT)) for word in list(dict.fromkeys(query.nearest))[:_NEAREST]]
    return {
        "query": {"bool": {"should": may, "must_not": [{"exists": {"field": Field.COPY_OF}}]}},
        "size": query.most,
        "sort": [{"_score": {"order": "desc"}}, {f"{Field.ID}.{RAW}": {"order": "asc"}}],
        "track_total_hits": False,
        "_source": False,
    }


def probes(request: SearchRequest) -> dict[str, dict[str, Any]]:
    """Return a search for each word that a query of the strategy ``frequency`` must have: whether it is anywhere.

    The other engine leaves out words that are nowhere, of which the one that must stay could be one.
    """
    found = {}
    for query in request.queries:
        if query.strategy == "frequency" and len(words := parts_of(query).words) > 1:
            for word in words:
                clause = _phrase((word,), [field for field in (query.fields or SEGMENTED) if field in SEGMENTED])
                found[word] = {"query": clause, "size": 0, "terminate_after": 1, "track_total_hits": 1}
    return found


def without_words(request: SearchRequest, nowhere: frozenset[str]) -> SearchRequest:
    """Return the request without these words in queries of the strategy ``frequency``; each keeps one."""

    def kept(query: Query) -> Query:
        words = tuple(word for word in query.words if word not in nowhere)
        left = query.strategy == "frequency" and (words or query.prefix)
        return replace(query, words=words) if left else query

    return replace(request, queries=tuple(map(kept, request.queries)))


def filters(conditions: Iterable[Clause]) -> list[dict[str, Any]]:
    """Return the filters, all of which must hold; raises :class:`InputError` for what cannot be asked.

    ``Condition("year", at_least=2016)`` -> ``{"range": {"year": {"gte": 2016}}}``.
    """
    return [_clause(condition, MAX_DEPTH) for condition in conditions]


def _clause(clause: Clause, depth: int) -> dict[str, Any]:
    if not depth:
        raise InputError(f"a filter has at most {MAX_DEPTH} conditions inside one another")
    match clause:
        case Condition():
            return _filter(clause)
        case Not(part):
            return {"bool": {"must_not": [_clause(part, depth - 1)]}}
        case AllOf(parts):
            return {"bool": {"filter": [_clause(part, depth - 1) for part in parts]}} if parts else _ALL
        case AnyOf(parts):
            return {"bool": {"should": [_clause(part, depth - 1) for part in parts]}} if parts else _NOTHING


def _filter(condition: Condition) -> dict[str, Any]:
    check_condition(condition)
    name = condition.field
    holds: list[dict[str, Any]] = []
    if condition.values:
        holds.append(_one_of(condition.field, condition.values))
    limits = {"gte": condition.at_least, "lte": condition.at_most}
    if given := {bound: int(value) for bound, value in limits.items() if value is not None}:
        holds.append({"range": {name: given}})
    if condition.begins is not None:
        holds.append({"prefix": {name: condition.begins.lower()}})
    found: dict[str, Any] = {"bool": {"filter": holds}}
    if not condition.absent:
        return found
    absent: list[dict[str, Any]] = [{"bool": {"must_not": [{"exists": {"field": name}}]}}]
    if condition.field not in NUMBERS:
        absent.append({"term": {name: ""}})
    return {"bool": {"should": [*absent, found] if holds else absent}}


def _one_of(field: str, values: Iterable[str | int]) -> dict[str, Any]:
    """One of these values; a word where numbers stand is none of them."""
    if field in NUMBERS:
        return {"terms": {field: [int(value) for value in values if str(value).lstrip("-").isdecimal()]}}
    return {"terms": {field: [str(value) for value in values]}}


def _phrase(words: Iterable[str], fields: Iterable[str]) -> dict[str, Any]:
    """Words that stand next to each other in one of the fields (a phrase of one word is that word)."""
    asked = list(words)
    if len(asked) > _SHORT_PHRASE:
        fields = [field for field in fields if field in _LONG] or fields
    text = JOINER.join(asked[:_PHRASE])
    return {"dis_max": {"queries": [{"match_phrase": {field: text}} for field in fields]}}


def _prefix(beginning: str, fields: Iterable[str]) -> dict[str, Any]:
    return {"dis_max": {"queries": [{"prefix": {field: beginning.lower()}} for field in fields]}}


def _counted(field: str) -> str:
    return field if field in NUMBERS else f"{field}.{RAW}"


def _sort(request: SearchRequest, *, by_score: bool) -> list[dict[str, Any]]:
    asked = [rule.partition(":")[::2] for rule in request.sort]
    rules: list[dict[str, Any]] = [{name: {"order": order, "missing": "_last"}} for name, order in asked]
    if by_score:
        rules.append({"_score": {"order": "desc"}})
    # The tie-breaker, which makes pages stable whichever copy of a shard answers.
    rules.append({Field.DAY: {"order": "desc", "missing": "_last", "unmapped_type": "integer"}})
    rules.append({f"{Field.ID}.{RAW}": {"order": "asc"}})
    return rules
