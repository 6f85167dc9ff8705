"""Quotations 引文核对: whether a sentence stands in a text, as quoted, nearly so, or not at all.

Both pass through the one normaliser, so traditional script, full-width forms and kinds of brackets are no difference;
nor are spaces, line ends and the bars of table rows, except that figures stay apart (``| 6 | 136 |`` is not 6136).

*Near* is the place with the fewest edits (a character more, less or other), at most one in EDIT_EVERY characters of the
quotation. What differs is listed, because a quotation that is near may still say something else: 30日 for 60日.

The place is found in two steps: of a quotation cut into one piece more than edits are allowed, one piece must stand in the
text unchanged (Wu and Manber 1992), which ``str.find`` looks for; around those the edits are counted by bits (Myers 1999,
as Hyyrö 2003 writes it). None of the libraries that we depend on gives the place of a near match in a long text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice, pairwise

from gongwen.errors import InputError
from gongwen.normalize import normalize
from gongwen.types import Span

LONGEST = 500
"""Characters of a quotation; more is no sentence. The worst of 500 in a text of a million takes two seconds."""

EDIT_EVERY = 5
"""One edit in so many characters is allowed. Of 494 sentences of the sample corpus 43 stand word for word in another document,
5 are near one there: the same formula with another date, year or number. With one in four, 9 are."""

_MOST_COUNTED = 1000
_GAP = re.compile(r"[\s|]+")


class Verdict(StrEnum):
    """How a quotation stands in a text."""

    EXACT = "exact"
    NEAR = "near"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in which quotation and text differ: ``quoted`` 30 where the text has ``found`` 60; one of them may be empty.

    ``span`` are characters of the text.
    """

    quoted: str
    found: str
    span: Span


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a quotation. ``span`` and ``found`` are the first place in the text, in its own characters.

    ``occurrences`` counts the places of an exact one (at most 1000), ``edits`` what a near one is apart.
    """

    verdict: Verdict
    span: Span | None = None
    found: str = ""
    occurrences: int = 0
    edits: int = 0
    differences: tuple[Difference, ...] = ()


def verify(quotation: str, text: str) -> Verified:
    """Where a quotation stands in a text.

    >>> verify("自2016年9月1日起施行", "本办法自２０１６年９月１日\\n起施行。").verdict
    <Verdict.EXACT: 'exact'>
    >>> found = verify("自收到申请之日起30日内予以答复", "应当自收到申请之日起60日内予以答复。")
    >>> found.verdict.value, found.edits, found.differences
    ('near', 1, (Difference(quoted='3', found='6', span=Span(start=10, end=11)),))

    Raises :class:`~gongwen.errors.InputError` for a quotation without a character, or longer than LONGEST characters.
    """
    wanted = _Squeezed(quotation).text
    if not wanted:
        raise InputError("引文是空的；请给出一句原话", "the quotation is empty; give a sentence")
    if len(wanted) > LONGEST:
        raise InputError(
            f"引文最多 {LONGEST} 个字，给出的有 {len(wanted)} 个；请逐句核对",
            f"a quotation has at most {LONGEST} characters, this one {len(wanted)}; verify it sentence by sentence",
        )
    held = _Squeezed(text)
    at = held.text.find(wanted)
    if at >= 0:
        span = held.span(at, at + len(wanted))
        count = sum(1 for _ in islice(_places(wanted, held.text), _MOST_COUNTED))
        return Verified(Verdict.EXACT, span, text[span.start : span.end], occurrences=count)
    near = _nearest(wanted, held.text)
    if near is None:
        return Verified(Verdict.ABSENT)
    start, end, edits = near
    span = held.span(start, end)
    differences = tuple(_differences(wanted, held, start, end))
    return Verified(Verdict.NEAR, span, text[span.start : span.end], edits=edits, differences=differences)


class _Squeezed:
    """A text as it is compared: folded, without gaps; leads back to the places of the text."""

    def __init__(self, source: str) -> None:
        self._normal = normalize(source)
        folded = self._normal.folded
        kept: list[str] = []
        self._cuts: list[tuple[int, int]] = []  # offset after a gap, characters left out so far
        length = removed = end = 0
        for gap in _GAP.finditer(folded):
            start, stop = gap.span()
            word = folded[max(0, start - 1) : start], folded[stop : stop + 1]
            stays = " " if all(char.isascii() and char.isalnum() for char in word) and all(word) else ""
            kept += [folded[end:start], stays]
            length += start - end + len(stays)
            removed += stop - start - len(stays)
            end = stop
            self._cuts.append((length, removed))
        kept.append(folded[end:])
        self.text = "".join(kept)

    def span(self, start: int, end: int) -> Span:
        """The place in the source of characters of ``text``."""
        first = self._offset(start)
        return self._normal.source_span(Span(first, self._offset(end - 1) + 1 if end > start else first))

    def _offset(self, at: int) -> int:
        cut = bisect_right(self._cuts, at, key=lambda cut: cut[0]) - 1
        return at + (self._cuts[cut][1] if cut >= 0 else 0)


def _nearest(wanted: str, text: str) -> tuple[int, int, int] | None:
    """Start, end and edits of the first of the nearest places, None when none is near enough.

    Few edits are tried first: the pieces are then long and rare.
    """
    most = len(wanted) // EDIT_EVERY
    allowed = 1
    while allowed <= most:
        windows = _windows(wanted, text, allowed)
        if windows == [(0, len(text))]:
            allowed = most  # this pass looks everywhere, so it is the last one
        found = [_in_window(wanted, text, window, allowed) for window in windows]
        places = [place for place in found if place is not None]
        if places:
            return min(places, key=lambda place: (place[2], place[0]))
        allowed = most if allowed < most < 2 * allowed else 2 * allowed
    return None


def _windows(wanted: str, text: str, allowed: int) -> list[tuple[int, int]]:
    """The stretches of the text that can hold the quotation with so many edits, in order, disjoint.

    The whole text when pieces of the quotation stand so close that the stretches together would be as long.
    """
    cuts = [len(wanted) * piece // (allowed + 1) for piece in range(allowed + 2)]
    width = len(wanted) + 2 * allowed
    begins: set[int] = set()
    for start, end in pairwise(cuts):
        for at in _places(wanted[start:end], text):
            begins.add(at - start - allowed)
            if len(begins) * width >= len(text):
                return [(0, len(text))]
    windows: list[tuple[int, int]] = []
    for begin in sorted(begins):
        start, end = max(0, begin), min(len(text), begin + width)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _places(piece: str, text: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _in_window(wanted: str, text: str, window: tuple[int, int], allowed: int) -> tuple[int, int, int] | None:
    """The nearest place in a window; of several that are equally near the first, as long as the quotation if possible."""
    start, stop = window
    edits = list(_edits(wanted, text[start:stop], anywhere=True))
    least = min(edits)
    if least > allowed:
        return None
    first = edits.index(least)
    ends = [at for at in range(first, min(len(edits), first + least + 1)) if edits[at] == least]
    places = [(_start(wanted, text, start + end + 1, least), start + end + 1) for end in ends]
    begin, end = min(places, key=lambda place: (abs(place[1] - place[0] - len(wanted)), place))
    return begin, end, least


def _start(wanted: str, text: str, end: int, edits: int) -> int:
    """Where the quotation begins that ends there with so many edits: counted backwards."""
    before = text[max(0, end - len(wanted) - edits) : end][::-1]
    lengths = [at + 1 for at, count in enumerate(_edits(wanted[::-1], before, anywhere=False)) if count == edits]
    return end - min(lengths, key=lambda length: abs(length - len(wanted)), default=0)


def _edits(wanted: str, text: str, *, anywhere: bool) -> Iterator[int]:
    """After each character of the text, the fewest edits of the quotation ending there; it begins ``anywhere`` or at 0."""
    every = (1 << len(wanted)) - 1
    last = 1 << (len(wanted) - 1)
    where: dict[str, int] = {}
    for at, char in enumerate(wanted):
        where[char] = where.get(char, 0) | 1 << at
    more, fewer, edits = every, 0, len(wanted)  # columns of the table as bits: a step up, a step down
    begins = 0 if anywhere else 1
    for char in text:
        same = where.get(char, 0)
        diagonal = (((same & more) + more) ^ more) | same | fewer
        up = fewer | (every & ~(diagonal | more))
        down = more & diagonal
        if up & last:
            edits += 1
        elif down & last:
            edits -= 1
        yield edits
        up = up << 1 | begins
        down <<= 1
        level = same | fewer
        more = (down | ~(level | up)) & every
        fewer = up & level & every


def _differences(wanted: str, held: _Squeezed, start: int, end: int) -> Iterator[Difference]:
    found = held.text[start:end]
    for kind, first, last, begin, stop in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Difference(wanted[first:last], found[begin:stop], held.span(start + begin, start + stop))
