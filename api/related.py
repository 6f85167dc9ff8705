"""A document among others: the way of its policy from centre to region, its interpretations, documents that say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api import answer
from api.likeness import likeness, profile
from api.lookup import BRIEF, brief
from api.lookup_schemas import Brief, InterpretationsAnswer, LineageAnswer, LineageStep, SimilarAnswer, SimilarItem
from api.search import Searcher, china_today
from api.wanted import NO_COPIES
from engine.protocol import Condition, Query, Reader, SearchRequest
from engine.schema import Field, plain
from gongwen import cited_names
from gongwen.relations import WEIGHT
from gongwen.types import CitationKind

_HANDED_ON = (CitationKind.FORWARDS, CitationKind.IMPLEMENTS)
_MOST = 200
"""Documents of one policy's way; the central ones have thousands of followers, which nobody reads as one list."""
_SHOWN = (*BRIEF, Field.LINKS, Field.REGION_CODES)
_WORDS = 8
"""Heaviest words of a document that find candidates for likeness, alone and with the next one; words of no other are no help."""
_CANDIDATES = 60
_SAME_SUBJECT = 0.6
_EVERY_TITLE = "关于|做好|加强|开展|进一步|印发|转发|推进|工作|的?(?:通知|意见|方案|办法|规定|决定)"
_LEAST = 0.18
"""Less alike than this is mostly about something else (.15-.18: a budget and a work report; read by eye, sample corpus)."""


