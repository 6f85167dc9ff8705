"""Snippets: the passage of a text that answers a question best, and the marks in it, from the text the API already has.

The engine would cut every returned body into words again to do this (13 times the cost of the search); the stored text
has its words joined, so a pattern over the joined text finds whole words only: 民政 is not marked in 人民政府.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from engine.schema import JOINER

_SENTENCE_END = re.compile(r"[。！？；\n]")
_BREAK = f"[{JOINER}\\s〔〕《》“”()（）、，]*"
WIDTH = 140  # characters: two lines of a result at 1440 px, three at 360 px
_MOST_MATCHES = 2000  # of one text; a word that stands more often than this marks nothing more


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a joined text with the spans to mark in it, and whether there is text before and behind."""

    begin: int
    end: int
    spans: tuple[tuple[int, int], ...]
    cut_before: bool
    cut_behind: bool


def to_html(pieces: Sequence[Piece]) -> str:
    """Escaped HTML with ``<mark>`` round the marked pieces."""
    return "".join(f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text) for piece in pieces)


_BOUND = re.compile(rf"[{JOINER}\W]")


class Marker:
    """Finds and marks what a plan asks to mark; build one for an answer."""

    def __init__(self, marks: Sequence[tuple[str, ...]]) -> None:
        self._weights = {"".join(words).casefold(): float(len(words)) for words in marks}
        ordered = sorted(marks, key=lambda words: -sum(map(len, words)))
        patterns = [_BREAK.join(map(re.escape, words)) for words in ordered]
        # A single character was asked for as the beginning of a word (水 finds 水源).
        patterns = [rf"{pattern}\w*" if len(pattern) == 1 else pattern for pattern in patterns]
        # Only Latin letters have case. Where a word begins is looked at in `spans`: a pattern that begins with a look
        # behind is tried at every character (5 of 24 ms of a search), one that begins with a character only there.
        flags = re.IGNORECASE if any(word.upper() != word.lower() for words in marks for word in words) else 0
        self._pattern = re.compile(rf"(?:{'|'.join(patterns)})(?![^{JOINER}\W])", flags) if patterns else None

    def spans(self, joined: str) -> list[tuple[int, int]]:
        """Spans of a joined text to mark, in order, disjoint."""
        if self._pattern is None:
            return []
        found: list[tuple[int, int]] = []
        position = 0
        while len(found) < _MOST_MATCHES and (match := self._pattern.search(joined, position)):
            start, position = match.span()
            if start and not _BOUND.match(joined, start - 1):
                position = start + 1
                continue
            found.append((start, position))
        return found

    def mark(self, joined: str) -> list[Piece]:
        """A whole joined text (a title) in pieces."""
        return _pieces(joined, 0, len(joined), self.spans(joined))

    def snippet(self, joined: str, title: str = "", width: int = WIDTH) -> list[Piece]:
        """The best passage of about ``width`` characters: most different terms, then longest phrases, then earliest.

        It begins at a sentence where one begins near; an ellipsis says where text is left out. The head of a text that
        only repeats the joined ``title`` is passed over.
        """
        found = self.passage(joined, title, width)
        pieces = _pieces(joined, found.begin, found.end, found.spans)
        if found.cut_before:
            pieces.insert(0, Piece("…", marked=False))
        if found.cut_behind:
            pieces.append(Piece("…", marked=False))
        return pieces

    def passage(self, joined: str, title: str = "", width: int = WIDTH) -> Passage:
        """Where :meth:`snippet` finds that passage, in characters of the joined text."""
        head = _head_end(joined, title)
        spans = [span for span in self.spans(joined) if span[0] >= head]
        begin = self._best_start(joined, spans, 2 * width) if spans else head
        begin = max(head, _sentence_start(joined, begin, width))
        end = _end(joined, begin, width)
        inside = [span for span in spans if begin <= span[0] and span[1] <= end]
        return Passage(begin, end, tuple(inside), cut_before=begin > head, cut_behind=end < len(joined.rstrip()))

    def _best_start(self, joined: str, spans: Sequence[tuple[int, int]], reach: int) -> int:
        """Start of the window (in joined characters, about twice the shown ones) that holds the best terms."""
        best, best_value, left = spans[0][0], -1.0, 0
        held: dict[str, int] = {}
        for right, (start, end) in enumerate(spans):
            term = joined[start:end].replace(JOINER, "").casefold()
            held[term] = held.get(term, 0) + 1
            while end - spans[left][0] > reach:
                gone = joined[spans[left][0] : spans[left][1]].replace(JOINER, "").casefold()
                held[gone] -= 1
                if not held[gone]:
                    del held[gone]
                left += 1
            value = sum(self._weights.get(one, 1.0) for one in held) + 0.01 * min(right - left, 5)
            if value > best_value:
                best, best_value = spans[left][0], value
        return best


def _head_end(joined: str, title: str) -> int:
    """Where the text goes on after lines that are, or are part of, the title (a notice prints its title in two lines)."""
    shown, end = _squeezed(title), 0
    for match in re.finditer(r"[^\n]*\n", joined):
        line = _squeezed(match[0])
        if line and line not in shown and not (shown and line.startswith(shown) and len(line) < len(shown) + 24):
            break
        end = match.end()
    return end


def _squeezed(joined: str) -> str:
    return re.sub(r"[\W_]+", "", joined)


def _sentence_start(joined: str, position: int, width: int) -> int:
    """The start of the sentence round a position, if it is at most half a width before it; else some words before."""
    ends = [match.end() for match in _SENTENCE_END.finditer(joined, max(0, position - width), position)]
    if ends:
        start = ends[-1]
    elif position <= width:
        start = 0
    else:
        start = joined.rfind(JOINER, 0, position - width // 3) + 1
    while start < len(joined) and joined[start] in f"{JOINER} \n\u3000":
        start += 1
    return start


def _end(joined: str, begin: int, width: int) -> int:
    """Where ``width`` visible characters end, at a word's end."""
    visible, position = 0, begin
    while position < len(joined) and visible < width:
        visible += joined[position] != JOINER
        position += 1
    boundary = joined.find(JOINER, position)
    return len(joined) if boundary < 0 or boundary - position > 20 else boundary


def _pieces(joined: str, begin: int, end: int, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces = []
    for start, stop in spans:
        if start > begin:
            pieces.append(Piece(_shown(joined[begin:start]), marked=False))
        pieces.append(Piece(_shown(joined[start:stop]), marked=True))
        begin = stop
    if begin < end:
        pieces.append(Piece(_shown(joined[begin:end]), marked=False))
    return [piece for piece in pieces if piece.text]


def _shown(joined: str) -> str:
    """Joined text as it is read in one line: table bars become spaces."""
    return re.sub(r"\s*\|\s*|\s*\n\s*", " ", joined.replace(JOINER, ""))
