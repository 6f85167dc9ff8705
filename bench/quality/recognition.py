"""Set ``filters``: whether the site reads year, region, issuer and genre in a question, of ``bench/gold/filters.tsv``.

Read from the answer's ``filters`` or ``understood.filters``: an object, or a list of ``{name, value}`` objects.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.schemas import GENRE_NAMES, region_codes
from api.search import china_today

TABLE = Path(__file__).parents[1] / "gold" / "filters.tsv"
FIELDS = ("year", "region", "issuer", "genre")
_GENRES = {name: genre for genre, name in GENRE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Expected:
    """What one field of a question says: its values, and whether they may be left unrecognised."""

    values: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the table with its four fields."""

    question: str
    expected: dict[str, Expected]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One question judged: per field right, wrong, missed or invented; absent when there was nothing to say."""

    question: str
    fields: dict[str, str]

    @property
    def exact(self) -> bool:
        """Whether every field came out as the table has it."""
        return all(mark == "right" for mark in self.fields.values())


def rows(table: Path = TABLE) -> list[Row]:
    """The questions of the table."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [
        Row(row["question"], {field: _expected(field, row[field]) for field in FIELDS})
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


def judge(row: Row, answer: dict[str, Any]) -> Recognised:
    """Compares an answer of the site with the table."""
    said, fields = read(answer), {}
    for field, expected in row.expected.items():
        values = frozenset(_plain(field, value) for value in said.get(field, ()))
        if values:
            wrong = "wrong" if expected.values else "invented"
            fields[field] = "right" if _agree(field, values, expected.values) else wrong
        elif expected.values and not expected.optional:
            fields[field] = "missed"
    return Recognised(row.question, fields)


def figures(judged: Sequence[Recognised]) -> dict[str, float]:
    """Share of questions read exactly; precision and recall over all fields; the number of questions."""
    marks = [mark for one in judged for mark in one.fields.values()]
    right, missed, invented = (marks.count(mark) for mark in ("right", "missed", "invented"))
    said, gold = len(marks) - missed, len(marks) - invented
    return {
        "exact": sum(one.exact for one in judged) / len(judged) if judged else 0.0,
        "precision": right / said if said else 0.0,
        "recall": right / gold if gold else 0.0,
        "questions": len(judged),
    }


def read(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Field -> values of what an answer says it recognised; {} when it says nothing of it.

    >>> read({"understood": {"filters": [{"name": "year", "value": 2016}]}})
    {'year': ['2016']}
    """
    said = answer.get("filters") or (answer.get("understood") or {}).get("filters") or {}
    found: dict[str, list[str]] = {}
    for name, value in _items(said):
        values = value if isinstance(value, list) else [value]
        found.setdefault(name, []).extend(str(one) for one in values if one not in (None, ""))
    return {name: values for name, values in found.items() if values}


def _items(said: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(said, dict):
        yield from said.items()
        return
    for item in said:
        name = item.get("name") or item.get("field") or item.get("facet")
        yield str(name), item.get("value", item.get("values"))


def _expected(field: str, cell: str) -> Expected:
    values = frozenset(_plain(field, value) for value in cell.rstrip("?").split("；") if value)
    return Expected(values, cell.endswith("?"))


def _plain(field: str, value: str) -> str:
    """One form for the ways a value is written: codes of a place, a genre's identifier, the year of 去年."""
    if value == "去年":
        return str(china_today().year - 1)
    if field == "region":
        return "|".join(sorted(region_codes(value))) or value
    return _GENRES.get(value, value) if field == "genre" else value


def _agree(field: str, said: frozenset[str], expected: frozenset[str]) -> bool:
    """Equal; of a place name with several bearers any of them."""
    if field != "region":
        return said == expected
    ours, gold = ({code for value in values for code in value.split("|")} for values in (said, expected))
    return bool(ours & gold) and ours <= gold