@dataclass(frozen=True, slots=True)
class RelatedDocuments:
    """Finds what stands in relation to a document; ``today`` as in :class:`api.search.Searcher`."""

    reader: Reader
    searcher: Searcher
    today: Callable[[], date] = china_today

    async def lineage(self, document_id: str) -> LineageAnswer | None:
        """The way of a policy: upward what the document forwards or implements, from there downward all who do so.

        Ordered by level, then by date. None when there is no such document.
        """
        found = await self._by_ids([document_id])
        if not found:
            return None
        same = await self._upward(found)
        complete = await self._downward(found, same)
        steps = [self._step(record, found) for record in found.values()]
        steps.sort(key=lambda step: (answer.LEVELS.index(step.level), step.signed or date.max, step.id))
        return LineageAnswer(id=document_id, steps=steps, complete=complete)

    async def interpretations(self, document_id: str) -> InterpretationsAnswer | None:
        """What a document explains and what explains it; None when there is no such document."""
        record = await self.reader.get(document_id)
        if record is None:
            return None
        explains = await self._by_ids(record.get(Field.EXPLAINS) or ())
        explained_by = await self._by_ids(record.get(Field.EXPLAINED_BY) or ())
        today = self.today()
        return InterpretationsAnswer(
            id=document_id,
            explains=[Brief(**brief(one, today)) for one in explains.values()],
            explained_by=[Brief(**brief(one, today)) for one in explained_by.values()],
        )

    async def similar(self, document_id: str, limit: int) -> SimilarAnswer | None:
        """The documents whose words are most like those of the given one; None when there is no such document.

        Candidates have some of its heaviest words. Its own copies are not among them.
        """
        record = await self.reader.get(document_id)
        if record is None:
            return None
        weights = await self.searcher.weights.current()
        own = profile(record, weights)
        shared = sorted((word for word in own if weights.frequencies.get(word, 2) > 1), key=lambda word: -own[word])
        if not shared:
            return SimilarAnswer(id=document_id, similar=[])
        page = await self.reader.search(
            SearchRequest(
                queries=_finding(shared),
                conditions=(NO_COPIES,),
                limit=_CANDIDATES,
                fields=(*BRIEF, Field.TEXT),
            )
        )
        itself = {document_id, record.get(Field.COPY_OF)}
        scored = [
            (likeness(own, profile(hit.record, weights)), hit.record) for hit in page.hits if hit.id not in itself
        ]
        scored.sort(key=lambda pair: -pair[0])
        return SimilarAnswer(
            id=document_id,
            similar=[
                SimilarItem(**brief(one, self.today()), similarity=round(min(score, 1.0), 3))
                for score, one in scored[:limit]
                if score >= _LEAST
            ],
        )

    async def _upward(self, found: dict[str, dict[str, Any]]) -> list[str]:
        """Adds what the documents found hand on, up to where that begins; returns those that are the same policy: what is
        forwarded, and what alone is implemented. A plan that implements five policies does not make them one.
        """
        frontier = list(found.values())
        same = list(found)
        while frontier and len(found) < _MOST:
            wanted: set[str] = set()
            for record in frontier:
                above = handed_on(record)
                wanted |= above.keys() - found.keys()
                if record[Field.ID] in same:
                    same += [one for one, kind in above.items() if kind is CitationKind.FORWARDS or len(above) == 1]
            more = await self._by_ids(sorted(wanted)[: _MOST - len(found)])
            found.update(more)
            frontier = list(more.values())
        return [one for one in dict.fromkeys(same) if one in found]

    async def _downward(self, found: dict[str, dict[str, Any]], same: list[str]) -> bool:
        """Adds who hands on these documents; False when they are too many."""
        frontier = same
        while frontier:
            page = await self.reader.search(
                SearchRequest(
                    conditions=(Condition(Field.CITED_IDS, tuple(frontier)),),
                    sort=(f"{Field.DAY}:asc",),
                    limit=_MOST,
                    fields=_SHOWN,
                )
            )
            below = {
                hit.id: hit.record
                for hit in page.hits
                if hit.id not in found and set(handed_on(hit.record)) & set(frontier)
            }
            room = _MOST - len(found)
            found.update(list(below.items())[:room])
            if len(below) > room or page.total > _MOST:
                return False
            frontier = list(below)
        return True

    async def _by_ids(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        wanted = tuple(ids)
        if not wanted:
            return {}
        page = await self.reader.search(
            SearchRequest(
                conditions=(Condition(Field.ID, wanted),), sort=(f"{Field.DAY}:asc",), limit=_MOST, fields=_SHOWN
            )
        )
        return {hit.id: hit.record for hit in page.hits}

    def _step(self, record: dict[str, Any], found: dict[str, dict[str, Any]]) -> LineageStep:
        above = {target: kind for target, kind in handed_on(record).items() if target in found}
        of = max(above, key=lambda target: WEIGHT[above[target]], default=None)
        facts = brief(record, self.today())
        return LineageStep(**facts, kind=above[of].value if of else None, of=of, level=answer.level(record))


def _finding(words: Sequence[str]) -> tuple[Query, ...]:
    alone = [(word,) for word in words[:_WORDS]]
    pairs = [(words[at], words[at + 1]) for at in range(min(_WORDS, len(words) - 1))]
    return tuple(Query(words=each) for each in (*pairs, *alone))


def handed_on(record: dict[str, Any]) -> dict[str, CitationKind]:
    """The documents that a stored document forwards or implements, each with how.

    根据《关于加强充电安全管理的通知》 in a notice 关于做好充电安全管理工作的通知 implements it, in any other it is a mere basis.
    """
    title = plain(record.get(Field.TITLE, ""))
    found = {}
    for link in record.get(Field.LINKS) or ():
        kind = CitationKind(link["kind"])
        if kind is CitationKind.BASIS and _same_subject(title, link["title"]):
            kind = CitationKind.IMPLEMENTS
        if kind in _HANDED_ON:
            found[link["id"]] = kind
    return found


def _same_subject(title: str, other: str) -> bool:
    one, two = _subject(title), _subject(other)
    return bool(one and two) and len(one & two) >= _SAME_SUBJECT * min(len(one), len(two))


def _subject(title: str) -> set[str]:
    """The pairs of characters of a title behind 关于, without brackets and what every title has."""
    bare = re.sub(_EVERY_TITLE, "", cited_names.key(cited_names.without_issuer(title)))
    return {bare[at : at + 2] for at in range(len(bare) - 1)}
