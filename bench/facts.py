"""What a gold set says of a document, what we read, and how the two are counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from gongwen import dates
from gongwen.types import Document, Figure, Level

Values = dict[str, frozenset[str]]
"""Field -> its values; an empty set says that the document has none, an absent field is not scored."""

FIELDS = ("doc_number", "issuer", "province", "prefecture", "county", "year", "signed", "published", "genre", "index_number", "cites", "figures")  # fmt: skip


def of_document(document: Document) -> Values:
    """The facts read from a document, as the gold sets write them."""
    names = dict.fromkeys(("province", "prefecture", "county"), frozenset[str]())
    if document.region:
        levels = {Level.PROVINCE: "province", Level.PREFECTURE: "prefecture", Level.COUNTY: "county"}
        names |= {levels[division.level]: frozenset({division.name}) for division in document.region.value.divisions}
    return names | {
        "doc_number": one(document.doc_number and document.doc_number.value),
        "issuer": frozenset(fact.value.name for fact in document.issuers),
        "year": one(document.year and document.year.value),
        "signed": one(document.signed and document.signed.value),
        "published": one(document.published and document.published.value),
        "genre": one(document.genre.value.value if document.genre else "other"),
        "index_number": one(document.index_number and document.index_number.value),
        "cites": frozenset(str(cite.number) for cite in document.cites if cite.number),
        "figures": frozenset(map(_figure, document.figures)),
    }


def _figure(figure: Figure) -> str:
    """A figure under its last indicator: 网络申请数=12件, 总计/自然人=1; the gold sets do not write whole paths."""
    return figure_value(figure.indicator[-1], figure.party, figure.value, figure.unit)


def figure_value(indicator: str, party: str | None, value: float, unit: str | None) -> str:
    """A figure as a gold value."""
    return f"{indicator}{'/' + party if party else ''}={value:g}{unit or ''}"


def one(value: object) -> frozenset[str]:
    """A single value as a set; none and empty as the empty set."""
    return frozenset({str(value)}) if value else frozenset()


def day(text: str | None) -> frozenset[str]:
    """A date of a gold set in ISO form, whichever way it is written there."""
    found = dates.parse(text) if text else None
    return one(found)


def split(text: str, separator: str = ";；") -> frozenset[str]:
    """A list of a gold set."""
    return frozenset(part.strip() for part in re.split(f"[{separator}]", text) if part.strip())


@dataclass(slots=True)
class Score:
    """Counts of one field over a set: right, found but wrong, said by gold but not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    faulty: set[str] = field(default_factory=set)  # documents with something wrong or missed

    def add(self, document: str, gold: frozenset[str], found: frozenset[str]) -> None:
        self.right += len(gold & found)
        self.wrong += len(found - gold)
        self.missed += len(gold - found)
        if gold != found:
            self.faulty.add(document)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def count(pairs: Iterable[tuple[str, Values, Values]]) -> dict[str, Score]:
    """The scores of each field over (document, gold, found)."""
    scores: dict[str, Score] = {}
    for document, gold, found in pairs:
        for name in FIELDS:
            if name in gold:
                scores.setdefault(name, Score()).add(document, gold[name], comparable(name, gold, found))
    return scores


def comparable(name: str, gold: Values, found: Values) -> frozenset[str]:
    """What was read of a field, as far as gold speaks of it: of figures, gold names some of a report's hundreds."""
    read = found.get(name, frozenset())
    if name != "figures":
        return read
    keys = {value.partition("=")[0] for value in gold[name]}
    return frozenset(value for value in read if value.partition("=")[0] in keys)
