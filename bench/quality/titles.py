"""Set ``titles``: every sample document asked for by its own title, whole, changed, and in pieces.

The titles are those of ``tests/cases/corpus_gold.tsv``, which people wrote by reading.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.quality.documents import Question

PIECE = 8
_PIECES = 3  # of each title
_SPACES = re.compile(r"\s+")
_BRACKETS = re.compile(r"[《》〈〉“”‘’（）()〔〕\[\]【】]")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[—-](?:19|20)\d\d)?(?:年度?)?")
_CHANGES: dict[str, Callable[[str], str]] = {
    "no_spaces": lambda title: _SPACES.sub("", title),
    "no_brackets": lambda title: _BRACKETS.sub("", title),
    "no_year": lambda title: _BRACKETS.sub("", _YEAR.sub("", title)),
}


def own(table: Path) -> dict[str, dict[str, str]]:
    """The labels of each sample document, under the name it has in a set (``path#part``)."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return {f"{row['path']}#{row['part']}": row for row in rows}


def questions(titles: dict[str, str]) -> list[Question]:
    """The questions by the titles of documents: the title itself, without spaces, without brackets, without its year,
    and pieces of :data:`PIECE` characters, a seeded sample of each title's.

    Right is every document whose title is the same after the change. A piece that more than ten titles hold (年政府信息公开)
    is not asked, since page one cannot show them all; one that fewer hold has them all for its right answers.
    """
    found = [Question(f"full:{name}", title, _same(title, titles), "full") for name, title in titles.items()]  # fmt: skip
    for kind, change in _CHANGES.items():
        changed = {name: change(title) for name, title in titles.items()}
        found += [
            Question(f"{kind}:{name}", text, _same(text, changed), kind)
            for name, text in changed.items()
            if text != titles[name]
        ]
    return [*found, *_pieces(titles)]


def _same(text: str, titles: dict[str, str]) -> frozenset[str]:
    return frozenset(name for name, title in titles.items() if title == text)


def _pieces(titles: dict[str, str]) -> Iterator[Question]:
    whole = {name: _SPACES.sub("", title) for name, title in titles.items()}
    for name, title in whole.items():
        starts = _sample(name, range(len(title) - PIECE + 1))
        for start in starts:
            piece = title[start : start + PIECE]
            holders = frozenset(other for other, text in whole.items() if piece in text)
            if len(holders) <= 10:
                yield Question(f"piece:{start}:{name}", piece, holders, "piece")


def _sample(seed: str, values: Sequence[int]) -> list[int]:
    return sorted(random.Random(seed).sample(values, min(_PIECES, len(values))))
