"""Answers that are looked up and not ranked: a number, the values of a facet, citations, places, the whole collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api import answer, standing
from api.lookup_schemas import (
    Brief,
    CitationsAnswer,
    CitedByAnswer,
    FacetAnswer,
    FacetParams,
    NumberAnswer,
    NumberIssuer,
    NumberParts,
    Place,
    PlacesAnswer,
    StatsAnswer,
)
from api.schemas import CitationItem
from api.search import Searcher, china_today
from api.standing import day
from engine.protocol import Condition, Reader, SearchPage, SearchRequest
from engine.schema import Field, plain
from gongwen import docnumber, issuer_codes
from gongwen.normalize import fold
from gongwen.types import DocNumber, IssuingBody

BRIEF = (Field.TITLE, Field.NUMBER_KEY, Field.ISSUER, Field.REGION, Field.YEAR, Field.SIGNED, Field.GENRE, *standing.NEEDED)  # fmt: skip
_MOST = 100
_LEVELS = (Field.REGION_LVL0, Field.REGION_LVL1, Field.REGION_LVL2)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Looks things up through a reader of the engine; ``today`` as in :class:`api.search.Searcher`."""

    reader: Reader
    searcher: Searcher
    today: Callable[[], date] = china_today

    async def number(self, writing: str) -> NumberAnswer:
        """What a document number says in any writing, and what the collection has of it: ``杭政办发电[2016]第06号``.

        Useful when no document has it, too: form, parts and the bodies that number so. The body is named only when the
        code or the one document leaves a single one. Raises :class:`~gongwen.errors.NotADocNumber`.
        """
        number = docnumber.parse(writing)
        own = await self._newest(Condition(Field.NUMBER_KEY, (str(number),)))
        citing = await self._newest(Condition(Field.CITE_KEYS, (str(number),)))
        known = issuer_codes.candidates(number.code, number.year)
        return NumberAnswer(
            given=writing,
            canonical=str(number),
            parts=NumberParts(code=number.code, year=number.year, serial=number.serial, form=number.form.value),
            issuer=_issuer(number, own, known),
            candidates=[_body(one) for one in known],
            documents=[Brief(**brief(hit.record, self.today())) for hit in own.hits],
            cited_by=[Brief(**brief(hit.record, self.today())) for hit in citing.hits],
            cited_by_total=citing.total,
        )

    async def facet(self, params: FacetParams) -> FacetAnswer:
        """The values of a facet among what a search finds, those whose name contains what is asked: 衢 -> 衢州市, 衢江区."""
        page = (await self.searcher.answered(params)).page
        wanted = fold(params.contains).casefold()
        values = [
            one
            for one in answer.facet(page, answer.FACET_FIELDS[params.name], most=None)
            if not wanted or wanted in fold(one.label).casefold() or wanted in fold(one.value).casefold()
        ]
        return FacetAnswer(name=params.name, total=len(values), values=values[: params.limit])

    async def citations(self, document_id: str) -> CitationsAnswer | None:
        """What a document cites; None when there is no such document."""
        record = await self.reader.get(document_id)
        if record is None:
            return None
        items = [CitationItem(**item) for item in record.get(Field.FACTS, {}).get("cites", ())]
        return CitationsAnswer(id=document_id, total=len(items), cites=standing.linked(record, items))

    async def cited_by(self, document_id: str, page: int, per_page: int) -> CitedByAnswer | None:
        """Who cites a document, newest first; None when there is no such document."""
        if await self.reader.get(document_id) is None:
            return None
        found = await self.reader.search(
            SearchRequest(
                conditions=(Condition(Field.CITED_IDS, (document_id,)),),
                sort=(f"{Field.DAY}:desc",),
                offset=(page - 1) * per_page,
                limit=per_page,
                fields=(Field.TITLE, Field.NUMBER_KEY, Field.LINKS),
            )
        )
        items = [standing.citing(hit.record, document_id) for hit in found.hits]
        return CitedByAnswer(id=document_id, total=found.total, page=page, per_page=per_page, cited_by=items)

    async def places(self) -> PlacesAnswer:
        """The tree of places that the collection has documents of, each level by count."""
        page = await self.reader.search(SearchRequest(facets=_LEVELS, limit=0))
        return PlacesAnswer(places=_tree([page.facets[level] for level in _LEVELS]))

    async def stats(self) -> StatsAnswer:
        """The collection in numbers."""
        facets = (Field.YEAR, Field.GENRE, Field.VALIDITY, Field.REGION_LVL0, Field.ISSUERS)
        whole = await self.reader.search(SearchRequest(facets=facets, limit=0))
        numberless = (Condition(Field.NUMBER_KEY, absent=True),)
        without = await self.reader.search(SearchRequest(conditions=numberless, facets=(Field.GENRE,), limit=0))
        newest, oldest = await self._ends()
        await self.searcher.weights.current()
        return StatsAnswer(
            documents=whole.total,
            with_number=whole.total - without.total,
            issuers=len(whole.facets[Field.ISSUERS]),
            newest=newest,
            oldest=oldest,
            years=answer.facet(whole, Field.YEAR, most=None),
            genres=answer.facet(whole, Field.GENRE),
            validity=answer.facet(whole, Field.VALIDITY),
            provinces=answer.facet(whole, Field.REGION_LVL0),
            words=len(self.searcher.weights.weights.frequencies),
        )

    async def _ends(self) -> tuple[date | None, date | None]:
        found = []
        for order in ("desc", "asc"):
            request = SearchRequest(
                sort=(f"{Field.DAY}:{order}",),
                limit=1,
                fields=(Field.DAY,),
            )
            hits = (await self.reader.search(request)).hits
            found.append(day(hits[0].record.get(Field.DAY)) if hits else None)
        return found[0], found[1]

    async def _newest(self, condition: Condition) -> SearchPage:
        return await self.reader.search(
            SearchRequest(conditions=(condition,), sort=(f"{Field.DAY}:desc",), limit=_MOST, fields=BRIEF)
        )


