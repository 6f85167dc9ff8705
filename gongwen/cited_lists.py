"""Lists of documents in a text: 下列文件予以废止: with an entry a line, and tables 废止的文件目录 (序号 | 文件名称 | 文号).

A clean-up decision 清理决定 says once, in the sentence or heading above, what happens to all that follow. A column of the
table may say it for each row (处理意见: 废止, 修改, 继续有效).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gongwen import cited_names
from gongwen.cited_names import word
from gongwen.data import rows
from gongwen.types import CitationKind, Span

_ENTRY = re.compile(r"[ ]*(?:[(]?[0-9一二三四五六七八九十]{1,4}[)]?[.、,) ]|《|\||[(〔])")
# What the line above a list says of its entries, the first that is found; of 废止和修改的文件 each row must say it itself.
_SAID = (
    (re.compile(r"继续有效|继续执行|保留|现行有效"), None),
    (re.compile(r"(?:废止|失效|停止执行|不再执行).*修[改订]|修[改订].*(?:废止|失效)"), None),
    (re.compile(r"废止|失效|停止执行|不再执行"), CitationKind.REPEALS),
    (re.compile(r"修[改订正]"), CitationKind.AMENDS),
)
_HEADING = 80  # characters; a heading or opening sentence of a list is shorter


@cache
def _verdicts() -> dict[str, CitationKind]:
    return {row["verdict"]: CitationKind(row["kind"]) for row in rows("citation_verdicts.tsv")}


def find(folded: str) -> tuple[tuple[Span, CitationKind], ...]:
    """The lines of every list of documents with what the list does to them, in order; never raises.

    >>> [(folded[start:end], kind.value) for folded in ["下列文件予以废止:\\n1.关于做好工作的通知"] for (start, end), kind in find(folded)]
    [('1.关于做好工作的通知', 'repeals')]
    """
    return tuple(_scan(folded)) if word("list_words").search(folded) else ()


def _scan(folded: str) -> Iterator[tuple[Span, CitationKind]]:
    current: CitationKind | None = None
    for line in cited_names.lines(folded):
        text = folded[line.start : min(line.end, line.start + 600)]
        if text.lstrip().startswith("|"):
            kind = _verdict(text) or current
            if kind:
                yield line, kind
            continue
        opened, opens = _opening(text)
        if opens:
            current = opened
        elif current and _closes(text, current):
            current = None
        elif current:
            yield line, current


def _opening(text: str) -> tuple[CitationKind | None, bool]:
    """What a list does that this line opens, and whether it opens one."""
    bare = text.strip()
    if len(bare) > 3 * _HEADING or "|" in bare:
        return None, False
    said = bare[-_HEADING:]
    opens = bare.endswith((":", "。")) and bool(word("list_opens").search(said))
    heading = len(bare) <= _HEADING and bool(word("list_table").search(bare)) and not word("no_heading").search(bare)
    verdict = next(((kind, True) for pattern, kind in _SAID if pattern.search(said)), None)
    if word("list_basis").match(bare):
        return CitationKind.BASIS, True
    if verdict and (opens or heading):
        return verdict
    return None, heading and bool(re.match(r"附[件表]", bare))  # another attachment: the list above has ended


def _closes(text: str, current: CitationKind) -> bool:
    """A sentence that is no entry ends a list: 本决定自公布之日起施行。 A list of bases ends with the first line that names none."""
    bare = text.strip()
    if current is CitationKind.BASIS and "《" not in bare and "号" not in bare:
        return True
    return not _ENTRY.match(text) and (bare.endswith("。") or len(bare) > 140)


def _verdict(row: str) -> CitationKind | None:
    """What a cell of its own says about the document of its row."""
    return next((kind for cell in row.split("|") if (kind := _verdicts().get(cell.strip()))), None)
