"""The parts of an answer as the interface shows them: what was understood, hits, facets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import standing
from api.fields import Asked
from api.plan import Plan
from api.rank import Ranked
from api.schemas import GENRE_NAMES, VALIDITY_NAMES, CopyItem, FacetValue, Hit, ReadFilter, Understood
from api.snippets import Marker, to_html
from api.standing import day
from engine.protocol import Hit as Found
from engine.protocol import SearchPage
from engine.schema import PATH, Field, plain
from gongwen import order_keys

_MOST_FACET_VALUES = 100
"""Of one facet in an answer; all of them are given by the facets' own address."""
LEVEL_FIELDS = (Field.REGION_LVL0, Field.REGION_LVL1, Field.REGION_LVL2)
LEVELS: tuple[str, ...] = ("nation", "province", "prefecture", "county")


def region_names(region: dict[str, str] | None) -> list[str]:
    """``['浙江省', '衢州市']`` of a stored region."""
    return region[max(region)].split(" > ") if region else []


def level(record: Mapping[str, Any]) -> str:
    """The level of a stored document's place: that of the lowest code of GB/T 2260, whose last digits are zeros above it.

    >>> level({"region_codes": ["500000", "500112"]})
    'county'
    """
    codes = record.get(Field.REGION_CODES)
    if not codes:
        return "nation"
    lowest = str(codes[-1])
    return "province" if lowest.endswith("0000") else "prefecture" if lowest.endswith("00") else "county"


def understood(plan: Plan, asked: Asked) -> Understood:
    return Understood(
        numbers=[str(number) for number in plan.numbers],
        words=list(plan.words),
        excluded=list(plan.excluded),
        synonyms=[{"term": e.term, "also": e.other, "kind": e.kind} for e in plan.expansions],
        filters=[*asked.applied, *_offered(plan)],
    )


def _offered(plan: Plan) -> list[ReadFilter]:
    """The filters that a question says in words."""
    said = plan.question.hints
    found = [("year", str(year), str(year)) for year in said.years]
    found += [("region", place, place) for place in said.places]
    found += [("issuer", name, name) for name in said.issuers]
    found += [("genre", genre.value, GENRE_NAMES.get(genre, genre)) for genre in said.genres]
    return [ReadFilter(name=name, value=value, label=label, applied=False) for name, value, label in found]


def reason(record: dict[str, Any], plan: Plan) -> str:
    keys = {str(one) for number in plan.numbers for one in (number, *order_keys.writings(number))}
    if plan.asks_for(record.get(Field.NUMBER_KEY)):
        return "number"
    if plan.may_ask_for(record.get(Field.NUMBER_KEY)):
        return "part"
    return "cites" if keys & set(record.get(Field.CITE_KEYS, ())) else "words"


def hit(found: Found, plan: Plan, marker: Marker, today: date, ranked: Ranked | None, *, pinned: bool) -> Hit:
    record = found.record
    why = reason(record, plan)
    return Hit(
        id=found.id,
        title=plain(record.get(Field.TITLE, "")),
        title_html=to_html(marker.mark(record.get(Field.TITLE, ""))),
        snippet_html=to_html(marker.snippet(record.get(Field.TEXT, ""), record.get(Field.TITLE, ""))),
        url=f"/documents/{found.id}",
        doc_number=record.get(Field.NUMBER_KEY),
        issuer=record.get(Field.ISSUER),
        region=region_names(record.get(Field.REGION)),
        year=record.get(Field.YEAR),
        signed=day(record.get(Field.SIGNED)),
        published=day(record.get(Field.PUBLISHED)),
        genre=record.get(Field.GENRE, "other"),
        validity=standing.today_is(record, today).value,
        reason=why,
        copies=[CopyItem(**one) for one in record.get(Field.COPIES) or ()],
        pinned=pinned,
        score=round(ranked.score, 4) if ranked else found.score,
    )


FACET_FIELDS = {"region.lvl0": Field.REGION_LVL0, "region.lvl1": Field.REGION_LVL1, "region.lvl2": Field.REGION_LVL2, "year": Field.YEAR, "issuer": Field.ISSUERS, "genre": Field.GENRE, "category": Field.CATEGORY, "validity": Field.VALIDITY}  # fmt: skip


def facets(page: SearchPage) -> dict[str, list[FacetValue]]:
    """The facets of a page of results by the names of the interface."""
    return {name: facet(page, field) for name, field in FACET_FIELDS.items()}


def facet(page: SearchPage, field: Field, most: int | None = _MOST_FACET_VALUES) -> list[FacetValue]:
    """The values of a facet with their labels, the commonest first, years newest first; None: all of them."""
    counts = page.facets.get(field)
    if counts is None:
        counts = _level(page, LEVEL_FIELDS.index(field)) if field in LEVEL_FIELDS else {}
    if field is Field.YEAR:
        ordered = sorted(counts.items(), key=lambda item: -int(item[0]))
    else:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        FacetValue.model_construct(value=value, label=_label(field, value), count=count)
        for value, count in ordered[:most]
    ]


def _level(page: SearchPage, depth: int) -> dict[str, int]:
    """The counts of one level of places, from those of the lowest ones: 浙江省 > 衢州市 counts for 浙江省 too."""
    found: dict[str, int] = {}
    for place, count in page.facets.get(Field.PLACE, {}).items():
        names = place.split(PATH)
        if len(names) > depth:
            above = PATH.join(names[: depth + 1])
            found[above] = found.get(above, 0) + count
    return found


def _label(field: Field, value: str) -> str:
    if field is Field.GENRE:
        return GENRE_NAMES.get(value, value)
    if field is Field.VALIDITY:
        return VALIDITY_NAMES.get(value, value)
    return value.rsplit(" > ", 1)[-1]
