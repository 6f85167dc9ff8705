"""A search written in an address (``GET /indexes/{uid}/search?q=…``), as the JSON that means the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from api.compat.checks import SEARCH, code_of, kind_of
from api.compat.refusals import Refusal


def from_query(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The members of a request from an address's parameters; lists are written with commas.

    >>> from_query([("q", "养老"), ("limit", "3"), ("facets", "year,genre")])
    {'q': '养老', 'limit': 3, 'facets': ['year', 'genre']}

    Raises :class:`~api.compat.refusals.Refusal`. Names and meanings are checked later, with those of other requests.
    """
    found: dict[str, Any] = {}
    for name, value in items:
        if name in found:
            raise Refusal("bad_request", f"Parameter `{name[:80]}` is given twice")
        found[name] = _value(name, value) if name in SEARCH else value
    return found


def _value(name: str, value: str) -> Any:
    match kind_of(name):
        case "positive integer":
            if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
                raise _unreadable(name, value, "a positive integer")
            return int(value)
        case "boolean":
            if value not in ("true", "false"):
                raise _unreadable(name, value, "a boolean")
            return value == "true"
        case "array":
            return value.split(",") if value else []
        case _:
            return _filter(value) if name == "filter" else value


def _filter(value: str) -> Any:
    """A filter is a string, or the JSON of a list."""
    if not value.lstrip().startswith("["):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _unreadable(name: str, value: str, expected: str) -> Refusal:
    return Refusal(code_of(name), f"Invalid value in parameter `{name}`: could not parse `{value[:80]}` as {expected}")
