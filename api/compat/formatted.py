"""``_formatted`` and ``_matchesPosition``: a document's fields with what was found marked, long ones cut to a passage.

Words are marked where they stand as words (民政 not in 人民政府), by :class:`api.snippets.Marker`. Nothing is escaped, as
Meilisearch escapes nothing: who shows it as HTML chooses tags that survive escaping (InstantSearch does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.compat import public
from api.compat.requests import Asked
from api.snippets import Marker
from engine.schema import JOINER, plain

_CHARACTERS = 2  # of a Chinese word on average; a crop is asked for in words
_MATCHED = ("title", "text", public.DOC_NUMBER, "issuer", "issuers", public.CITES)


def selected(shown: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The named fields of a document, ``*`` all; ``region.lvl0`` is that level of the region alone."""
    if "*" in names:
        return dict(shown)
    found: dict[str, Any] = {}
    for name, value in shown.items():
        if name in names:
            found[name] = value
        elif isinstance(value, dict):
            inner = {key: one for key, one in value.items() if f"{name}.{key}" in names}
            if inner:
                found[name] = inner
    return found


def formatted(
    record: Mapping[str, Any], shown: Mapping[str, Any], asked: Asked, marker: Marker
) -> dict[str, Any] | None:
    """The fields of a document to show, marked and cut; None when neither was asked for of a field there is.

    Numbers are text here, as with Meilisearch.
    """
    crop = dict(reversed(asked.crop))
    named = [*asked.highlight, *crop]
    if not any(_is_field(name) for name in named):
        return None
    found: dict[str, Any] = {}
    for name, value in selected(shown, [*asked.retrieve, *named]).items():
        words = crop.get(name, crop.get("*"))
        marked = any(one in ("*", name) or one.startswith(f"{name}.") for one in asked.highlight)
        found[name] = _Formatter(asked, marker, words, marked=marked).value(value, name, record)
    return found


def _is_field(name: str) -> bool:
    return name == "*" or name.partition(".")[0] in public.SHOWN


class _Formatter:
    """Formats one field: ``words`` to cut it to (None: all of it), ``marked`` whether to mark it."""

    def __init__(self, asked: Asked, marker: Marker, words: int | None, *, marked: bool) -> None:
        self._asked = asked
        self._marker = marker
        self._words = words
        self._marked = marked

    def value(self, value: Any, name: str, record: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            title = str(record.get("title") or "") if name == "text" else ""
            return self._text(public.joined(record, name) or value, title)
        if isinstance(value, dict):
            return {key: self.value(one, "", record) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, "", record) for one in value]
        return str(value)

    def _text(self, joined: str, title: str) -> str:
        before = behind = ""
        begin, end = 0, len(joined)
        if self._words:
            found = self._marker.passage(joined, title, self._words * _CHARACTERS)
            begin, end = found.begin, found.end
            before, behind = (self._asked.marker if cut else "" for cut in (found.cut_before, found.cut_behind))
            spans = list(found.spans)
        else:
            spans = self._marker.spans(joined) if self._marked else []
        return f"{before}{self._tagged(joined, begin, end, spans if self._marked else [])}{behind}"

    def _tagged(self, joined: str, begin: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
        first, last = self._asked.tags
        pieces = []
        for start, stop in spans:
            pieces += [plain(joined[begin:start]), first, plain(joined[start:stop]), last]
            begin = stop
        return "".join([*pieces, plain(joined[begin:end])])


def positions(record: Mapping[str, Any], shown: Mapping[str, Any], marker: Marker) -> dict[str, list[dict[str, Any]]]:
    """Where a document has what was found: start and length in bytes of UTF-8, as Meilisearch counts; ``indices`` say
    which of a list."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in _MATCHED:
        value = shown.get(name)
        for place, text in enumerate(value if isinstance(value, list) else [value] if value else []):
            joined = text if isinstance(value, list) else public.joined(record, name) or text
            for start, length in _bytes(joined, marker.spans(joined)):
                index = {"indices": [place]} if isinstance(value, list) else {}
                found.setdefault(name, []).append({"start": start, "length": length, **index})
    return found


def _bytes(joined: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found, at, length = [], 0, 0
    for start, stop in spans:
        length += _size(joined[at:start])
        size = _size(joined[start:stop])
        found.append((length, size))
        length += size
        at = stop
    return found


def _size(joined: str) -> int:
    return len(joined.replace(JOINER, "").encode("utf-8", "replace"))
