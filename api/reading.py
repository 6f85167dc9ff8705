"""A document's text for reading: paragraphs, headings and tables, with evidence and citations marked in place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from api.schemas import CitationItem, DocumentAnswer, EvidenceItem
from gongwen import tables

_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十百]+[章节编]|[一二三四五六七八九十]{1,3}、|附件\d*[:：]?)[^。]{0,40}$"
)
_DATE = re.compile(
    r"[〇○零一二三四五六七八九十0-9]{4} ?年 ?[一二三四五六七八九十0-9]{1,3} ?月 ?[一二三四五六七八九十0-9]{1,3} ?日"
)
_NUMBER = re.compile(r"^[-+]?[\d,.]+%?$")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: where it starts in the text, and its cells, each with whether it is a number."""

    start: int
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page: ``kind`` is p, h, number, sign or table; ``html`` is safe markup; ``rows`` are a table's.

    ``start`` is where it begins in the text, which makes its anchor: ``at{start}``.
    """

    kind: str
    start: int
    html: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class _Anchor:
    start: int
    end: int
    name: str
    style: str


def blocks(document: DocumentAnswer) -> list[Block]:
    """The blocks of a document's text. Evidence n in the text gets the id ``e{n}``, citation n the id ``c{n}``."""
    anchors = _anchors(document.evidence, document.cites)
    found: list[Block] = []
    table: list[Row] = []
    head = True  # lines before the text that only repeat the title, which the page shows above
    for match in re.finditer(r"[^\n]+", document.text):
        line = match[0]
        head = head and _squeezed(line) in _squeezed(document.title)
        if head and not any(match.start() <= anchor.start < match.end() for anchor in anchors):
            continue
        cells = tables.cells(line.strip())
        if cells is not None:
            table.append(Row(match.start(), tuple((cell, bool(_NUMBER.match(cell))) for cell in cells)))
            continue
        if table:
            found.append(Block("table", table[0].start, rows=tuple(table)))
            table = []
        found.append(Block(_kind(line.strip(), document), match.start(), _marked(line, match.start(), anchors)))
    if table:
        found.append(Block("table", table[0].start, rows=tuple(table)))
    return found


def marks(document: DocumentAnswer) -> frozenset[str]:
    """The ids of the marks that stand in the text: of two that overlap only the first, and none in tables."""
    anchors = _anchors(document.evidence, document.cites)
    return frozenset(anchor.name for anchor in anchors if not _in_table(document.text, anchor.start))


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _in_table(text: str, at: int) -> bool:
    start = _line_start(text, at)
    end = text.find("\n", at)
    return tables.cells(text[start : end if end >= 0 else None].strip()) is not None


def proofs(document: DocumentAnswer) -> list[str | None]:
    """The id of the mark that proves each fact, None for a fact without one; facts that rest on one sentence (施行日期,
    有效期至) share its mark. In a table it is the row.
    """
    spans = [item.span if item.where == "text" else None for item in document.evidence]
    names = [f"e{spans.index(span)}" if span else None for span in spans]
    there, text = marks(document), document.text
    rows = [f"at{_line_start(text, span[0])}" if span and _in_table(text, span[0]) else None for span in spans]
    return [name if name in there else row for name, row in zip(names, rows, strict=True)]


def outline(parts: Sequence[Block]) -> list[tuple[str, str]]:
    """The headings of a document, each with its anchor; none for a document with fewer than three."""
    found = [(f"at{part.start}", re.sub(r"<[^>]+>", "", part.html)) for part in parts if part.kind == "h"]
    return found if len(found) > 2 else []


def _kind(line: str, document: DocumentAnswer) -> str:
    """How GB/T 9704 prints a line: headings, the number centred, signature and date to the right."""
    if line == document.doc_number:
        return "number"
    if line in document.issuers or _DATE.fullmatch(line):
        return "sign"
    return "h" if _HEADING.match(line) else "p"


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _anchors(evidence: Sequence[EvidenceItem], cites: Sequence[CitationItem]) -> list[_Anchor]:
    """Where marks go, in order and disjoint; evidence first, since several facts may rest on the same words."""
    wanted = [
        _Anchor(*item.span, f"e{number}", "evidence")
        for number, item in enumerate(evidence)
        if item.where == "text" and item.span
    ]
    wanted += [_Anchor(*item.span, f"c{number}", "cite") for number, item in enumerate(cites) if item.where == "text"]
    chosen: list[_Anchor] = []
    for anchor in wanted:
        if all(anchor.end <= other.start or anchor.start >= other.end for other in chosen):
            chosen.append(anchor)
    return sorted(chosen, key=lambda anchor: anchor.start)


def _marked(line: str, offset: int, anchors: Sequence[_Anchor]) -> str:
    pieces, position = [], 0
    for anchor in anchors:
        start, end = anchor.start - offset, anchor.end - offset
        if end <= 0 or start >= len(line):
            continue
        start, end = max(start, position), min(end, len(line))
        pieces.append(escape(line[position:start]))
        name = (
            f' id="{anchor.name}"' if anchor.start >= offset else ""
        )  # what goes on from the line above is named there
        pieces.append(f'<mark{name} class="{anchor.style}">{escape(line[start:end])}</mark>')
        position = end
    return "".join([*pieces, escape(line[position:])])
