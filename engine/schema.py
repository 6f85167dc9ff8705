"""Field names and index settings: what writer and reader share, and nothing else. Pure.

The reasons behind the settings are in DESIGN.md, sections 2 and 7 (measured on Meilisearch 1.21.0).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

# Bump when records already stored, or answers from them, would mean something else after the change: a field renamed,
# removed or filled by another rule, another way to cut words, another setting below. A field added that old records may
# lack needs no bump. A bump makes the indexer build a new index beside the old one and swap.
SCHEMA_VERSION = 5

_VERSION_MARK = "wenhaoschemaversion"

EVERY_WORD = "ꙮꙮ"
"""A word that every document has and nobody types (see Field.EVERY)."""

PATH = " > "
"""Between the levels of a place."""

JOINER = "\u200c"
"""ZERO WIDTH NON-JOINER between words: invisible in Chinese, and a separator of the engine by default."""


class Field(StrEnum):
    """Names of the fields of a stored record; dates are integers yyyymmdd, an unknown value is an absent field."""

    ID = "id"
    TITLE = "title"
    TEXT = "text"
    DOC_NUMBER = "doc_number"
    NUMBER_KEY = "number_key"
    CITES_TEXT = "cites_text"
    CITE_KEYS = "cite_keys"
    ISSUER = "issuer"
    ISSUERS = "issuers"
    ISSUERS_BY_COUNT = "issuers_by_count"  # see TWINS
    ISSUER_TEXT = "issuer_text"
    REGION = "region"
    # "浙江省", "浙江省 > 衢州市", "浙江省 > 衢州市 > 衢江区": the form that hierarchical menus of the field's widgets read.
    REGION_LVL0 = "region.lvl0"
    REGION_LVL1 = "region.lvl1"
    REGION_LVL2 = "region.lvl2"
    # The lowest of those alone, from which the counts of all levels follow: one facet of 500 values took the engine 3 ms
    # where three took 7 (100,000 documents).
    PLACE = "place"
    PLACE_BY_COUNT = "place_by_count"  # see TWINS
    REGION_CODES = "region_codes"
    YEAR = "year"
    SIGNED = "signed"
    PUBLISHED = "published"
    # The day lists are sorted by: signed, else published, else the first day of the year.
    DAY = "day"
    GENRE = "genre"
    CATEGORY = "category"
    # What holds on the day of the last indexing: what menus count. What holds today follows from the next three and effects.
    VALIDITY = "validity"
    STATED_VALIDITY = "stated_validity"
    IN_FORCE_FROM = "in_force_from"
    EXPIRES = "expires"
    INDEX_NUMBER = "index_number"
    UNIFIED_NUMBER = "unified_number"
    OPENNESS = "openness"
    COLLECTION = "collection"
    SOURCE = "source"
    SOURCE_HASH = "source_hash"
    CONTENT_HASH = "content_hash"
    URL = "url"
    SITE = "site"
    # Files that belong to the document: name, and where its text begins and how long it is, in characters of the plain text.
    ATTACHMENTS = "attachments"
    # Kinds of personal data that were masked before the record was stored, and how many of each.
    PERSONAL = "personal"
    FACTS = "facts"
    # What an annual report says of each count that is followed through the years: series, value, span in the text; and which.
    SERIES = "series"
    SERIES_IDS = "series_ids"
    # The MinHash of the text and its length in characters; of a copy the document that stands for it, of that one its copies: id, source, url.
    SIGNATURE = "signature"
    LENGTH = "length"
    COPY_OF = "copy_of"
    COPIES = "copies"
    # Each document cited, once: kind, number, title.
    CITED = "cited"
    # Written after all documents are stored, for they depend on the others: which documents of the index are cited
    # (links: kind, id, title, number, place in `cited`), what others do to this one, who explains it; and their digest.
    LINKS = "links"
    CITED_IDS = "cited_ids"
    EFFECTS = "effects"
    EXPLAINS = "explains"
    EXPLAINED_BY = "explained_by"
    RELATIONS_HASH = "relations_hash"
    ORIGINAL = "original"
    # Holds EVERY_WORD: documents named by identifier can then stand in one federated search with queries of words, which the
    # engine refuses to compare with a query that has none.
    EVERY = "every"


# The order is the engine's `attribute` rule: a word in the title counts before one in the text.
SEARCHABLE = (Field.TITLE, Field.DOC_NUMBER, Field.ISSUER_TEXT, Field.CITES_TEXT, Field.TEXT, Field.EVERY)

# All of those are stored as words with :func:`join`; what is also a facet or a key (issuer, number_key) has a plain twin.
SEGMENTED = SEARCHABLE[:-1]

FILTERABLE = (
    Field.ID,
    Field.NUMBER_KEY,
    Field.CITE_KEYS,
    Field.ISSUER,
    Field.ISSUERS,
    Field.REGION_LVL0,
    Field.REGION_LVL1,
    Field.REGION_LVL2,
    Field.PLACE,
    Field.REGION_CODES,
    Field.YEAR,
    Field.DAY,
    Field.SIGNED,
    Field.PUBLISHED,
    Field.GENRE,
    Field.CATEGORY,
    Field.VALIDITY,
    Field.IN_FORCE_FROM,
    Field.EXPIRES,
    Field.COPY_OF,
    Field.CITED_IDS,
    Field.EXPLAINS,
    Field.EXPLAINED_BY,
    Field.INDEX_NUMBER,
    Field.UNIFIED_NUMBER,
    Field.OPENNESS,
    Field.SERIES_IDS,
    Field.COLLECTION,
    Field.SOURCE,
    Field.CONTENT_HASH,
    Field.SITE,
)

SORTABLE = (Field.DAY, Field.SIGNED, Field.PUBLISHED, Field.YEAR)

TWINS = {Field.PLACE: Field.PLACE_BY_COUNT, Field.ISSUERS: Field.ISSUERS_BY_COUNT}
"""Facets of many values and the field that holds the same again: Meilisearch counts the one in the order of the values, the
other the commonest first, and which is quicker depends on what was found (:mod:`engine.faceting`)."""

MAX_TOTAL = 100_000
"""Pages end here, and totals are exact up to here; beyond, where :attr:`Field.GENRE` is counted, for every document has one."""

MAX_FACET_VALUES = 100_000
"""More values of one facet than this are cut off, without regard to their counts: more than there are issuing bodies."""


def index_settings() -> dict[str, Any]:
    """Return the settings of our index in the engine's own words (the body of ``PATCH /indexes/{uid}/settings``)."""
    return {
        "searchableAttributes": [str(field) for field in SEARCHABLE],
        # Plain names, not the granular form: with features cut to equality, 5,000 documents took 14.8-15.4 s instead
        # of 14.6-14.9 s, so it buys nothing. Sorted, because the engine gives them back sorted.
        "filterableAttributes": sorted(str(field) for field in (*FILTERABLE, *TWINS.values())),
        "sortableAttributes": sorted(str(field) for field in SORTABLE),
        "displayedAttributes": ["*"],
        # `sort` first makes "newest first" exact instead of newest among equals; the last two are the tie-breaker.
        "rankingRules": ["sort", "words", "proximity", "attribute", "exactness", "day:desc", "id:asc"],
        "typoTolerance": {"enabled": False},
        # One non-Chinese language: the engine then cuts our text at JOINER only.
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["eng"]}],
        "proximityPrecision": "byWord",
        "pagination": {"maxTotalHits": MAX_TOTAL},
        "faceting": {
            "maxValuesPerFacet": MAX_FACET_VALUES,
            "sortFacetValuesBy": {"*": "alpha"} | {str(twin): "count" for twin in TWINS.values()},
        },
        "prefixSearch": "indexingTime",
        "facetSearch": False,
        "stopWords": [],
        # After this the engine stops ranking and answers with what it has; below `search_timeout` (5 s) on purpose.
        "searchCutoffMs": 4000,
        # The version travels with the settings, so a swap moves both together. Nothing else keeps a value of ours: a
        # record would be counted, and a second index cannot be swapped in one step with this one by a search key.
        "synonyms": {_VERSION_MARK: [str(SCHEMA_VERSION)]},
    }


def version_of(settings: dict[str, Any]) -> int | None:
    """Return the SCHEMA_VERSION that an index was built with, from its engine settings; None for a foreign index."""
    mark = (settings.get("synonyms") or {}).get(_VERSION_MARK) or []
    return int(mark[0]) if mark and str(mark[0]).isdecimal() else None


def join(words: Iterable[str]) -> str:
    """Return the stored form of a text: its words with JOINER between them (在建, 工程 -> 在建<U+200C>工程)."""
    return JOINER.join(words)


def plain(joined: str) -> str:
    """Return a stored text as people read it: the inverse of :func:`join` as to characters."""
    return joined.replace(JOINER, "")
