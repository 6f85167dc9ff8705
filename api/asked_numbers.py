"""Document numbers that a question gives: whole, with the end of the issuing code left out, or only begun."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.protocol import Query
from engine.schema import Field
from gongwen import docnumber, issuer_codes, order_keys
from gongwen.types import DocNumber, NumberForm

_PARTIAL = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,8})[ 〔(]*(?P<year>(?:19|20)\d\d)[ 年〕)]*(?:第? *0*(?P<serial>[1-9]\d{0,4}) *号?)"
)
# 湘政办发〔2023〕, 国办发 2021年, 湘政办发: where a number begins so. A code without brackets must end as codes do.
_BEGUN = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,10}) *(?P<open>[〔(] *)?(?P<year>(?:19|20)\d\d)? *[〕)]? *年?(?: *第? *号)?"
)
_ENDINGS, _ENDINGS_ALONE = tuple("发函字规电令"), tuple("发函字规")
# A number's own document before those that cite it before those that name it in passing; relevance scores are at
# most 1, so factors above 1 apart keep the groups apart.
_OWN, _PARTLY, _CITING = 9.0, 6.0, 3.0


@dataclass(frozen=True, slots=True)
class PartialNumber:
    """A number of which the end of the issuing code was left out: 杭政办 2016 6号 for 杭政办发电〔2016〕6号; ``serial`` or
    ``year`` is "" where it was left out, too.
    """

    code: str
    year: str
    serial: str

    @property
    def is_begun(self) -> bool:
        """True when many documents may have such a number."""
        return not self.serial

    def query(self) -> Query:
        """Year and serial as they stand, the code a beginning."""
        known = tuple(part for part in (self.year, self.serial) if part)
        return Query(phrases=(known,) if known else (), prefix=self.code, fields=(Field.DOC_NUMBER,), weight=_PARTLY)

    def matches(self, number: str) -> bool:
        """True for a number in normal form that can be meant."""
        year = f"〔{self.year}〕" if self.year else ""
        end = f"{year}{self.serial}号" if self.serial else "号"
        return number.startswith(self.code) and year in number and number.endswith(end)


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
    """A question that is nothing but a code's beginning, a year and a serial, or an issuing code with or without a year;
    None otherwise."""
    if match := _PARTIAL.fullmatch(folded.strip()):
        return PartialNumber(match["code"], match["year"], match["serial"])
    match = _BEGUN.fullmatch(folded.strip())
    return PartialNumber(match["code"], match["year"] or "", "") if match and _is_number(match) else None


def _is_number(begun: re.Match[str]) -> bool:
    """False for words that may be meant as such: 土地开发, 教育 2016."""
    code = begun["code"]
    if begun["year"]:
        return bool(begun["open"]) or code.endswith(_ENDINGS) or (code.endswith("办") and issuer_codes.is_known(code))
    return not begun["open"] and code.endswith(_ENDINGS_ALONE) and issuer_codes.is_known(code)


def code_queries(
    numbers: tuple[DocNumber, ...], without: tuple[tuple[str, ...], ...]
) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The documents with the issuing codes of some numbers; then those whose codes begin so (杭政办 for 杭政办发电)."""
    codes = dict.fromkeys(number.code for number in numbers)
    whole = (Query(phrases=((code,),), fields=(Field.DOC_NUMBER,), without=without) for code in codes)
    begun = (Query(prefix=code, fields=(Field.DOC_NUMBER,), without=without) for code in codes)
    return tuple(whole), tuple(begun)


def number_queries(number: DocNumber, without: tuple[tuple[str, ...], ...]) -> list[Query]:
    """The document with a number, those it may be if the code is unfinished or the body left out, and those that cite it;
    of an order in any writing of its body (国务院令, 国令)."""
    unfinished, bare = as_partial((number,)), order_keys.without_body(number)
    found = []
    for one in (number, *order_keys.writings(number)):
        found.append(Query(phrases=(one.parts,), fields=(Field.DOC_NUMBER,), without=without, weight=_OWN))
        found.append(Query(phrases=(one.parts,), fields=(Field.CITES_TEXT,), without=without, weight=_CITING))
    if bare:
        found.append(Query(phrases=(bare.parts,), fields=(Field.DOC_NUMBER,), without=without, weight=_PARTLY))
    return [*found, *([replace(unfinished.query(), without=without)] if unfinished else [])]
