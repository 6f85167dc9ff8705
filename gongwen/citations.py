"""Citations 引用: other documents named in a text by number or by 《title》, and what the text does with them.

The kind is read from the words just before the name: 根据/按照/落实 -> basis, 转发/印发 -> forwards, 修改 -> amends,
废止 -> repeals; anything else mentions. A title and the number that follows it in brackets are one citation.
"""

from __future__ import annotations

import re

from gongwen.types import Citation, CitationKind, DocNumber, NumberMention, Span

_TITLE = re.compile(r"《((?:[^《》\n]|《[^《》\n]*》){4,80})》")
_KINDS = (
    (CitationKind.REPEALS, re.compile(r"(?:废止|宣布失效)[^。;]{0,6}$")),
    (CitationKind.AMENDS, re.compile(r"(?:修改|修订)[^。;]{0,6}$")),
    (CitationKind.FORWARDS, re.compile(r"(?:转发|印发)[^。;]{0,12}$")),
    (CitationKind.BASIS, re.compile(r"(?:根据|依据|按照|依照|落实|贯彻|遵照|执行)[^。;]{0,40}$")),
)
_REPEALED_AFTER = re.compile(r"^[^。;《]{0,20}(?:同时废止|予以废止|停止执行|自行废止)")


def find(folded: str, numbers: tuple[NumberMention, ...], own: DocNumber | None) -> tuple[Citation, ...]:
    """Every citation of a folded text in order; ``own`` is the document's own number and is never a citation.

    >>> from gongwen import docnumber
    >>> text = "根据《关于深化政务公开的意见》(中办发〔2011〕22号)精神"
    >>> [(c.kind.value, str(c.number), c.title) for c in find(text, docnumber.find(text), None)]
    [('basis', '中办发〔2011〕22号', '关于深化政务公开的意见')]
    """
    titles = [(Span(*match.span()), match[1]) for match in _TITLE.finditer(folded)]
    by_end = {span.end: (span, title) for span, title in titles}
    found: list[Citation] = []
    used: set[Span] = set()
    for mention in numbers:
        if mention.number == own:
            continue
        before = mention.span.start - 1
        span, title = by_end.get(before if folded[before : before + 1] in "(〔" else -1, (mention.span, None))
        used.add(span)
        whole = Span(span.start, mention.span.end)
        found.append(Citation(_kind(folded, whole), whole, mention.number, title))
    found += [
        Citation(_kind(folded, span), span, None, title)
        for span, title in titles
        if span not in used and _names_a_document(title)
    ]
    return tuple(sorted(found, key=lambda citation: citation.span))


def _names_a_document(title: str) -> bool:
    """《…条例》, 《关于…的通知》; not a newspaper or a column."""
    return bool(
        re.search(
            r"(?:法|条例|办法|规定|决定|意见|通知|方案|细则|规则|规划|纲要|要点|公告|通告|批复|报告|标准|目录|清单|制度|指南|指引)(?:\([^()]{1,12}\)|〔[^〕]{1,12}〕)?$",
            title,
        )
    )


def _kind(folded: str, span: Span) -> CitationKind:
    if _REPEALED_AFTER.match(folded[span.end : span.end + 40].lstrip(")〕")):
        return CitationKind.REPEALS
    before = folded[max(0, span.start - 48) : span.start]
    return next((kind for kind, pattern in _KINDS if pattern.search(before)), CitationKind.MENTIONS)
