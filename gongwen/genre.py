"""Kind of document 文种, from its title.

The 15 公文种类 of 《党政机关公文处理工作条例》 art. 8 are the last word of a title (…的通知); what sites publish beside
them (annual reports, interpretations, budgets …) is recognised by data/genres.tsv, whose first matching row decides.
"""

from __future__ import annotations

import re
from functools import cache

from gongwen.data import rows
from gongwen.types import Evidence, Fact, Genre, Span, Where

_PRINTED = re.compile(r"印发《([^《》]{4,80})》$")  # a headline that says no more than what was printed
_CLOSING = re.compile(r"(?:[\s。.]|\((?:[^()]{0,20})\)|〔[^〕]{0,20}〕)+$")


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Genre], ...]:
    return tuple((re.compile(row["pattern"]), Genre(row["genre"])) for row in rows("genres.tsv"))


def of_title(folded: str) -> Fact[Genre] | None:
    """The genre a folded title says, with the words that say it; None when it says none.

    >>> of_title("衢州市人民政府2013年政府信息公开工作年度报告。").value
    <Genre.ANNUAL_REPORT: 'annual_report'>
    """
    printed = _PRINTED.search(folded)
    return _of(folded[: bare_length(folded)], 0) or (_of(printed[1], printed.start(1)) if printed else None)


def _of(title: str, start: int) -> Fact[Genre] | None:
    for pattern, genre in _rules():
        if match := pattern.search(title):
            span = Span(start + match.start(), start + match.end())
            return Fact(genre, Evidence("标题所写的文种", Where.TITLE, match[0], span))
    return None


def bare_length(folded: str) -> int:
    """Length of a title without its closing brackets and full stop: 《…办法（试行）》 -> up to 办法."""
    closing = _CLOSING.search(folded)
    return closing.start() if closing else len(folded)
