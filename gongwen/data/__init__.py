"""The tables of the core: tab-separated files with a header row, read once; lines that start with # are comments."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from gongwen.errors import SettingsError


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table of this folder, as dictionaries by column name.

    >>> rows("protected_words.tsv")[0]["word"]
    '乾安'

    Raises :class:`~gongwen.errors.SettingsError` with file and line when a row has too few or too many cells.
    """
    lines = [
        line
        for line in files(__name__).joinpath(name).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restkey="", restval=None)
    table = []
    for row in reader:
        if None in row.values() or "" in row:
            raise SettingsError(
                f"gongwen/data/{name}, data row {reader.line_num}: the number of cells differs from the header's; mend the row"
            )
        table.append(row)
    return tuple(table)
