"""The document page: facts with their evidence, the text, and the document among others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.citing import gbt7714, json_ld
from api.pages.rendering import render
from api.reading import blocks, marks, outline, proofs
from api.related import RelatedDocuments
from api.routes import site_address
from api.schemas import CitationItem, DocumentAnswer, RelatedItem
from api.search import china_today
from gongwen import cited_names
from gongwen.relations import WEIGHT
from gongwen.types import CitationKind

router = APIRouter()
_SIMILAR = 5
_DRAWN = 7
"""Documents on each side of the picture; the lists beside it have them all."""
_ROW, _BOX, _WIDTH = 46, 36, 900  # units of the picture
_SIDE = 290
_LETTERS = 17
"""Characters of a title in a box; the whole title is its tooltip."""


@dataclass(frozen=True, slots=True)
class Node:
    """A document of the picture of citations: where its box stands, and what it says."""

    id: str
    title: str
    label: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Cited documents to the left, citing ones to the right, this one between them."""

    cited: tuple[Node, ...]
    citing: tuple[Node, ...]
    height: int
    width: int = _WIDTH
    side: int = _SIDE
    box: int = _BOX


@router.get("/documents/{document_id}")
async def document_page(request: Request, document_id: str) -> Response:
    """One document: its facts with their evidence, its text, its citations, its policy's way, what is like it."""
    record: DocumentAnswer | None = await request.app.state.documents.document(document_id)
    if record is None:
        raise HTTPException(404)
    related: RelatedDocuments = request.app.state.related
    lineage, similar = await asyncio.gather(related.lineage(document_id), related.similar(document_id, _SIMILAR))
    parts = blocks(record)
    address = f"{site_address(request)}/documents/{document_id}"
    record.citation = gbt7714(record, address, china_today())
    cites = _listed(record.cites, marks(record))
    return render(
        request,
        "document.html",
        record=record,
        address=address,
        original_link=record.url if record.url and urlsplit(record.url).scheme in ("http", "https") else None,
        cites=cites,
        parts=parts,
        outline=outline(parts),
        proofs=proofs(record),
        steps=lineage.steps if lineage and len(lineage.steps) > 1 else [],
        complete=lineage is None or lineage.complete,
        similar=similar.similar if similar else [],
        picture=picture([cite for cite, _ in cites], record.cited_by),
        # In a script element only `<` could end it; JSON may write it as an escape.
        json_ld=Markup(orjson.dumps(json_ld(record, address)).decode().replace("<", "\\u003c")),  # noqa: S704
        q="",
    )


def _listed(cites: list[CitationItem], there: frozenset[str]) -> list[tuple[CitationItem, str | None]]:
    """Each cited document once, in order of first mention, with its weightiest kind and the anchor of its first mention
    among the marks that are there.
    """
    seen: dict[str, tuple[CitationItem, str | None]] = {}
    for place, cite in enumerate(cites):
        anchor = name if (name := f"c{place}") in there else None
        identity = cite.document or cite.number or cited_names.key(cite.title or "")
        first, at = seen.get(identity, (cite, anchor))
        kind = max(first.kind, cite.kind, key=lambda each: WEIGHT[CitationKind(each)])
        both = {"kind": kind, "number": first.number or cite.number, "title": first.title or cite.title}
        seen[identity] = (first.model_copy(update=both), at or anchor)
    return list(seen.values())


def picture(cites: list[CitationItem], citing: list[RelatedItem]) -> Picture | None:
    """The picture of the citations within the collection; None when there is hardly anything to draw."""
    left = [(cite.document, cite.title or cite.number or "", cite.kind) for cite in cites if cite.document]
    right = [(one.id, one.title, one.kind) for one in citing]
    if len(left) + len(right) < 2:
        return None
    left, right = left[:_DRAWN], right[:_DRAWN]
    rows = max(len(left), len(right), 2)
    return Picture(_column(left, 0, rows), _column(right, _WIDTH - _SIDE, rows), rows * _ROW)


def _column(side: list[tuple[str, str, str]], x: int, rows: int) -> tuple[Node, ...]:
    above = (rows - len(side)) * _ROW // 2
    return tuple(
        Node(
            id=document,
            title=title,
            label=title if len(title) <= _LETTERS else f"{title[: _LETTERS - 1]}…",
            kind=kind,
            x=x,
            y=above + place * _ROW + (_ROW - _BOX) // 2,
        )
        for place, (document, title, kind) in enumerate(side)
    )
