"""Index settings on OpenSearch: what reader and writer share. Pure. A document is stored as it is given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from engine.schema import FILTERABLE, MAX_TOTAL, SCHEMA_VERSION, SEGMENTED, Field

NUMBERS = frozenset({Field.YEAR, Field.DAY, Field.SIGNED, Field.PUBLISHED, Field.IN_FORCE_FROM, Field.EXPIRES})
"""Fields whose values are numbers; all other filterable fields are strings."""

RAW = "raw"
"""The part of a string field that keeps letter case: what is counted and sorted. The field itself is what is compared."""

VECTOR = "vector"
"""The field of a passage's vector."""

_LONGEST = 8191  # characters; Lucene takes terms of at most 32,766 bytes, and a character has at most four
_MARK = "wenhao"

_ANALYSIS: dict[str, Any] = {
    "analyzer": {
        # The same words as on the other engine: cut at JOINER and spaces only, without punctuation around them. A word of
        # punctuation alone is dropped but keeps its place, so that no phrase goes over it (`spoken` drops what is empty).
        "words": {"tokenizer": "joined", "filter": ["lowercase", "cjk_width", "unspoken", "spoken"]}
    },
    "tokenizer": {"joined": {"type": "pattern", "pattern": "[\\u200c\\u3000\\s]+"}},
    "filter": {
        "unspoken": {"type": "pattern_replace", "pattern": "^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$", "replacement": ""},
        "spoken": {"type": "length", "min": 1, "max": _LONGEST},
    },
    "normalizer": {"caseless": {"type": "custom", "filter": ["lowercase"]}},
}


def documents_layout(shards: int, replicas: int) -> dict[str, Any]:
    """Return the body that makes an index of documents; its ``_meta`` says what it was made by (see :func:`version_of`)."""
    properties: dict[str, Any] = {field: {"type": "text", "analyzer": "words"} for field in SEGMENTED}
    for field in FILTERABLE:
        properties[field] = {"type": "integer"} if field in NUMBERS else _string()
    return _layout(properties, shards, replicas)


def terms_layout(replicas: int) -> dict[str, Any]:
    """Return the body that makes an index of terms: nothing is searched in it."""
    return _layout({Field.ID: _string()}, 1, replicas)


def passages_layout(dimensions: int, shards: int, replicas: int) -> dict[str, Any]:
    """Return the body that makes an index of passages: vectors, of which Lucene keeps the one copy. Needs the k-NN plugin."""
    method = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
    vector = {"type": "knn_vector", "dimension": dimensions, "method": method}
    made = _layout({Field.ID: _string(), "document": {"type": "keyword"}, VECTOR: vector}, shards, replicas)
    made["settings"]["index"]["knn"] = True
    made["mappings"]["_source"] = {"excludes": [VECTOR]}
    return made


def version_of(mappings: Mapping[str, Any], layout: Mapping[str, Any]) -> int | None:
    """Return the SCHEMA_VERSION that an index was made with; None for a foreign index.

    0 for one of ours whose mapping or analysis differs from ``layout``: neither can be changed under documents, so it must
    be built anew like one of another schema.
    """
    mark = (mappings.get("_meta") or {}).get(_MARK)
    if not isinstance(mark, dict):
        return None
    return int(mark["schema"]) if mark.get("layout") == layout["mappings"]["_meta"][_MARK]["layout"] else 0


def _string() -> dict[str, Any]:
    kept = {"type": "keyword", "index": False, "ignore_above": _LONGEST}
    return {
        "type": "keyword",
        "normalizer": "caseless",
        "doc_values": False,
        "ignore_above": _LONGEST,
        "fields": {RAW: kept},
    }


def _layout(properties: Mapping[Any, Any], shards: int, replicas: int) -> dict[str, Any]:
    named = {str(name): what for name, what in properties.items()}
    digest = hashlib.sha256(orjson.dumps([named, _ANALYSIS], option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return {
        "settings": {
            "index": {
                "number_of_shards": shards,
                # As many copies as there are other machines, up to the number wanted: one machine alone is not "yellow".
                "auto_expand_replicas": f"0-{replicas}",
                "max_result_window": MAX_TOTAL,
                # What is written becomes visible when the writer says so; this is for what one that was killed left.
                "refresh_interval": "60s",
                "codec": "best_compression",
                # A copy that could not be made is tried again until it can; after five times it would wait for somebody.
                "allocation.max_retries": 1000,
                "analysis": _ANALYSIS,
            }
        },
        "mappings": {
            "_meta": {_MARK: {"schema": SCHEMA_VERSION, "layout": digest}},
            "dynamic": False,
            "properties": named,
        },
    }


def source_filter(fields: Iterable[str]) -> list[str] | bool:
    """Return what of a document is wanted, its id in any case; all of it for ``*``."""
    names = {str(name) for name in fields}
    return True if "*" in names else sorted(names | {str(Field.ID)})
