"""Synonyms 同义词: the word lists an editor keeps in ``synonyms/*.txt``, and their grammar.

A file is lines. ``#`` starts a comment. A heading in square brackets says what the lines below it are:

    [equivalents]    低保 = 最低生活保障           each finds the others (weight 0.8)
    [abbreviations]  人社局 = 人力资源和社会保障局    the same, kept apart for review
    [plain]          生孩子 -> 生育                the lay words also find the official ones, never back (0.6)
    [renamed]        卫生计生委 -> 卫生健康委 @2018   a former and a later name find each other (0.7); the year is the
                                                later name's first

Several words stand on either side of an arrow with ``|``. Expansion goes one step: 甲 -> 乙 and 乙 -> 丙 do not make
甲 -> 丙. What is wrong is reported with file and line, all at once (:func:`read`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, permutations, product
from pathlib import Path

from gongwen.errors import SettingsError
from gongwen.normalize import fold
from gongwen.words import Segmenter

# How much less a document counts that holds the other word: first set so that every typed word stays above every
# added one on the sample corpus; to be measured on judged questions.
WEIGHTS = {"equivalents": 0.8, "abbreviations": 0.8, "renamed": 0.7, "plain": 0.6}
NOT_SYNONYMS = frozenset({"domain_words.txt", "stop_words.txt"})
MOST_OTHERS = 10
"""Other words of one term. More say that the term is too wide; 市场监督管理局 with the three bodies before it has 8."""

_BOTH_WAYS = frozenset({"equivalents", "abbreviations"})
_HEADING = re.compile(r"\[(\w+)\]")
_SINCE = re.compile(r"\s@(\d{4})$")
# What a question keeps together: a term with a space or punctuation inside would never be met.
_TERM = re.compile(r"[\w.%]{2,}(?:-[\w.%]+)*")
_PUNCTUATION = re.compile(r"\W")
_FIRST_YEAR, _LAST_YEAR = 1949, 2100


@dataclass(frozen=True, slots=True)
class Expansion:
    """Another word for a term: 低保 -> 最低生活保障, of a kind, with the weight of that kind."""

    term: str
    other: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a list. Without an arrow all words are ``left``; ``since`` is the year of a renaming."""

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    place: str
    since: int | None = None

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """(term, other word) in every direction the kind allows."""
        if self.kind in _BOTH_WAYS:
            yield from permutations(self.left, 2)
            return
        yield from product(self.left, self.right)
        if self.kind == "renamed":
            yield from product(self.right, self.left)


def _key(term: str) -> str:
    """A term as the words of a question spell it: without letter case and punctuation (PM2.5 is cut PM2|5)."""
    return _PUNCTUATION.sub("", term).casefold()


class Synonyms:
    """All expansions by term, those of the greatest weight first; letter case does not count. Read-only."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self._by_term: dict[str, list[Expansion]] = {}
        for group in groups:
            for term, other in group.pairs:
                expansion = Expansion(term, other, group.kind, WEIGHTS[group.kind])
                self._by_term.setdefault(_key(term), []).append(expansion)
        for expansions in self._by_term.values():
            expansions.sort(key=lambda expansion: -expansion.weight)
        self._longest = max(map(len, self._by_term), default=0)

    def __len__(self) -> int:
        return len(self._by_term)

    def of(self, words: Sequence[str]) -> list[tuple[int, int, Expansion]]:
        """The expansions of terms that adjacent words make up, as (first word, word after the last, expansion).

        A longer term hides the shorter ones inside it. The expansion's term is written as the words are (ai, PM25).
        """
        found: list[tuple[int, int, Expansion]] = []
        start = 0
        while start < len(words):
            end, expansions = self._at(words, start)
            typed = "".join(words[start:end])
            found += [(start, end, replace(expansion, term=typed)) for expansion in expansions]
            start = end
        return found

    def _at(self, words: Sequence[str], start: int) -> tuple[int, list[Expansion]]:
        """The end of the longest term that begins with a word, and its expansions; the next word and none."""
        best: tuple[int, list[Expansion]] = (start + 1, [])
        text = ""
        for end in range(start + 1, len(words) + 1):
            text += _key(words[end - 1])
            if len(text) > self._longest:
                break
            if text in self._by_term:
                best = (end, self._by_term[text])
        return best


def load(folder: Path) -> Synonyms:
    """The synonyms of all lists of a folder; none when there is no folder.

    Raises :class:`~gongwen.errors.SettingsError` that lists every fault with file and line.
    """
    return parse(read_files(folder))


def read_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's synonym lists by file name.

    Raises :class:`~gongwen.errors.SettingsError` naming a file that is not UTF-8.
    """
    texts = {}
    for path in sorted(folder.glob("*.txt")):
        if path.name not in NOT_SYNONYMS:
            try:
                texts[path.name] = path.read_text("utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{path} cannot be read as UTF-8: {error}") from error
    return texts


def parse(texts: Mapping[str, str]) -> Synonyms:
    """The synonyms of word lists given as file name -> text.

    >>> [e.other for _, _, e in parse({"a.txt": "[plain]\\n生孩子 -> 生育"}).of(["生孩子"])]
    ['生育']

    Raises :class:`~gongwen.errors.SettingsError` that lists every fault with file and line.
    """
    groups, faults = read(texts)
    if faults:
        raise SettingsError("synonyms: " + "\n".join(faults))
    return Synonyms(groups)


