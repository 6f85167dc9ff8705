"""The engine's query and filter languages: our values in, its strings out. Pure.

What the engine does with a query string, tried on 1.21.0 with ``locales: ["eng"]``:

* ``"在建<U+200C>工程"`` is a phrase; curly and full-width quotes (“ ” ＂) open and close one too.
* A quoted single word is exact, and no strategy ever drops it: ``"工程" "财政"`` finds nothing with ``all``, ``frequency``
  and ``last`` alike when no document has both, while 工程 财政 is relaxed. So words are quoted with ``all`` only.
* The last unquoted word is a beginning (工 finds 工程), unless a space follows it.
* ``-"质量"`` excludes; alone, it finds all other documents. The engine stops reading after ten parts: an exclusion
  that comes eleventh is lost, but exclusions in front are not counted. So they come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.protocol import MAX_DEPTH, MAX_PARTS, AllOf, AnyOf, Clause, Condition, Not, Query, SearchRequest
from engine.schema import FILTERABLE, JOINER, SORTABLE, Field
from gongwen.errors import InputError

# Characters the engine may read as the quote that ends a phrase.
_QUOTES = re.compile('["＂“”„‟«»〝〞〟❝❞]')


def query_text(query: Query) -> str:
    """Return the engine's query string: ``Query(phrases=(("在建", "工程"),))`` -> ``"在建<U+200C>工程"`` in quotes.

    Words without a letter or digit are left out, for the engine would ignore them and find everything.
    Raises :class:`InputError` when nothing is left of the query, or when it has more than MAX_PARTS parts.
    """
    wanted = [part for phrase in query.phrases if (part := _quoted(phrase))]
    if query.strategy == "all":
        wanted += [part for word in query.words if (part := _quoted((word,)))]
    else:
        wanted += [part for word in query.words if (part := _bare(word))]
    prefix = _bare(query.prefix) if query.prefix is not None else ""
    if prefix:
        wanted.append(prefix)
    unwanted = ["-" + part for phrase in query.without if (part := _quoted(phrase))]
    if len(wanted) > MAX_PARTS:
        raise InputError(f"query has {len(wanted)} phrases and words, but the engine reads {MAX_PARTS}: {query}")
    asked = bool(query.phrases or query.words or query.prefix is not None)
    if not (wanted or unwanted) or (asked and not wanted):
        raise InputError(f"query has no word with a letter or digit in it: {query}")
    text = " ".join(unwanted + wanted)
    return text if prefix else text + " "


def filters(conditions: Iterable[Clause]) -> list[str]:
    """Return the engine's filter, one string a condition, all of which must hold.

    ``Condition("year", at_least=2016)`` -> ``year >= 2016``. Raises :class:`InputError` for a field that is not
    filterable (a closed list: the name stands unquoted in the filter), for a condition that says nothing, and for more
    than MAX_DEPTH conditions inside one another.
    """
    return [_clause(condition, MAX_DEPTH) for condition in conditions]


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
        if query.weight < 0:
            raise InputError(f"weight {query.weight} must not be negative: {query}")


def _clause(clause: Clause, depth: int) -> str:
    if not depth:
        raise InputError(f"a filter has at most {MAX_DEPTH} conditions inside one another")
    match clause:
        case Condition():
            return _filter(clause)
        case Not(part):
            return f"NOT ({_clause(part, depth - 1)})"
        case AllOf(parts):
            # Every document has an id.
            return " AND ".join(f"({_clause(part, depth - 1)})" for part in parts) or f"{Field.ID} EXISTS"
        case AnyOf(parts):
            return " OR ".join(f"({_clause(part, depth - 1)})" for part in parts) or f"{Field.ID} NOT EXISTS"


def _filter(condition: Condition) -> str:
    name = condition.field
    if name not in FILTERABLE:
        raise InputError(f"cannot filter by {name!r}; possible are {', '.join(FILTERABLE)}")
    parts = []
    if condition.values:
        parts.append(f"{name} IN [{', '.join(_value(value) for value in condition.values)}]")
    if condition.at_least is not None:
        parts.append(f"{name} >= {int(condition.at_least)}")
    if condition.at_most is not None:
        parts.append(f"{name} <= {int(condition.at_most)}")
    if condition.begins is not None:
        parts.append(f"{name} STARTS WITH {_value(condition.begins)}")
    text = " AND ".join(parts)
    if condition.absent:
        absent = f"{name} NOT EXISTS OR {name} IS NULL OR {name} IS EMPTY"
        text = f"({text}) OR {absent}" if text else absent
    if not text:
        raise InputError(f"condition on {name!r} has no values, no range, no beginning and does not ask for absence")
    return text


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return str(int(value))
    # Inside double quotes the engine knows two escapes, of the quote and of the backslash; all else is literal.
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(phrase: Iterable[str]) -> str:
    words = [clean for word in phrase if (clean := _clean(word))]
    return f'"{JOINER.join(words)}"' if words else ""


def _bare(word: str) -> str:
    # A hyphen in front would exclude the word.
    return _clean(word).lstrip("-")


def _clean(word: str) -> str:
    text = _QUOTES.sub(" ", word).strip()
    return text if any(character.isalnum() for character in text) else ""
