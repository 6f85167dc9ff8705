"""What `wenhao synonyms suggest` proposes from a folder of documents, in the lists' own grammar, for a person to review.

Three sources: short names that texts define (以下简称…), short names of the centre's bodies (gongwen's table), divisions
that were renamed. What the lists have already is left out. Nothing is proposed from questions that found nothing: the
site keeps no log of questions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from api import synonyms
from api.synonyms import Synonyms
from gongwen import divisions, document, lexicon
from gongwen.data import rows
from gongwen.errors import UnreadableDocument
from gongwen.normalize import fold
from gongwen.types import Region
from gongwen.words import Segmenter
from indexer.extract import extract
from indexer.pipeline import read_domain_words
from indexer.sources import discover

# 国家发展和改革委员会(以下简称"发改委"): what stands before the bracket, on its line, and the short name. At most forty
# characters back, so that reading stays linear.
_DEFINED = re.compile(r'([\w"]{2,40})\((?:以下|下)?简称(?:为)?:?"?([^"\W]{2,12})"?\)')
_MOST_EXAMPLES = 3


@dataclass(slots=True)
class Suggestion:
    """One proposed line of a list under a heading, and where it was met."""

    kind: str
    line: str
    documents: int = 0
    examples: list[str] = field(default_factory=list)

    def met(self, source: str) -> None:
        """Counts a document."""
        self.documents += 1
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(source)


def definitions(text: str, segmenter: Segmenter) -> Iterator[tuple[str, str]]:
    """(full name, short name) of what a text defines with 以下简称, if the short name is made of the full one's characters.

    >>> list(definitions("由国家发展和改革委员会（以下简称“发改委”）负责", Segmenter()))
    [('发展和改革委员会', '发改委')]

    A short name that stands in the full one as it is (《管理条例》以下简称条例) is no abbreviation to search by.
    """
    for match in _DEFINED.finditer(fold(text)):
        before, short = match[1].replace('"', ""), match[2]
        start = _start(before, short)
        if start is None or short in before[start:]:
            continue
        ends = {0}
        for piece in segmenter.cut(before):
            ends.add(max(ends) + len(piece))
        if start in ends:
            yield before[start:], short


def _start(text: str, short: str) -> int | None:
    """Where the shortest ending of a text begins that holds the characters of a short name in order."""
    position = len(text)
    for character in reversed(short):
        position = text.rfind(character, 0, position)
        if position < 0:
            return None
    return position


def renaming(region: Region) -> str | None:
    """The line for a place whose lowest division was renamed or made into a new one of its level: 衢县 -> 衢江区 @2001.

    None when it still exists, when it only went to divisions that were there before (莱芜市 to 济南市), or to several.
    """
    lowest = region.divisions[-1]
    if lowest.until is None:
        return None
    heirs = {heir.divisions[-1] for code in divisions.heirs(region) if (heir := divisions.by_code(code))}
    names = {heir.name for heir in heirs if heir.level is lowest.level and heir.since == lowest.until} - {lowest.name}
    return f"{lowest.name} -> {names.pop()} @{lowest.until}" if len(names) == 1 else None


def suggest(folder: Path, lists: Path) -> tuple[list[Suggestion], int]:
    """The proposals from the documents of a folder, the most frequent first, and how many files could not be read.

    Raises :class:`~gongwen.errors.InputError` when there is no such folder, and
    :class:`~gongwen.errors.SettingsError` for faulty lists.
    """
    known = synonyms.load(lists)
    segmenter = lexicon.segmenter(read_domain_words(lists))
    full_names = {row["body"]: row["full"] for row in rows("central_bodies.tsv") if row["full"]}
    central = re.compile("|".join(sorted(map(re.escape, full_names), key=len, reverse=True)))
    found: dict[tuple[str, str], Suggestion] = {}
    unread: Counter[str] = Counter()
    for file in discover(folder, folder.name or "collection").files:
        try:
            pages, _ = extract(file.read(), file.path.name)
        except (UnreadableDocument, OSError):
            unread[file.source] += 1
            continue
        lines: set[tuple[str, str, str, str]] = set()
        for page in pages:
            read = document.read(page)
            pairs = set(definitions(read.text, segmenter))
            pairs |= {(full_names[match[0]], match[0]) for match in central.finditer(read.text)}
            lines |= {("abbreviations", f"{short} = {full}", short, full) for full, short in pairs}
            if read.region and (line := renaming(read.region.value)):
                former, later = line.split(" @")[0].split(" -> ")
                lines.add(("renamed", line, former, later))
        for kind, line, term, other in sorted(lines):
            if not _finds(known, segmenter, term, other):
                found.setdefault((kind, line), Suggestion(kind, line)).met(file.source)
    return sorted(found.values(), key=lambda one: (one.kind, -one.documents, one.line)), len(unread)


def _finds(known: Synonyms, segmenter: Segmenter, term: str, other: str) -> bool:
    """True when the lists lead from a term to the other word already, whole or by a part (国家|发改委)."""
    words = segmenter.words(term)
    return any(
        "".join([*words[:start], expansion.other, *words[end:]]) == other for start, end, expansion in known.of(words)
    )


def written(suggestions: list[Suggestion]) -> Iterator[str]:
    """The proposals as lines of a list, each under a comment with its evidence."""
    kind = ""
    for one in suggestions:
        if one.kind != kind:
            kind = one.kind
            yield f"\n[{kind}]"
        yield f"# {one.documents} 件：{'，'.join(one.examples)}"
        yield one.line
