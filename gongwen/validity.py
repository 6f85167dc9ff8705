"""Validity 有效性 of a document: from which day to which it is in force, and what that makes of it on a given day.

《行政法规制定程序条例》 art. 29, 《规章制定程序条例》 art. 32 and the provinces' rules for 行政规范性文件 demand that a document
says from when it is in force (自2023年6月1日起施行, 自印发之日起施行) and most of them for how long (有效期五年, 试行期两年,
有效期至2025年12月31日). The last day counts: 自2020年2月1日起施行，有效期五年 ends with 2025年1月31日.

Only what the document says of itself is read (本通知, 本办法, or no subject at all): a permit's 有效期三年 is not the document's.
An end without a date (至疫情结束, 截止日期另行公告) leaves the validity unknown. Where validity has no sense (annual reports, news,
interpretations, answers to proposals) it stays None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from gongwen import term
from gongwen.data import rows
from gongwen.reading import Reading, in_metadata
from gongwen.types import CitationKind, DocNumber, Effect, Evidence, Fact, Genre, Span, Validity, Where

# Documents that report, explain, ask or reward: nothing in them is in force.
_WITHOUT = frozenset(
    {
        Genre.ANNUAL_REPORT, Genre.INTERPRETATION, Genre.WORK_REPORT, Genre.BUDGET, Genre.PERSONNEL,
        Genre.PROPOSAL_ANSWER, Genre.MINUTES, Genre.REPORT, Genre.REQUEST, Genre.BILL, Genre.COMMUNIQUE, Genre.CIRCULAR,
    }
)  # fmt: skip
_NEWS = (None, Genre.OTHER)
_BY_WHAT = re.compile(r"[ ]*[(〔][^()]{1,80}[)〕]?$")  # 废止(苏政规〔2018〕3号)


@dataclass(frozen=True, slots=True)
class Term:
    """What page and text say about the validity of their document, whatever day it is.

    ``stated`` is in force for a document that says from when it is, or that its page says so; ``in_force_from`` is the first
    and ``expires`` the last day in force.
    """

    stated: Fact[Validity] | None = None
    in_force_from: Fact[date] | None = None
    expires: Fact[date] | None = None


def read(
    reading: Reading,
    genre: Fact[Genre] | None,
    number: Fact[DocNumber] | None,
    signed: Fact[date] | None,
) -> Term:
    """The term of a document, from its page's header, then from its text; empty when neither says anything."""
    kind = genre.value if genre else None
    header = _stated(reading)
    if kind in _WITHOUT:  # a header may say 有效 of anything, but 已废止 is said on purpose
        return Term(header if header and header.value is not Validity.IN_FORCE else None)
    mark = term.mark(reading)
    start, end = reading.stated_date("in_force"), reading.stated_date("expires")
    said = term.Said()
    if kind not in _NEWS or number is not None or signed is not None:
        said = term.find(reading, kind, signed or reading.stated_date("published"))
    by_text = None
    if not said.open_ended and said.proof is not None:
        by_text = Fact(Validity.IN_FORCE, reading.in_text("正文写明施行日期或期限", said.proof))
    return Term(header or mark or by_text, start or said.start, end or said.end)


def acts(genre: Genre | None, numbered: bool) -> bool:
    """True of a document that can be in force, and change others: not of one that reports, explains or asks, nor of news."""
    return genre not in _WITHOUT and (genre not in _NEWS or numbered)


def _stated(reading: Reading) -> Fact[Validity] | None:
    for label, value in reading.metadata.get("validity", []):
        word = _BY_WHAT.sub("", value)
        if word in _words():
            return Fact(_words()[word], in_metadata(label, value, Span(0, len(value))))
    for label, value in reading.metadata.get("expires", []):
        if "废止" in label and reading.stated_date("expires"):
            return Fact(Validity.REPEALED, in_metadata(label, value, Span(0, len(value))))
    return None


@cache
def _words() -> dict[str, Validity]:
    return {row["word"]: Validity(row["validity"]) for row in rows("validity_words.tsv")}


def decide(
    stated: Validity | None,
    in_force_from: date | None,
    expires: date | None,
    effects: Sequence[Effect],
    today: date,
) -> Validity:
    """What a document is on a day; the one place where this is decided.

    In this order: repealed by another document or by its page; expired; not yet in force; amended; in force when it says
    so; else unknown.

    >>> decide(Validity.IN_FORCE, date(2020, 2, 1), date(2025, 1, 31), (), date(2025, 1, 31)).value
    'in_force'
    >>> decide(Validity.IN_FORCE, date(2020, 2, 1), date(2025, 1, 31), (), date(2025, 2, 1)).value
    'expired'
    """
    done = {effect.kind for effect in effects if effect.day is None or effect.day <= today}
    over = expires is not None and expires < today
    repealed = done & {CitationKind.REPEALS, CitationKind.REPLACES}
    # A page that says 尚未生效 was made before the day came.
    not_yet = in_force_from > today if in_force_from else stated is Validity.NOT_YET
    rules = (
        (Validity.REPEALED, bool(repealed) or (stated is Validity.REPEALED and (expires is None or over))),
        (Validity.EXPIRED, over or stated is Validity.EXPIRED),
        (Validity.NOT_YET, not_yet),
        (Validity.AMENDED, CitationKind.AMENDS in done or stated is Validity.AMENDED),
        (Validity.IN_FORCE, stated is not None or expires is not None),
    )
    return next((value for value, holds in rules if holds), Validity.UNKNOWN)


def on(found: Term, effects: Sequence[Effect], today: date) -> Fact[Validity] | None:
    """The validity on a day with its proof: the sentence, the header or, for an effect, the other document; None if unknown."""
    start, end = found.in_force_from, found.expires
    value = decide(
        found.stated.value if found.stated else None,
        start.value if start else None,
        end.value if end else None,
        effects,
        today,
    )
    if value is Validity.UNKNOWN:
        return None
    stated = found.stated if found.stated and found.stated.value is value else None
    dated = {Validity.EXPIRED: end, Validity.NOT_YET: start, Validity.IN_FORCE: end or start}.get(value)
    if stated:
        return stated
    if dated:
        return Fact(value, replace(dated.evidence, rule=f"{dated.evidence.rule}：{dated.value.isoformat()}"))
    by = next((effect for effect in effects if effect.day is None or effect.day <= today), None)
    rule = "其他文件修改或废止" if by else "页面与正文"
    return Fact(value, Evidence(rule, Where.SOURCE, by.by if by else ""))


def own(
    reading: Reading,
    genre: Fact[Genre] | None,
    number: Fact[DocNumber] | None,
    signed: Fact[date] | None,
    *,
    today: date,
) -> tuple[Fact[Validity] | None, Fact[date] | None, Fact[date] | None]:
    """Validity on a day, first and last day in force, as far as the document itself says; never reads the clock."""
    found = read(reading, genre, number, signed)
    return on(found, (), today), found.in_force_from, found.expires
