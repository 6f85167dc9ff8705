"""Legal rank 效力位阶 of a statute, from its title.

Where two statutes say the same, the higher one is what applies (《立法法》 arts. 98-102): who asks what the law says wants
民法典 before a regulation that repeats it. data/legal_ranks.tsv holds the rules.
"""

from __future__ import annotations

import re
from functools import cache

from gongwen.data import rows
from gongwen.types import LegalRank

_ARTICLE = re.compile(
    r"第[一二三四五六七八九十百千零〇之\d]+条(?:之[一二三四五六七八九十]+)?(?:第[一二三四五六七八九十]+款)?$"
)
_CLOSING = re.compile(r'(?:[\s。."》]|\([^()]{0,20}\)|〔[^〕]{0,20}〕)+$')


@cache
def _rules() -> tuple[tuple[re.Pattern[str], LegalRank], ...]:
    return tuple((re.compile(row["pattern"]), LegalRank(row["rank"])) for row in rows("legal_ranks.tsv"))


def statute(folded: str) -> str | None:
    """The statute of which a folded title names an article; None for a title that names none.

    >>> statute("中华人民共和国突发事件应对法第八十五条")
    '中华人民共和国突发事件应对法'
    >>> statute("中华人民共和国突发事件应对法") is None
    True
    """
    name = _ARTICLE.sub("", folded)
    return name if name and name != folded else None


def of_title(folded: str) -> LegalRank | None:
    """The legal rank that a folded title says; None for a document that is no statute.

    A title may end with an article of the statute. Source: data/legal_ranks.tsv, row by row.

    >>> of_title("中华人民共和国突发事件应对法第八十五条")
    <LegalRank.LAW: 'law'>
    >>> of_title("关于做好防汛工作的通知") is None
    True
    """
    title = _ARTICLE.sub("", folded)
    title = _CLOSING.sub("", title).lstrip('"《')
    return next((rank for pattern, rank in _rules() if pattern.search(title)), None)
