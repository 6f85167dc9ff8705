"""What agents ask, answered by what answers the HTTP interface: search, document, number, quotation, figures.

Nothing here knows the protocol; :mod:`api.agent_server` does.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from api.agent_schemas import (
    DocumentTold,
    FigureCell,
    FigureRow,
    FiguresTold,
    FoundDocument,
    QuoteDifference,
    QuoteTold,
    ReportFigures,
    SearchTold,
)
from api.citing import gbt7714
from api.documents import Documents
from api.feeds import passage
from api.figure_schemas import MOST_CELLS, FiguresParams
from api.figures import Figures
from api.lookup import Lookup
from api.lookup_schemas import Brief, NumberAnswer
from api.meaning import Meaning
from api.plan import Planner
from api.schemas import DocumentAnswer, Hit, SearchAnswer, SearchParams
from api.search import Searcher
from api.settings import ApiSettings
from api.term_weights import Counts, CurrentWeights
from api.word_lists import WordLists
from engine.protocol import Reader
from gongwen import quotes
from gongwen.errors import InputError
from gongwen.quotes import Verdict

_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_CITES, _CITING, _NUMBER_CITING = 50, 20, 20
_AROUND = 60  # characters before and after a quotation
_FRAGMENT = 40  # characters of a quotation that a link carries for the browser to mark


@dataclass(frozen=True, slots=True)
class Agents:
    """Answers agents; ``site`` is the address that links begin with, ``most`` the characters a question may have."""

    searcher: Searcher
    documents: Documents
    lookup: Lookup
    figures_of: Figures
    site: str
    most: int

    async def search(self, asked: dict[str, Any]) -> SearchTold:
        """What a search finds: ``asked`` are parameters of :class:`~api.schemas.SearchParams`.

        Raises pydantic's ``ValidationError`` and :class:`~gongwen.errors.InputError` for what cannot be asked.
        """
        params = SearchParams(**asked)
        if len(params.q) > self.most:
            raise InputError(f"q：最多 {self.most} 个字", f"q: at most {self.most} characters")
        found = await self.searcher.search(params)
        given = params.model_dump(mode="json", exclude_defaults=True)
        return SearchTold(
            question=params.q,
            total=found.total,
            page=found.page,
            pages=found.pages,
            notes=_notes(found),
            documents=[self._found(hit) for hit in found.hits],
            url=f"{self.site}/?{urlencode(given, doseq=True)}",
        )

    async def document(self, document: str, start: int, length: int) -> DocumentTold:
        """A document by identifier or number, ``length`` characters of its text from ``start`` on."""
        record = await self._record(document)
        page = self._page(record.id)
        end = start + length
        common = record.model_dump(include=DocumentTold.model_fields.keys() - {"text", "cites", "cited_by"})
        return DocumentTold(
            **{
                **common,
                "citation": gbt7714(record, page, self.searcher.today()),
                "url": page,
                "source_url": record.url,
                "cites": record.cites[:_CITES],
                "cites_total": len(record.cites),
                "cited_by": record.cited_by[:_CITING],
                "text": record.text[start:end],
                "start": start,
                "characters": len(record.text),
                "next_start": end if end < len(record.text) else None,
            }
        )

    async def number(self, writing: str) -> NumberAnswer:
        """What a number in any writing says and what the collection has of it; raises ``NotADocNumber``."""
        found = await self.lookup.number(writing)
        documents, citing = map(self._linked, found.documents), map(self._linked, found.cited_by[:_NUMBER_CITING])
        return found.model_copy(update={"documents": list(documents), "cited_by": list(citing)})

    async def verify_quote(self, quotation: str, document: str) -> QuoteTold:
        """Whether a sentence stands in a document: in its text, else in its title."""
        record = await self._record(document)
        where, held = "text", record.text
        verified = await asyncio.to_thread(quotes.verify, quotation, held)
        if verified.verdict is not Verdict.EXACT:
            in_title = quotes.verify(quotation, record.title)
            if in_title.verdict is Verdict.EXACT or verified.verdict is Verdict.ABSENT is not in_title.verdict:
                where, held, verified = "title", record.title, in_title
        told = {"verdict": verified.verdict.value, "document": record.id, "title": record.title, "doc_number": record.doc_number, "validity": record.validity, "url": self._page(record.id)}  # fmt: skip
        span = verified.span
        if span is None:
            return QuoteTold.model_validate(told)
        return QuoteTold.model_validate(
            {
                **told,
                "where": where,
                "span": tuple(span),
                "found": verified.found,
                "before": held[max(0, span.start - _AROUND) : span.start],
                "after": held[span.end : span.end + _AROUND],
                "occurrences": verified.occurrences,
                "edits": verified.edits,
                "differences": [
                    QuoteDifference(quoted=one.quoted, found=one.found, span=(one.span.start, one.span.end))
                    for one in verified.differences
                ],
                "url": self._place(record, span.start, verified.found) if where == "text" else told["url"],
            }
        )

    async def figures(self, asked: dict[str, Any], document: str | None) -> FiguresTold:
        """An indicator through reports, or all figures of one document, or the indicators there are when neither is given."""
        if document is not None:
            if asked:
                raise InputError(
                    f"document 不能与 {'、'.join(asked)} 同时给出：一份报告，或一项指标",
                    f"document cannot be given with {', '.join(asked)}: one report, or one indicator",
                )
            return FiguresTold(report=await self._report(await self._record(document)))
        if not asked.keys() - {"limit"}:
            return FiguresTold(indicators=(await self.figures_of.series()).series)
        # Of all reports, whatever is listed: a sum of the listed ones would look like that of the place.
        found = await self.figures_of.of(FiguresParams(**{**asked, "limit": MOST_CELLS}))
        shown = found.cells[: asked.get("limit", MOST_CELLS)]
        cells = [cell.model_copy(update={"url": f"{self.site}{cell.url}"}) for cell in shown]
        return FiguresTold(indicator=found.model_copy(update={"cells": cells}))

    async def aclose(self) -> None:
        """Close the connections to the engine."""
        await self.searcher.weights.aclose()
        if self.searcher.meaning is not None:
            await self.searcher.meaning.aclose()
        await self.searcher.reader.aclose()

    async def _report(self, record: DocumentAnswer) -> ReportFigures:
        found = await self.figures_of.document(record.id)
        rows = groupby(found.figures if found else [], key=lambda one: one.span)
        return ReportFigures(
            id=record.id,
            title=record.title,
            rows=[
                FigureRow(
                    row=record.text[slice(*span)],
                    url=f"{self._page(record.id)}#at{span[0]}",
                    cells=[FigureCell(**one.model_dump(exclude={"span"})) for one in cells],
                )
                for span, cells in rows
            ],
            contradictions=found.contradictions if found else [],
        )

    async def _record(self, document: str) -> DocumentAnswer:
        """The document with that identifier, or the one that has that number; raises ``InputError`` when there is none or several."""
        name = document.strip()
        if not _ID.fullmatch(name):
            own = (await self.lookup.number(name)).documents
            if len(own) > 1:
                listed = "、".join(one.id for one in own[:10])
                raise InputError(
                    f"文号 {name} 有 {len(own)} 件：{listed}；请用其中一件的 id",
                    f"{len(own)} documents have the number {name}: {listed}; use the id of one",
                )
            name = own[0].id if own else name
        record = await self.documents.document(name) if _ID.fullmatch(name) else None
        if record is None:
            raise InputError(
                f"没有文件 {document}；请先用 search 找到它的 id",
                f"there is no document {document}; find its id by search",
            )
        return record

    def _found(self, hit: Hit) -> FoundDocument:
        shown = hit.model_dump(include=FoundDocument.model_fields.keys() - {"url"})
        return FoundDocument(**shown, passage=passage(hit), day=hit.signed or hit.published, url=self._page(hit.id))

    def _linked(self, brief: Brief) -> Brief:
        return brief.model_copy(update={"url": self._page(brief.id)})

    def _page(self, document_id: str) -> str:
        return f"{self.site}/documents/{document_id}"

    def _place(self, record: DocumentAnswer, at: int, words: str) -> str:
        """The line of the page where words stand; browsers that know text fragments mark the words."""
        line = record.text.rfind("\n", 0, at) + 1
        fragment = quote(words.partition("\n")[0][:_FRAGMENT], safe="").replace("-", "%2D")
        return f"{self._page(record.id)}#at{line}:~:text={fragment}"


def build(
    reader: Reader, planner: Planner, settings: ApiSettings, counts: Counts | None, meaning: Meaning | None
) -> Agents:
    """The agents' answers through a reader, as :func:`api.app.create_app` builds the site's; close them at the end."""
    searcher = Searcher(
        planner, reader, WordLists(settings.synonyms_dir), weights=CurrentWeights(counts), meaning=meaning
    )
    return Agents(
        searcher,
        Documents(reader),
        Lookup(reader, searcher),
        Figures(reader),
        site=(settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/"),
        most=settings.max_question,
    )


_RELAXED = {
    "all": "没有完整的词句，以下各件含有全部词语而不相连",
    "most": "没有一件含有全部词语，以下各件缺其中一些",
    "unquoted": "没有引号中的完整词句，以下各件含有其中的词语",
    "code": "没有这个文号，以下各件只是机关代字相同或以它开头",
}


def _notes(found: SearchAnswer) -> list[str]:
    notes = [_RELAXED.get(found.relaxed, f"已放宽：{found.relaxed}")] if found.relaxed else []
    if found.partial:
        notes.append("有一部分文件暂时检索不到，以下不全，请稍后再问")
    if found.dropped:
        notes.append(f"未参与检索：{'、'.join(found.dropped)}")
    if found.corrected:
        notes.append(f"“{found.corrected.original}”什么也找不到，改为检索“{found.corrected.to}”")
    if found.did_you_mean:
        notes.append(f"可能想问“{found.did_you_mean}”；没有据此检索")
    return notes