def read(texts: Mapping[str, str]) -> tuple[list[Group], list[str]]:
    """The groups of word lists given as file name -> text, and every fault as ``file:line: what to do``.

    Faults: an unknown heading or none, a line that is no group, a word that a question cannot hold, a word twice in a
    line, a word in two lines of one kind, the same pair in two lines, a renaming without its year, arrows that lead in
    a circle, a term with more than MOST_OTHERS other words.

    >>> read({"a.txt": "[renamed]\\n卫生计生委 -> 卫生健康委"})[1]
    ["a.txt:2: '卫生计生委 -> 卫生健康委' does not say when; write the later name's first year behind it: @2018"]
    """
    faults = _Faults()
    groups: list[Group] = []
    for name, text in texts.items():
        kind = ""
        for number, raw in enumerate(text.splitlines(), 1):
            place = f"{name}:{number}"
            line = raw.split("#", 1)[0].strip()
            if heading := _HEADING.fullmatch(line):
                kind = heading[1]
                if kind not in WEIGHTS:
                    known = ", ".join(f"[{known}]" for known in WEIGHTS)
                    faults.add(place, f"unknown heading [{kind}]; use one of {known}")
            elif line and kind not in WEIGHTS:
                faults.add(place, "a line below no known heading; write [equivalents], [abbreviations], [plain] or [renamed] above it")  # fmt: skip
            elif line and (group := _group(line, kind, place, faults)):
                groups.append(group)
    _check_repeats(groups, faults)
    for kind in ("plain", "renamed"):
        _check_circles([group for group in groups if group.kind == kind], faults)
    return groups, faults.found


@dataclass(slots=True)
class _Faults:
    found: list[str] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        self.found.append(f"{place}: {message}")


def _group(line: str, kind: str, place: str, faults: _Faults) -> Group | None:
    """The group a line writes down; None, with a fault, when it writes none."""
    folded = fold(line).replace("〉", ">").replace("〈", "<")
    since = _SINCE.search(folded)
    arrow = kind not in _BOTH_WAYS
    sides = _SINCE.sub("", folded).split("->" if arrow else "=")
    words = [tuple(word.strip() for word in side.split("|" if arrow else "=")) for side in sides]
    if len(words) < 2 or (arrow and len(words) != 2) or not all(map(all, words)):
        faults.add(place, f"{line!r} is not a group of [{kind}]; write {'甲 -> 乙' if arrow else '甲 = 乙'}")
        return None
    flat = [word for side in words for word in side]
    wrong = [word for word in flat if not _TERM.fullmatch(word)]
    twice = sorted({word for word in flat if flat.count(word) > 1})
    if wrong:
        faults.add(place, f"{wrong[0]!r} is not one unbroken word of two characters or more; no question would meet it")
    if twice:
        faults.add(place, f"{twice[0]} stands twice in the line; a word cannot point at itself")
    if kind == "renamed" and not (since and _FIRST_YEAR <= int(since[1]) <= _LAST_YEAR):
        faults.add(place, f"{line!r} does not say when; write the later name's first year behind it: @2018")
    if kind != "renamed" and since:
        faults.add(place, f"@{since[1]} belongs to [renamed] only")
    if wrong or twice:
        return None
    year = int(since[1]) if since else None
    return Group(kind, words[0], words[1], place, year) if arrow else Group(kind, tuple(flat), (), place)


def _check_repeats(groups: Sequence[Group], faults: _Faults) -> None:
    """A word on the left of two lines of a kind, a pair in two lines, and terms with too many other words."""
    lines: dict[tuple[str, str], str] = {}
    pairs: dict[tuple[str, str], str] = {}
    others: dict[str, list[str]] = {}
    for group in groups:
        namespace = "both" if group.kind in _BOTH_WAYS else group.kind
        for word in group.left:
            first = lines.setdefault((namespace, _key(word)), group.place)
            if first != group.place:
                faults.add(group.place, f"{word} stands already in {first}; join the two lines")
        for term, other in group.pairs:
            first = pairs.setdefault((_key(term), _key(other)), group.place)
            if first != group.place:
                faults.add(group.place, f"{term} finds {other} already by {first}; keep one of the two")
            others.setdefault(term, []).append(group.place)
    for term, places in others.items():
        if len(places) > MOST_OTHERS:
            faults.add(places[-1], f"{term} has {len(places)} other words, more than {MOST_OTHERS}; keep the nearest")


def _check_circles(groups: Sequence[Group], faults: _Faults) -> None:
    """Arrows must not lead back: 甲 -> 乙 and 乙 -> 甲 is an equivalence written as two arrows."""
    places = {pair: group.place for group in groups for pair in product(group.left, group.right)}
    arrows: dict[str, set[str]] = {}
    for term, other in places:
        arrows.setdefault(term, set()).add(other)
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        where = [places[pair] for pair in pairwise(circle)]
        faults.add(where[0], f"{' -> '.join(circle)} is a circle (with {', '.join(where[1:])}); equal words are written 甲 = 乙 under [equivalents]")  # fmt: skip


def cut(
    synonyms: Synonyms, segmenter: Segmenter, words: Sequence[str]
) -> list[tuple[int, int, Expansion, tuple[str, ...]]]:
    """The expansions of a run of words, each with its other word cut as the index cuts it."""
    return [
        (start, end, expansion, tuple(segmenter.words(expansion.other))) for start, end, expansion in synonyms.of(words)
    ]
