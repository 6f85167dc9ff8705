"""Tables of cases: ``@pytest.mark.cases("dates.tsv")`` runs a test once for every row, as a dictionary ``case``.

A table has a header row; lines that start with # are comments; \\n, \\t and \\uXXXX in a cell are these characters.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|([nrt]))")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases(name): run the test for every row of tests/gongwen/cases/name")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for marker in metafunc.definition.iter_markers("cases"):
        table = _rows(marker.args[0])
        ids = [f"{number}-{next(iter(row.values()))[:30]!r}" for number, row in enumerate(table, 1)]
        metafunc.parametrize("case", table, ids=ids)


def _rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (CASES / name).read_text("utf-8").splitlines() if not line.startswith("#")]
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restkey="", restval=None)
    table = list(reader)
    for row in table:
        assert None not in row.values(), f"{name}: too few cells: {row}"
        assert "" not in row, f"{name}: too many cells: {row}"
    return [{key: _ESCAPE.sub(_unescaped, cell) for key, cell in row.items()} for row in table]


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else {"n": "\n", "r": "\r", "t": "\t"}[match[2]]
