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

from collections.abc import Iterable

from engine.parts import check_condition, parts_of
from engine.protocol import MAX_DEPTH, AllOf, AnyOf, Clause, Condition, Not, Query
from engine.schema import JOINER, Field
from gongwen.errors import InputError


def query_text(query: Query) -> str:
    """Return the engine's query string: ``Query(phrases=(("在建", "工程"),))`` -> ``"在建<U+200C>工程"`` in quotes.

    Raises :class:`InputError` as :func:`engine.parts.parts_of` does.
    """
    parts = parts_of(query)
    wanted = [_quoted(phrase) for phrase in parts.phrases]
    # A hyphen in front of a bare word would exclude it.
    wanted += [_quoted((word,)) if query.strategy == "all" else word.lstrip("-") for word in parts.words]
    if parts.prefix:
        wanted.append(parts.prefix)
    text = " ".join(["-" + _quoted(phrase) for phrase in parts.without] + wanted)
    return text if parts.prefix else text + " "


def filters(conditions: Iterable[Clause]) -> list[str]:
    """Return the engine's filter, one string a condition, all of which must hold.

    ``Condition("year", at_least=2016)`` -> ``year >= 2016``. Raises :class:`InputError` for a field that is not
    filterable (a closed list: the name stands unquoted in the filter), for a condition that says nothing, and for more
    than MAX_DEPTH conditions inside one another.
    """
    return [_clause(condition, MAX_DEPTH) for condition in conditions]


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
    check_condition(condition)
    name = condition.field
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
    return text


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return str(int(value))
    # Inside double quotes the engine knows two escapes, of the quote and of the backslash; all else is literal.
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(phrase: Iterable[str]) -> str:
    return f'"{JOINER.join(phrase)}"'
