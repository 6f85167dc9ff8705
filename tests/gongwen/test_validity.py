"""Validity: what a document says of itself, and what that makes of it on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen import document, validity
from gongwen.normalize import fold
from gongwen.reading import of_page
from gongwen.types import CitationKind, Effect, Page, Validity, Where

TODAY = date(2024, 6, 30)
DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def page(title: str, text: str, header: str = "") -> Page:
    label, _, said = header.partition("=")
    body = f"{title}\n某政发〔2020〕5号\n各县（市、区）人民政府：\n现就有关事项通知如下。\n{text}\n某市人民政府\n2020年5月10日\n"
    return Page(body, title=title, metadata=((label, said),) if header else ())


@pytest.mark.cases("validity.tsv")
def test_own(case: dict[str, str]) -> None:
    found = document.read(page(case["title"], case["text"], case["header"]))
    term = validity.Term(found.validity, found.in_force_from, found.expires)
    now = validity.on(term, (), TODAY)
    start, end = found.in_force_from, found.expires
    said = (
        now.value.value if now else "",
        start.value.isoformat() if start else "",
        end.value.isoformat() if end else "",
    )
    assert said == (case["validity"], case["in_force_from"], case["expires"].strip()), case["reason"]


@pytest.mark.cases("validity.tsv")
def test_the_proof_is_in_its_place(case: dict[str, str]) -> None:
    found = document.read(page(case["title"], case["text"], case["header"]))
    for fact in (found.validity, found.in_force_from, found.expires):
        if fact and fact.evidence.where is Where.TEXT and fact.evidence.span:
            quoted = found.text[slice(*fact.evidence.span)]
            assert quoted == fact.evidence.quote
            assert fold(quoted) in fold(case["text"])
        elif fact:
            assert fact.evidence.where in (Where.METADATA, Where.TITLE)


def test_own_takes_the_day_it_is_given() -> None:
    reading = of_page(page("某市人民政府关于停车管理的通知", "本通知自2023年6月1日起施行，有效期一年。"))
    days = {date(2023, 5, 31): "not_yet_in_force", date(2023, 6, 1): "in_force", date(2024, 6, 1): "expired"}
    for today, expected in days.items():
        now, start, end = validity.own(reading, None, None, None, today=today)
        assert now is None, "a text without kind, number and date is taken for news"
        number = document.own_number(reading)
        now, start, end = validity.own(reading, None, number, None, today=today)
        assert now is not None
        assert now.value.value == expected
        assert (start and start.value, end and end.value) == (date(2023, 6, 1), date(2024, 5, 31))


@pytest.mark.parametrize(
    ("stated", "kind", "expected"),
    [
        (Validity.IN_FORCE, CitationKind.REPEALS, Validity.REPEALED),
        (Validity.IN_FORCE, CitationKind.REPLACES, Validity.REPEALED),
        (None, CitationKind.AMENDS, Validity.AMENDED),
        (Validity.EXPIRED, CitationKind.AMENDS, Validity.EXPIRED),
        (Validity.EXPIRED, CitationKind.REPEALS, Validity.REPEALED),
    ],
)
def test_what_another_document_does(stated: Validity | None, kind: CitationKind, expected: Validity) -> None:
    effect = Effect(kind, TODAY, "x")
    assert validity.decide(stated, None, None, [effect], TODAY) is expected
    before = validity.decide(stated, None, None, [effect], TODAY - timedelta(days=1))
    assert before is (stated or Validity.UNKNOWN), "not before the day on which it holds"


@given(st.sampled_from([None, *Validity]), st.none() | DAYS, st.none() | DAYS, DAYS)
def test_a_day_past_the_end_is_never_in_force(
    stated: Validity | None, start: date | None, end: date | None, today: date
) -> None:
    value = validity.decide(stated, start, end, (), today)
    if end and end < today:
        assert value in (Validity.EXPIRED, Validity.REPEALED)
    if value is Validity.IN_FORCE:
        assert end is None or end >= today
        assert start is None or start <= today


@given(st.none() | DAYS, st.none() | DAYS, DAYS)
def test_who_says_nothing_is_unknown(start: date | None, end: date | None, today: date) -> None:
    value = validity.decide(None, None, None, (), today)
    assert value is Validity.UNKNOWN
    assert validity.on(validity.Term(), (), today) is None
