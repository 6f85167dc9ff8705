"""Set ``plain``: what citizens type against the terms that documents use, of ``bench/gold/plain_language.tsv``."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from bench.quality.documents import Question, Text
from gongwen.normalize import normalize

TABLE = Path(__file__).parents[1] / "gold" / "plain_language.tsv"


def pairs(table: Path = TABLE) -> list[tuple[str, tuple[str, ...], str]]:
    """The rows of the table as (lay wording, official terms, split)."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row["lay"], tuple(re.split("[；;]", row["official"])), row["split"]) for row in rows]


def questions(found: Sequence[tuple[str, tuple[str, ...], str]], documents: Sequence[Text]) -> list[Question]:
    """A question for every pair; right is each document that holds an official term in its title or text.

    A pair whose terms no document holds cannot be answered and is not asked.
    """
    bodies = {one.id: normalize(f"{one.title}\n{one.text}").text for one in documents}
    asked = []
    for lay, terms, split in found:
        right = frozenset(name for name, body in bodies.items() if any(term in body for term in terms))
        if right:
            asked.append(Question(f"{split}:{lay}", lay, right, split))
    return asked