def brief(record: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What a list says of a stored document that has the fields BRIEF: the fields of :class:`~api.lookup_schemas.Brief`."""
    return {
        "id": record[Field.ID],
        "title": plain(record.get(Field.TITLE, "")),
        "url": f"/documents/{record[Field.ID]}",
        "doc_number": record.get(Field.NUMBER_KEY),
        "issuer": record.get(Field.ISSUER),
        "region": answer.region_names(record.get(Field.REGION)),
        "year": record.get(Field.YEAR),
        "signed": day(record.get(Field.SIGNED)),
        "genre": record.get(Field.GENRE, "other"),
        "validity": standing.today_is(record, today).value,
    }


def _issuer(number: DocNumber, own: SearchPage, known: tuple[IssuingBody, ...]) -> NumberIssuer | None:
    """Who gave the number: the body that its documents name, else the one that its code leaves."""
    names = {hit.record.get(Field.ISSUER) for hit in own.hits} - {None}
    if len(names) == 1:
        name = names.pop()
        return next((_body(one) for one in known if one.name == name), NumberIssuer(name=str(name)))
    body = issuer_codes.resolve(number.code, number.year)
    return _body(body) if body else None


def _body(body: IssuingBody) -> NumberIssuer:
    level = body.level.name.lower() if body.level is not None else None
    return NumberIssuer(name=body.name, level=level, region=list(body.region.names) if body.region else [])


def _tree(levels: list[dict[str, int]], above: str = "") -> list[Place]:
    if not levels:
        return []
    here = {path: count for path, count in levels[0].items() if not above or path.startswith(f"{above} > ")}
    return [
        Place(
            name=path.rpartition(" > ")[2], value=path.replace(" > ", ""), count=count, children=_tree(levels[1:], path)
        )
        for path, count in sorted(here.items(), key=lambda item: (-item[1], item[0]))
    ]
