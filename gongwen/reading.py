"""A page made ready for the rules that find facts: normal text, lines, title, metadata by field, document numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from gongwen import dates, docnumber, labels, titles
from gongwen.normalize import Normal, fold, normalize
from gongwen.types import DocNumber, Evidence, Fact, NumberMention, Page, Span, Where

_ADDRESSEE = re.compile(r"^[^。]{2,200}:$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the folded text without the space round it, and its span."""

    span: Span
    folded: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What every rule reads; ``title`` is folded, ``metadata`` has (label, folded value) pairs by field.

    ``beside_title`` is the number that the page prints behind the title, and as it is written there."""

    normal: Normal
    lines: tuple[Line, ...]
    title: str
    metadata: dict[str, list[tuple[str, str]]]
    numbers: tuple[NumberMention, ...]
    beside_title: tuple[DocNumber, str] | None = None

    def quote(self, span: Span) -> str:
        """The words of the text in a span."""
        return self.normal.text[span.start : span.end]

    @property
    def head(self) -> int:
        """The number of lines before the text proper: up to the addressee line (…:) or the first paragraph."""
        for i, line in enumerate(self.lines[:30]):
            if _ADDRESSEE.match(line.folded) or (len(line.folded) > 60 and "。" in line.folded):
                return i
        return min(len(self.lines), 12)

    def in_title(self, rule: str, span: Span) -> Evidence:
        """Evidence in the title."""
        return Evidence(rule, Where.TITLE, self.title[span.start : span.end], span)

    def in_text(self, rule: str, span: Span) -> Evidence:
        """Evidence in the text."""
        return Evidence(rule, Where.TEXT, self.quote(span), span)

    def stated(self, field: str) -> Fact[str] | None:
        """A field of the metadata as it is written."""
        for label, value in self.metadata.get(field, []):
            return Fact(value, in_metadata(label, value, Span(0, len(value))))
        return None

    def stated_date(self, field: str) -> Fact[date] | None:
        """A date of the metadata."""
        for label, value in self.metadata.get(field, []):
            mentions = dates.find(value)
            if mentions:
                return Fact(mentions[0].date, in_metadata(label, value, mentions[0].span))
        return None


def in_metadata(label: str, value: str, span: Span) -> Evidence:
    """Evidence in the page's information box."""
    return Evidence(f"页面信息栏“{label}”", Where.METADATA, value, span)


def of_page(page: Page) -> Reading:
    """The reading of a page; linear, never raises."""
    normal = normalize(page.text)
    lines = []
    for match in re.finditer(r"[^\n]+", normal.folded):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            lines.append(Line(Span(start, start + len(stripped)), stripped))
    metadata: dict[str, list[tuple[str, str]]] = {}
    for label, value in page.metadata:
        field = labels.field_of(label)
        if field and value.strip():
            metadata.setdefault(field, []).append((label, fold(value).strip()))
    title = fold(page.title or "").strip() or next((value for _, value in metadata.get("title", [])), "")
    bare, numbers = titles.bare(title), docnumber.find(normal.folded)
    return Reading(normal, tuple(lines), bare, metadata, numbers, _beside(title, bare))


def _beside(title: str, bare: str) -> tuple[DocNumber, str] | None:
    """The number behind the title: …的通知(衢政发〔2019〕35号)."""
    for mention in docnumber.find(title) if len(bare) < len(title) else ():
        if mention.span.start > len(bare) - 2:
            return mention.number, title[mention.span.start : mention.span.end]
    return None
