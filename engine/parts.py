"""What every engine is asked, checked: the parts of a query that can be looked up, and requests that no engine can answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from engine.protocol import MAX_PARTS, Condition, Query, SearchRequest
from engine.schema import FILTERABLE, SORTABLE
from gongwen.errors import InputError

# Characters an engine may read as the quote that ends a phrase.
_QUOTES = re.compile('["＂“”„‟«»〝〞〟❝❞]')


class Parts(NamedTuple):
    """A query without what no engine indexes: phrases, words, how a last word begins (empty: nothing), phrases not wanted."""

    phrases: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    prefix: str
    without: tuple[tuple[str, ...], ...]


def parts_of(query: Query) -> Parts:
    """Return what is left of a query: ``Query(words=("工程", "（"))`` -> words ``("工程",)``.

    Words without a letter or digit are left out, for no engine finds them; quotes inside a word become spaces.
    Raises :class:`InputError` when nothing is left of the query, or when it has more than MAX_PARTS parts.
    """
    phrases = tuple(kept for phrase in query.phrases if (kept := _cleaned(phrase)))
    words = _cleaned(query.words)
    prefix = _clean(query.prefix).lstrip("-") if query.prefix is not None else ""
    without = tuple(kept for phrase in query.without if (kept := _cleaned(phrase)))
    wanted = len(phrases) + len(words) + bool(prefix)
    if wanted > MAX_PARTS:
        raise InputError(f"query has {wanted} phrases and words, but the engine reads {MAX_PARTS}: {query}")
    asked = bool(query.phrases or query.words or query.prefix is not None)
    if not query.ids and (not (wanted or without) or (asked and not wanted)):
        raise InputError(f"query has no word with a letter or digit in it: {query}")
    return Parts(phrases, words, prefix, without)


def with_nearest(request: SearchRequest, found: Sequence[Sequence[str]]) -> SearchRequest | None:
    """Return the request with documents by name where it asks for those nearest to words: ``found`` are the ids for each
    such query. One for which there are none is left out; None when the request then asks for nothing.
    """
    if not found:
        return request
    each = iter(found)
    queries = [replace(one, nearest=(), ids=tuple(next(each))) if one.nearest else one for one in request.queries]
    kept = tuple(new for new, old in zip(queries, request.queries, strict=True) if new.ids or not old.nearest)
    return replace(request, queries=kept) if kept else None


def check_request(request: SearchRequest) -> None:
    """Raise :class:`InputError` when sort, offset, limit or weights are not what the engine can do."""
    for rule in request.sort:
        name, _, order = rule.partition(":")
        if name not in SORTABLE or order not in ("asc", "desc"):
            raise InputError(f"sort {rule!r} is not one of {', '.join(SORTABLE)} with :asc or :desc")
    for facet in request.facets:
        if facet not in FILTERABLE:
            raise InputError(f"facet {facet!r} is not one of {', '.join(FILTERABLE)}")
    if request.offset < 0 or request.limit < 0:
        raise InputError(f"offset {request.offset} and limit {request.limit} must not be negative")
    for query in request.queries:
        if query.nearest and query.most < 1:
            raise InputError(f"the nearest documents must be some, not {query.most}: {query}")
        if query.weight < 0:
            raise InputError(f"weight {query.weight} must not be negative: {query}")


def check_condition(condition: Condition) -> None:
    """Raise :class:`InputError` for a field that is not filterable (a closed list: some engines have the name unquoted in
    their filter), and for a condition that says nothing.
    """
    name = condition.field
    if name not in FILTERABLE:
        raise InputError(f"cannot filter by {name!r}; possible are {', '.join(FILTERABLE)}")
    says = (condition.values, condition.at_least is not None, condition.at_most is not None)
    if not any((*says, condition.begins is not None, condition.absent)):
        raise InputError(f"condition on {name!r} has no values, no range, no beginning and does not ask for absence")


def _cleaned(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean for word in words if (clean := _clean(word)))


def _clean(word: str) -> str:
    text = _QUOTES.sub(" ", word).strip()
    return text if any(character.isalnum() for character in text) else ""
