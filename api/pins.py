"""Pins 置顶: results an editor puts first for a question, in ``synonyms/pins.tsv``.

A row is a question, a document (its id or its number in any writing), the reason, and the last day it holds:

    question	document	reason	until
    低保怎么申请	衢政办发〔2022〕37号	现行办法，旧办法常排在前	2027-12-31

A pin meets its question only as a whole, in any script, width and letter case, with or without a closing question mark.
After its last day it is ignored, so that no pin outlives the document it was made for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongwen import docnumber
from gongwen.errors import NotADocNumber, SettingsError
from gongwen.normalize import normalize
from gongwen.types import DocNumber

FILE = "pins.tsv"
_COLUMNS = ("question", "document", "reason", "until")
_ID = re.compile(r"[0-9a-f]{20}")  # indexer.records.document_id
_CLOSING = " ?!。.,;、"


@dataclass(frozen=True, slots=True)
class Pin:
    """A document put first for a question until a day (inclusive): by ``number`` or by ``document_id``, never both."""

    question: str
    number: DocNumber | None
    document_id: str | None
    reason: str
    until: date
    place: str

    @property
    def document(self) -> str:
        """The document as it was named, a number in its canonical form."""
        return str(self.number) if self.number else str(self.document_id)


class Pins:
    """Pins by question, in the order of the file; read-only."""

    def __init__(self, pins: Iterable[Pin] = ()) -> None:
        self._by_question: dict[str, list[Pin]] = {}
        for pin in pins:
            self._by_question.setdefault(key(pin.question), []).append(pin)

    def __len__(self) -> int:
        return sum(map(len, self._by_question.values()))

    def of(self, question: str, today: date) -> tuple[Pin, ...]:
        """The pins of a question that hold today."""
        return tuple(pin for pin in self._by_question.get(key(question), ()) if pin.until >= today)


def key(question: str) -> str:
    """What two writings of one question have in common.

    >>> key("低保怎麼申請？") == key(" 低保怎么申请 ")
    True
    """
    return " ".join(normalize(question).folded.split()).strip(_CLOSING).casefold()


def load(folder: Path) -> Pins:
    """The pins of a folder's ``pins.tsv``; none when there is no such file.

    Raises :class:`~gongwen.errors.SettingsError` that lists every fault with file and line.
    """
    pins, faults = read(read_file(folder))
    if faults:
        raise SettingsError("pins: " + "\n".join(faults))
    return Pins(pins)


def read_file(folder: Path) -> str:
    """The text of a folder's ``pins.tsv``, empty when there is none.

    Raises :class:`~gongwen.errors.SettingsError` when it is not UTF-8.
    """
    path = folder / FILE
    try:
        return path.read_text("utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8: {error}") from error


def read(text: str) -> tuple[list[Pin], list[str]]:
    """The pins of a table, and every fault as ``pins.tsv:line: what to do``; lines that start with # are comments.

    >>> text = "question\\tdocument\\treason\\tuntil\\n低保\\t衢政办发[2022]37号\\t现行办法\\t2027-12-31"
    >>> [pin.document for pin in read(text)[0]]
    ['衢政办发〔2022〕37号']
    """
    pins: list[Pin] = []
    faults: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    for row, (number, line) in enumerate(lines):
        place = f"{FILE}:{number}"
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))]
        if row == 0:
            if tuple(cells) != _COLUMNS:
                faults.append(f"{place}: the first line must name the columns {', '.join(_COLUMNS)}, with tabs between")
                break
            continue
        try:
            pin = _pin(cells, place)
        except ValueError as error:
            faults.append(f"{place}: {error}")
            continue
        first = seen.setdefault((key(pin.question), pin.document), place)
        if first != place:
            faults.append(f"{place}: {pin.question} has {pin.document} already in {first}; keep one of the two")
        pins.append(pin)
    return pins, faults


def _pin(cells: list[str], place: str) -> Pin:
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"{len(cells)} cells instead of {len(_COLUMNS)}: {', '.join(_COLUMNS)}")
    question, document, reason, until = cells
    if not key(question):
        raise ValueError("no question")
    if not reason:
        raise ValueError("no reason; say why this document goes first")
    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        raise ValueError(f"{until!r} is no day; write the last day the pin holds, like 2027-12-31") from error
    if _ID.fullmatch(document):
        return Pin(question, None, document, reason, day, place)
    try:
        return Pin(question, docnumber.parse(document), None, reason, day, place)
    except NotADocNumber as error:
        raise ValueError(
            f"{document!r} is neither a document number (衢政办发〔2022〕37号) nor a document's id (the 20 characters at the end of its address)"
        ) from error
