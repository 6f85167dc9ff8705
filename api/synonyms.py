"""Synonyms 同义词: the word lists an editor keeps in ``synonyms/*.txt``, and their grammar.

A file is lines. ``#`` starts a comment. A heading in square brackets says what the lines below it are:

    [equivalents]    低保 = 最低生活保障          each finds the others (weight 0.8)
    [abbreviations]  人社局 = 人力资源和社会保障局   the same, kept apart for review
    [plain]          生孩子 -> 生育               the lay words also find the official ones, never back (0.6)
    [renamed]        卫生计生委 -> 卫生健康委 @2018  a body's former and later name find each other (0.7)

Several words stand on either side with ``|``. What is wrong (an unknown heading, a word in two groups of one kind, a
word that points at itself, a circle of arrows) is reported with file and line, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongwen.errors import SettingsError
from gongwen.normalize import fold
from gongwen.words import Segmenter

# How much less a document counts that holds the other word: first set so that every typed word stays above every
# added one on the sample corpus; to be measured on judged questions.
WEIGHTS = {"equivalents": 0.8, "abbreviations": 0.8, "renamed": 0.7, "plain": 0.6}
_NOT_SYNONYMS = frozenset({"domain_words.txt", "stop_words.txt"})
_HEADING = re.compile(r"\[(\w+)\]")
_SINCE = re.compile(r"\s@(\d{4})$")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Another word for a term: 低保 -> 最低生活保障, of a kind, with the weight of that kind."""

    term: str
    other: str
    kind: str
    weight: float


@dataclass(slots=True)
class _Faults:
    found: list[str] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        self.found.append(f"{place}: {message}")


class Synonyms:
    """All expansions by term; read-only."""

    def __init__(self, expansions: Iterable[Expansion] = ()) -> None:
        self._by_term: dict[str, list[Expansion]] = {}
        for expansion in expansions:
            self._by_term.setdefault(expansion.term, []).append(expansion)
        self._longest = max(map(len, self._by_term), default=0)

    def __len__(self) -> int:
        return len(self._by_term)

    def of(self, words: Sequence[str]) -> list[tuple[int, int, Expansion]]:
        """The expansions of terms that adjacent words make up, as (first word, word after the last, expansion).

        A longer term hides the shorter ones inside it.
        """
        found: list[tuple[int, int, Expansion]] = []
        start = 0
        while start < len(words):
            end = next((end for end in range(len(words), start, -1) if self._has(words[start:end])), None)
            if end is None:
                start += 1
                continue
            found += [(start, end, expansion) for expansion in self._by_term["".join(words[start:end])]]
            start = end
        return found

    def _has(self, words: Sequence[str]) -> bool:
        return sum(map(len, words)) <= self._longest and "".join(words) in self._by_term


def load(folder: Path) -> Synonyms:
    """The synonyms of all lists of a folder; none when there is no folder.

    Raises :class:`~gongwen.errors.SettingsError` that lists every fault with file and line.
    """
    if not folder.is_dir():
        return Synonyms()
    texts = {
        path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.txt")) if path.name not in _NOT_SYNONYMS
    }
    return parse(texts)


def parse(texts: dict[str, str]) -> Synonyms:
    """The synonyms of word lists given as file name -> text.

    >>> [e.other for _, _, e in parse({"a.txt": "[plain]\\n生孩子 -> 生育"}).of(["生孩子"])]
    ['生育']
    """
    faults = _Faults()
    expansions: list[Expansion] = []
    places: dict[tuple[str, str], str] = {}
    for name, text in texts.items():
        kind = ""
        for number, raw in enumerate(text.splitlines(), 1):
            place = f"{name}:{number}"
            line = raw.split("#", 1)[0].strip()
            if not line:
                continue
            if heading := _HEADING.fullmatch(line):
                kind = heading[1]
                if kind not in WEIGHTS:
                    faults.add(
                        place, f"unknown heading [{kind}]; use one of {', '.join(f'[{known}]' for known in WEIGHTS)}"
                    )
                continue
            expansions += _group(line, kind, place, places, faults)
    _check_circles(expansions, faults)
    if faults.found:
        raise SettingsError("synonyms: " + "\n".join(faults.found))
    return Synonyms(expansions)


def _group(line: str, kind: str, place: str, places: dict[tuple[str, str], str], faults: _Faults) -> list[Expansion]:
    if kind not in WEIGHTS:
        faults.add(
            place,
            "a line before the first heading; write [equivalents], [abbreviations], [plain] or [renamed] above it",
        )
        return []
    arrow = kind in ("plain", "renamed")
    sides = _SINCE.sub("", fold(line).replace("〉", ">").replace("〈", "<")).split("->" if arrow else "=")
    words = [[word.strip() for word in side.split("|") if word.strip()] for side in sides]
    if len(words) < 2 or (arrow and len(words) != 2) or not all(words):
        faults.add(place, f"{line!r} is not a group of [{kind}]; write {'甲 -> 乙' if arrow else '甲 = 乙'}")
        return []
    left = words[0] if arrow else [word for side in words for word in side]
    for word in left:
        if (kind, word) in places:
            faults.add(place, f"{word} stands already in {places[kind, word]}; join the two lines")
        places[kind, word] = place
    if arrow:
        pairs = [(word, other) for word in words[0] for other in words[1]]
        pairs += [(other, word) for word, other in pairs] if kind == "renamed" else []
    else:
        pairs = [(word, other) for word in left for other in left if word != other]
    faults.found += [f"{place}: {word} points at itself" for word, other in pairs if word == other]
    return [Expansion(word, other, kind, WEIGHTS[kind]) for word, other in pairs]


def _check_circles(expansions: Sequence[Expansion], faults: _Faults) -> None:
    """One-way words must not lead back: 甲 -> 乙 and 乙 -> 甲 is an equivalence written as two arrows."""
    arrows = {(e.term, e.other) for e in expansions if e.kind == "plain"}
    for term, other in sorted(arrows):
        if (other, term) in arrows and term < other:
            faults.add(
                "[plain]",
                f"{term} -> {other} and {other} -> {term} is a circle; write it under [equivalents] as {term} = {other}",
            )


def cut(
    synonyms: Synonyms, segmenter: Segmenter, words: Sequence[str]
) -> list[tuple[int, int, Expansion, tuple[str, ...]]]:
    """The expansions of a run of words, each with its other word cut as the index cuts it."""
    return [
        (start, end, expansion, tuple(segmenter.words(expansion.other))) for start, end, expansion in synonyms.of(words)
    ]
