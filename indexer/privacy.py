"""Personal data is made unreadable before a document reaches the engine (:mod:`gongwen.personal`).

Masked text has the length of the original, so that every span found in it before stays true.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gongwen import personal
from gongwen.normalize import fold, normalize
from gongwen.types import Document, PersonalMention, Span

LONGEST = 500
"""Characters of a reason in the reject list."""


def masked(document: Document) -> tuple[Document, dict[str, int]]:
    """The document with personal data masked in title, text and original, and how many of each kind there were.

    >>> masked(Document("关于张三的处罚决定", "当事人:张三,身份证号:11010519491231002X。"))[1]
    {'id_card': 1}
    """
    in_text, in_title = _found(document.text), _found(document.title)
    if not in_text and not in_title:
        return document, {}
    original = None if document.original is None else _masked_source(document.original)
    hidden = replace(
        document,
        title=personal.mask(document.title, in_title),
        text=personal.mask(document.text, in_text),
        original=original,
        personal=in_text,
    )
    counts = Counter(mention.kind.value for mention in (*in_title, *in_text))
    return hidden, dict(sorted(counts.items()))


def _found(text: str) -> tuple[PersonalMention, ...]:
    """Personal data of a text that was normalised before; a second time may shorten it, and then its own form counts."""
    folded = fold(text)
    return personal.find(folded if len(folded) == len(text) else text)


def told(reason: str, *, mask: bool) -> str:
    """A reason as the reject list tells it: at most :data:`LONGEST` characters, and with ``mask`` no personal data, for what
    a library says of a broken file may quote the file.

    >>> told("no chunk header: '身份证号：11010519491231002X'", mask=True)
    "no chunk header: '身份证号：110*************2X'"
    """
    piece = reason[: 2 * LONGEST]  # what is cut in two is not recognised, but that cut is behind the next one
    piece = _masked_source(piece) if mask else piece
    return piece if len(piece) <= LONGEST else f"{piece[: LONGEST - 1]}…"


def _masked_source(source: str) -> str:
    """A text as found, masked where its normal form has personal data."""
    normal = normalize(source)
    mentions = [
        PersonalMention(mention.kind, Span(*normal.source_span(mention.span)))
        for mention in personal.find(normal.folded)
    ]
    return personal.mask(source, mentions)
