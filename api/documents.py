"""One document of the collection, as the interface shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from api import answer, standing
from api.schemas import CitationItem, DocumentAnswer, EvidenceItem
from api.search import china_today
from api.standing import day
from engine.protocol import Condition, Reader, SearchPage, SearchRequest
from engine.schema import Field, plain

_MOST_CITING = 100  # of the documents that cite one, as many are listed
_CITING = (Field.TITLE, Field.NUMBER_KEY, Field.LINKS)


@dataclass(frozen=True, slots=True)
class Documents:
    """Reads documents through a reader of the engine; ``today`` is asked for the day by which validity is told."""

    reader: Reader
    today: Callable[[], date] = china_today

    async def document(self, document_id: str) -> DocumentAnswer | None:
        """A document, its texts as people read them; None when there is none with that id.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        record = await self.reader.get(document_id)
        if record is None:
            return None
        today = self.today()
        facts = record.get(Field.FACTS, {})
        cited_by = await self._citing(document_id)
        shown = {
            "title": plain(record.get(Field.TITLE, "")),
            "text": plain(record.get(Field.TEXT, "")),
            "doc_number": record.get(Field.NUMBER_KEY),
            "signed": day(record.get(Field.SIGNED)),
            "published": day(record.get(Field.PUBLISHED)),
            "region": answer.region_names(record.get(Field.REGION)),
            "validity": standing.today_is(record, today).value,
            "in_force_from": day(record.get(Field.IN_FORCE_FROM)),
            "expires": day(record.get(Field.EXPIRES)),
            "evidence": standing.proven(record, [EvidenceItem(**item) for item in facts.get("evidence", ())], today),
            "cites": standing.linked(record, [CitationItem(**item) for item in facts.get("cites", ())]),
            "effects": [{**item, "day": day(item.get("day"))} for item in record.get(Field.EFFECTS) or ()],
            "cited_by": [standing.citing(hit.record, document_id) for hit in cited_by.hits],
            "cited_by_total": cited_by.total,
        }
        return DocumentAnswer(**{**record, **shown})

    async def _citing(self, document_id: str) -> SearchPage:
        """The documents that cite one, newest first."""
        return await self.reader.search(
            SearchRequest(
                conditions=(Condition(Field.CITED_IDS, (document_id,)),),
                sort=(f"{Field.DAY}:desc",),
                limit=_MOST_CITING,
                fields=_CITING,
            )
        )
