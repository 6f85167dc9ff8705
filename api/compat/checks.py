"""The types of the members of a request, and the messages that Meilisearch has for wrong ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from api.compat.refusals import Refusal

_STRATEGIES = ("last", "all", "frequency")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
# What was expected instead, None when the value is right.
_Check = Callable[[Any], str | None]


def checked(body: Any, checks: Mapping[str, _Check], place: str) -> Mapping[str, Any]:
    """A JSON object whose members have the right types; raises :class:`Refusal` for the first that has not."""
    known(body, tuple(checks), place)
    checked_types(body, checks, place)
    return dict(body)


def checked_types(body: Mapping[str, Any], checks: Mapping[str, _Check], place: str) -> None:
    """Raises :class:`Refusal` for the first member of a wrong type; members of other names are passed over."""
    for name, value in body.items():
        if name not in checks:
            continue
        code = code_of(name)
        expected = checks[name](value)
        if expected:
            raise wrong(code, f"{place}.{name}", expected, value)
        if checks[name] is _strings:
            for number, one in enumerate(value or ()):
                if not isinstance(one, str):
                    raise wrong(code, f"{place}.{name}[{number}]", "a string", one)
    strategy = body.get("matchingStrategy", "last")
    if strategy not in _STRATEGIES:
        raise Refusal("invalid_search_matching_strategy", f"Unknown value `{strategy}` at `{place}.matchingStrategy`: expected one of `last`, `all`, `frequency`")  # fmt: skip
    for number, locale in enumerate(body.get("locales") or ()):
        if not _LOCALE.fullmatch(locale):
            raise Refusal("invalid_search_locales", f"Unknown value `{locale}` at `{place}.locales[{number}]`: expected a language code like `zh` or `cmn`")  # fmt: skip


def known(body: Any, names: tuple[str, ...], place: str) -> None:
    """Raises :class:`Refusal` when something is no object, or has a member of another name."""
    if not isinstance(body, dict):
        raise wrong("bad_request", place, "an object", body)
    unknown = next((name for name in body if name not in names), None)
    if unknown is not None:
        where = f" inside `{place}`" if place else ""
        listed = ", ".join(f"`{name}`" for name in names)
        raise Refusal("bad_request", f"Unknown field `{unknown[:80]}`{where}: expected one of {listed}")


def wrong(code: str, place: str, expected: str, found: Any) -> Refusal:
    """The refusal of a value of the wrong type."""
    at = f" at `{place}`" if place else ""
    shown = "null" if found is None else f"{_kind(found)}: `{json.dumps(found, ensure_ascii=False)[:200]}`"
    return Refusal(code, f"Invalid value type{at}: expected {expected}, but found {shown}")


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "a boolean"
        case int():
            return "a positive integer" if value >= 0 else "a negative integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def code_of(name: str) -> str:
    """The code of a fault in a member: ``invalid_search_crop_length`` for cropLength."""
    snake = re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)
    return _CODES.get(name, f"invalid_search_{snake}")


def kind_of(name: str) -> str:
    """What a member of a search is: string, positive integer, boolean, array, or anything."""
    return _KINDS.get(SEARCH[name], "anything")


def _string(value: Any) -> str | None:
    return None if isinstance(value, str) else "a string"


def _maybe_string(value: Any) -> str | None:
    return None if value is None else _string(value)


def _natural(value: Any) -> str | None:
    return None if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "a positive integer"


def _maybe_natural(value: Any) -> str | None:
    return None if value is None else _natural(value)


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "a boolean"


def _strings(value: Any) -> str | None:
    return None if value is None or isinstance(value, list) else "an array"


def _anything(_value: Any) -> str | None:
    return None


SEARCH: dict[str, _Check] = {
    "q": _maybe_string,
    "vector": _anything,
    "media": _anything,
    "hybrid": _anything,
    "offset": _natural,
    "limit": _natural,
    "page": _maybe_natural,
    "hitsPerPage": _maybe_natural,
    "attributesToRetrieve": _strings,
    "retrieveVectors": _boolean,
    "attributesToCrop": _strings,
    "cropLength": _natural,
    "attributesToHighlight": _strings,
    "showMatchesPosition": _boolean,
    "showRankingScore": _boolean,
    "showRankingScoreDetails": _boolean,
    "filter": _anything,
    "sort": _strings,
    "distinct": _maybe_string,
    "facets": _strings,
    "highlightPreTag": _string,
    "highlightPostTag": _string,
    "cropMarker": _string,
    "matchingStrategy": _string,
    "attributesToSearchOn": _strings,
    "rankingScoreThreshold": _anything,
    "locales": _strings,
}
FACET_SEARCH: dict[str, _Check] = {
    "facetQuery": _maybe_string,
    "facetName": _string,
    **{name: SEARCH[name] for name in ("q", "vector", "media", "hybrid", "filter", "matchingStrategy", "attributesToSearchOn", "rankingScoreThreshold", "locales")},
    "exhaustiveFacetCount": _anything,
}  # fmt: skip
_CODES = {"facetName": "invalid_facet_search_facet_name", "facetQuery": "invalid_facet_search_query", "hybrid": "invalid_search_hybrid_query"}  # fmt: skip
_KINDS: dict[_Check, str] = {_string: "string", _maybe_string: "string", _natural: "positive integer", _maybe_natural: "positive integer", _boolean: "boolean", _strings: "array"}  # fmt: skip
