"""Document numbers that a question gives, whole or with the end of the issuing code left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.protocol import Query
from engine.schema import Field
from gongwen import docnumber
from gongwen.types import DocNumber, NumberForm

_PARTIAL = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,8})[ 〔(]*(?P<year>(?:19|20)\d\d)[ 年〕)]*(?:第? *0*(?P<serial>[1-9]\d{0,4}) *号?)"
)
# A number's own document before those that cite it before those that name it in passing; relevance scores are at
# most 1, so factors above 1 apart keep the groups apart.
_OWN, _PARTLY, _CITING = 9.0, 6.0, 3.0


@dataclass(frozen=True, slots=True)
class PartialNumber:
    """A number of which the end of the issuing code was left out: 杭政办 2016 6号 for 杭政办发电〔2016〕6号."""

    code: str
    year: str
    serial: str

    def query(self) -> Query:
        """Year and serial as they stand, the code a beginning."""
        return Query(phrases=((self.year, self.serial),), prefix=self.code, fields=(Field.DOC_NUMBER,), weight=_PARTLY)

    def matches(self, number: str) -> bool:
        """True for a number in normal form that can be meant."""
        return number.startswith(self.code) and number.endswith(f"〔{self.year}〕{self.serial}号")


def find(folded: str) -> tuple[tuple[DocNumber, ...], str]:
    """The document numbers of a question, and the question without them; a question may leave out 号 at its end."""
    text = folded if folded.rstrip().endswith("号") or not re.search(r"\d\s*$", folded) else f"{folded.rstrip()}号"
    mentions = docnumber.find(text)
    if not mentions:
        return (), folded
    rest, end = [], 0
    for mention in mentions:
        rest.append(text[end : max(end, mention.span.start)])
        end = max(end, mention.span.end)
    return tuple(dict.fromkeys(mention.number for mention in mentions)), " ".join([*rest, text[end:]])


def as_partial(numbers: tuple[DocNumber, ...]) -> PartialNumber | None:
    """杭政办 2016 6号 reads as the number 杭政办〔2016〕6号, but its code may have been left unfinished."""
    if len(numbers) != 1 or numbers[0].form is not NumberForm.BRACKETED:
        return None
    return PartialNumber(numbers[0].code, str(numbers[0].year), str(numbers[0].serial))


def partial(folded: str) -> PartialNumber | None:
    """A question that is nothing but a code's beginning, a year and a serial; None otherwise."""
    match = _PARTIAL.fullmatch(folded.strip())
    return PartialNumber(match["code"], match["year"], match["serial"]) if match else None


def code_queries(
    numbers: tuple[DocNumber, ...], without: tuple[tuple[str, ...], ...]
) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The documents with the issuing codes of some numbers; then those whose codes begin so (杭政办 for 杭政办发电)."""
    codes = dict.fromkeys(number.code for number in numbers)
    whole = (Query(phrases=((code,),), fields=(Field.DOC_NUMBER,), without=without) for code in codes)
    begun = (Query(prefix=code, fields=(Field.DOC_NUMBER,), without=without) for code in codes)
    return tuple(whole), tuple(begun)


def number_queries(number: DocNumber, without: tuple[tuple[str, ...], ...]) -> list[Query]:
    """The document with a number, those it may be if the code is unfinished, and those that cite it."""
    phrase = number.parts
    unfinished = as_partial((number,))
    return [
        Query(phrases=(phrase,), fields=(Field.DOC_NUMBER,), without=without, weight=_OWN),
        Query(phrases=(phrase,), fields=(Field.CITES_TEXT,), without=without, weight=_CITING),
        *([replace(unfinished.query(), without=without)] if unfinished else []),
    ]
