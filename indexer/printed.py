"""Printed lines to paragraphs: a page of PDF or OFD knows places of characters, and nothing of paragraphs.

A line goes on in the next one when it reaches the right margin and the next one begins at the left margin: paragraphs of
official documents are indented by two characters (GB/T 9704-2012, 7.3.3), titles and signatures stand away from a margin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_PAGE_NUMBER = re.compile(r"[-—－–\s]{0,6}(?:第\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?(?:\s*页)?[-—－–\s]{0,6}")
_FULL = (
    2.0  # characters by which a full line may miss the margin: punctuation is not begun with, Latin words are not cut
)
_SLACK = 0.7  # characters by which a line at the margin may stand off it
_CELL_GAP = 1.5  # characters of space from which two stretches of one line are two cells


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text in one line of a page: its edges, its baseline from the top, its size in the page's own unit."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class _Line:
    cells: tuple[str, ...]
    left: float
    right: float
    size: float

    @property
    def text(self) -> str:
        return "  ".join(self.cells)


def text_of(pages: Iterable[Sequence[Stretch]]) -> str:
    """The text of pages, one line a paragraph; rows of a table with tabs between cells; page numbers left out.

    ``pages`` hold their stretches in reading order.
    """
    lines: list[_Line] = []
    for page in pages:
        lines += _without_number(_lines(page))
    if not lines:
        return ""
    left, right = _margins(lines)
    parts = [_written(lines, 0)]
    for place, (before, line) in enumerate(pairwise(lines), 1):
        size = min(before.size, line.size)
        full = before.right >= right - _FULL * size
        goes_on = line.left <= left + _SLACK * size and abs(before.size - line.size) < 0.3 * size
        one = len(before.cells) == len(line.cells) == 1
        parts.append(("" if full and goes_on and one else "\n") + _written(lines, place))
    return "".join(parts)


def _lines(page: Sequence[Stretch]) -> list[_Line]:
    """Stretches side by side on one baseline make a line, in the order given."""
    lines: list[_Line] = []
    row: list[Stretch] = []
    for stretch in (one for one in page if one.text.strip()):
        level = row and abs(stretch.baseline - row[-1].baseline) < 0.5 * max(row[-1].size, stretch.size)
        if level and stretch.text == row[-1].text and abs(stretch.left - row[-1].left) < 0.3 * stretch.size:
            continue  # bold type made by printing twice
        if row and not (level and stretch.left > row[-1].left):
            lines.append(_line(row))
            row = []
        row.append(stretch)
    return [*lines, _line(row)] if row else lines


def _line(row: list[Stretch]) -> _Line:
    cells = [row[0].text.strip()]
    for before, stretch in pairwise(row):
        gap = stretch.left - before.right
        if gap > _CELL_GAP * stretch.size:
            cells.append(stretch.text.strip())
        else:
            latin = cells[-1][-1:].isascii() and stretch.text[:1].isascii() and gap > 0.15 * stretch.size
            cells[-1] += (" " if latin else "") + stretch.text.strip()
    return _Line(tuple(cells), row[0].left, row[-1].right, max(one.size for one in row))


def _without_number(lines: list[_Line]) -> list[_Line]:
    if lines and _PAGE_NUMBER.fullmatch(lines[-1].text):
        return lines[:-1]
    return lines[1:] if lines and _PAGE_NUMBER.fullmatch(lines[0].text) else lines


def _margins(lines: list[_Line]) -> tuple[float, float]:
    """Left and right edge of the text: reached by a twentieth of the lines, so that one that sticks out does not count."""
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    outside = len(lines) // 20
    return lefts[outside], rights[-1 - outside]


def _written(lines: list[_Line], place: int) -> str:
    """A line of several cells is a row of a table when a neighbour is one too; alone it is a heading with a gap."""
    line = lines[place]
    near = [lines[other] for other in (place - 1, place + 1) if 0 <= other < len(lines)]
    in_table = len(line.cells) > 1 and any(len(other.cells) > 1 for other in near)
    return "\t".join(line.cells) if in_table else line.text
