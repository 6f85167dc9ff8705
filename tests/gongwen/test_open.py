"""What the core still reads wrongly (cases/open.tsv): each row must fail, so that a mended one is noticed and moved."""

from __future__ import annotations

import pytest

from gongwen import citations, dates, docnumber, genre, issuers, lexicon
from gongwen.normalize import normalize


def read(module: str, text: str) -> str:
    """What the core makes of the text, as the module's table writes it."""
    folded = normalize(text).folded
    numbers = docnumber.find(folded)
    if module == "docnumber":
        return ";".join(str(mention.number) for mention in numbers)
    if module == "dates":
        return ";".join(mention.date.isoformat() for mention in dates.find(folded))
    if module == "genre":
        found = genre.of_title(folded)
        return found.value.value if found else ""
    if module == "issuers":
        return "；".join(body.name for body, _ in issuers.of_title(folded))
    if module == "citations":
        return "|".join(
            f"{c.kind.value}:{c.number or ''}:{c.title or ''}" for c in citations.find(folded, numbers, None)
        )
    if module == "words":
        return "|".join(lexicon.segmenter().words(folded))
    raise AssertionError(f"open.tsv: unknown module {module!r}")


@pytest.mark.cases("open.tsv")
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="open: see cases/open.tsv")
def test_open(case: dict[str, str]) -> None:
    got = read(case["module"], case["text"])
    holds = case["expected"] in got.split("|") if case["module"] == "words" else got == case["expected"]
    assert holds, case["reason"]


@pytest.mark.cases("open.tsv")
def test_what_is_open_is_described_as_it_is(case: dict[str, str]) -> None:
    assert read(case["module"], case["text"]) == case["got"], case["reason"]
