"""Meilisearch's filter language: a string, or a list (and) of strings and lists (or) of strings, read into conditions.

    filter     = or
    or         = and, { "OR", and }
    and        = not, { "AND", not }
    not        = "NOT", not | "(", or, ")" | condition
    condition  = value, ( "=" | "!=" | ">" | ">=" | "<" | "<=" ), value
               | value, value, "TO", value
               | value, [ "NOT" ], "IN", "[", [ value, { ",", value } ], [ "," ], "]"
               | value, ( "EXISTS" | "NOT EXISTS" | "IS" [ "NOT" ] ( "NULL" | "EMPTY" ) )
               | value, [ "NOT" ], "STARTS WITH", value
    value      = letters, digits, "_", "-", "." | "…" | '…' (a backslash before the quote that is meant itself)

Words in capitals are reserved; a value that is one needs quotes. Unlike Meilisearch we compare only numbers with
``>`` and the like (it compares texts letter by letter, which is no order of Chinese), and refuse the rest by its
own code. An unknown value is an absent field here: ``EXISTS`` says that it is known, nothing is null or empty.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.compat import public
from api.compat.refusals import Refusal, unsupported
from api.compat.tokens import Token, Tokens
from engine.protocol import AllOf, AnyOf, Clause, Condition, Not
from engine.schema import Field
from gongwen import docnumber
from gongwen.errors import NotADocNumber

MAX_LENGTH = 20_000
"""Characters of a filter, all its strings together."""
MAX_CONDITIONS = 500
_MAX_NESTED = 12  # brackets and NOT inside one another; each may be three conditions deep for the engine
_RESERVED = frozenset(["AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS", "WITH"])
_GEO = ("_geoRadius", "_geoBoundingBox")
_OPERATIONS = "`=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, `CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`, `_geoRadius`, or `_geoBoundingBox`"  # fmt: skip
_LARGEST = 10**15  # beyond every date and count; the engine reads numbers as floating point
_NOTHING = AnyOf()


def read(given: Any, index: str) -> tuple[Clause, ...]:
    """The conditions of a request's ``filter``, all of which must hold; ``index`` is named in messages.

    >>> read(["genre = 通知", ["year = 2016", "year = 2017"]], "wenhao")[0]
    Condition(field=<Field.GENRE: 'genre'>, values=('通知',), at_least=None, at_most=None, absent=False, begins=None)

    Raises :class:`~api.compat.refusals.Refusal` for a fault, with its place, and for what is not public.
    """
    if given is None:
        return ()
    if not isinstance(given, str | list):
        raise _syntax("String, Array", given)
    alternatives = [_alternatives(part) for part in (given if isinstance(given, list) else [given])]
    if sum(len(text) for texts in alternatives for text in texts) > MAX_LENGTH:
        raise Refusal("invalid_search_filter", f"The filter has more than {MAX_LENGTH} characters.")
    found: list[Clause] = []
    left = MAX_CONDITIONS
    for texts in alternatives:
        readers = [_Reader(Tokens(text), index, left) for text in texts if text.strip()]
        clauses = [reader.whole() for reader in readers]
        left -= sum(reader.conditions for reader in readers)
        if left < 0:
            raise Refusal("invalid_search_filter", f"The filter has more than {MAX_CONDITIONS} conditions.")
        found += [_joined(AnyOf, clauses)] if clauses else []
    return tuple(found)


def _alternatives(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    if not isinstance(part, list):
        raise _syntax("String, [String]", part)
    for text in part:
        if not isinstance(text, str):
            raise _syntax("String", text)
    return part


def _syntax(expected: str, found: Any) -> Refusal:
    return Refusal("invalid_search_filter", f"Invalid syntax for the filter parameter: `expected {expected}, found: {json.dumps(found, ensure_ascii=False)[:80]}`.")  # fmt: skip


def _joined(kind: type[AllOf | AnyOf], clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else kind(tuple(clauses))


@dataclass(slots=True)
class _Reader:
    """Reads one string of a filter from left to right."""

    tokens: Tokens
    index: str
    most: int
    conditions: int = 0
    _nested: int = 0

    def whole(self) -> Clause:
        clause = self._either()
        rest = self.tokens.peek()
        if rest.kind != "end":
            left = self.tokens.text[rest.start :]
            raise self.tokens.fault(f"Found unexpected characters at the end of the filter: `{left}`. You probably forgot an `OR` or an `AND` rule.", rest)  # fmt: skip
        return clause

    def _either(self) -> Clause:
        clauses = [self._both()]
        while self.tokens.take("OR"):
            clauses.append(self._both())
        return _joined(AnyOf, clauses)

    def _both(self) -> Clause:
        clauses = [self._one()]
        while self.tokens.take("AND"):
            clauses.append(self._one())
        return _joined(AllOf, clauses)

    def _one(self) -> Clause:
        self._nested += 1
        if self._nested > _MAX_NESTED:
            raise self.tokens.fault("The filter exceeded the maximum depth limit. Try rewriting the filter so that it contains fewer nested conditions.", self.tokens.peek())  # fmt: skip
        clause: Clause
        if self.tokens.take("NOT"):
            clause = Not(self._one())
        elif self.tokens.take("("):
            clause = self._either()
            if not self.tokens.take(")"):
                raise self.tokens.fault(
                    "Expression is missing the following closing delimiter: `)`.", self.tokens.peek()
                )
        else:
            clause = self._condition()
        self._nested -= 1
        return clause

    def _condition(self) -> Clause:
        self.conditions += 1
        if self.conditions > self.most:
            raise Refusal("invalid_search_filter", f"The filter has more than {MAX_CONDITIONS} conditions.")
        first = self.tokens.peek()
        if first.kind in ("end", "=", "!=", ">", ">=", "<", "<="):
            raise self.tokens.fault(f"Was expecting an operation {_OPERATIONS} but instead got nothing.", first)
        if first.text in _GEO:
            raise self._not_filterable("_geo", first)
        name = self._value()
        if name == "_vectors":
            raise unsupported("Filtering by `_vectors`")
        negated = self.tokens.take("NOT")
        clause = self._operation(first, name)
        if clause is None and not negated:
            clause = self._compared(first, name)
        if clause is None:
            raise self.tokens.fault(
                f"Was expecting an operation {_OPERATIONS} at `{self.tokens.text[first.start :]}`.", first
            )
        return Not(clause) if negated else clause

    def _operation(self, first: Token, name: str) -> Clause | None:
        """What may follow a field, or a field and NOT."""
        if self.tokens.take("EXISTS"):
            return Not(Condition(self._field(first, name), absent=True))
        if self.tokens.take("IN"):
            return self._values(self._field(first, name), self._list())
        if self.tokens.take("CONTAINS"):
            raise unsupported("`CONTAINS` in a filter")
        if self.tokens.take("STARTS", "WITH"):
            return Condition(self._field(first, name), begins=self._value())
        return None

    def _compared(self, first: Token, name: str) -> Clause | None:
        """What may follow a field alone."""
        if self.tokens.take("IS"):
            negated = self.tokens.take("NOT")
            if not (self.tokens.take("NULL") or self.tokens.take("EMPTY")):
                return None
            self._field(first, name)
            return Not(_NOTHING) if negated else _NOTHING
        sign = self.tokens.peek()
        if sign.kind in _COMPARED:
            self.tokens.next()
            field = self._field(first, name)
            return _COMPARED[sign.kind](self, field, self._value(), sign)
        if sign.kind not in ("word", "text"):
            return None
        before, low = self.tokens.at, self._value()
        if not self.tokens.take("TO"):
            self.tokens.at = before
            return None
        field, high = self._field(first, name), self._value()
        return _whole_range(self._number(field, low, sign, math.ceil), self._number(field, high, sign, math.floor), field)  # fmt: skip

    def _values(self, field: Field, values: list[str]) -> Clause:
        self.conditions += len(values)
        return Condition(field, tuple(_canonical(field, value) for value in values)) if values else _NOTHING

    def _list(self) -> list[str]:
        opening = self.tokens.peek()
        if not self.tokens.take("["):
            raise self.tokens.fault("Expected `[` after `IN` keyword.", opening)
        values: list[str] = []
        while self.tokens.peek().kind in ("word", "text"):
            values.append(self._value())
            if not self.tokens.take(","):
                break
        rest = self.tokens.peek()
        if rest.kind == "end":
            raise self.tokens.fault("Expected matching `]` after the list of field names given to `IN[`", rest)
        if not self.tokens.take("]"):
            raise self.tokens.fault(f"Expected only comma-separated field names inside `IN[..]` but instead found `{self.tokens.text[rest.start :]}`.", rest)  # fmt: skip
        return values

    def _value(self) -> str:
        token = self.tokens.next()
        if token.kind == "text":
            return token.text
        if token.kind != "word":
            got = f"`{token.text}`" if token.kind == "?" else "nothing"
            raise self.tokens.fault(f"Was expecting a value but instead got {got}.", token)
        if token.text in _RESERVED:
            raise self.tokens.fault(f"Was expecting a value but instead got `{token.text}`, which is a reserved keyword. To use `{token.text}` as a field name or a value, surround it by quotes.", token)  # fmt: skip
        if token.text in _GEO:
            raise self.tokens.fault(f"The `{token.text}` filter is an operation and can't be used as a value.", token)
        return token.text

    def _field(self, token: Token, name: str) -> Field:
        if name not in public.FILTERABLE:
            raise self._not_filterable(name, token)
        return public.FILTERABLE[name]

    def _not_filterable(self, name: str, token: Token) -> Refusal:
        names = ", ".join(f"`{one}`" for one in sorted(public.FILTERABLE))
        return self.tokens.fault(f"Index `{self.index}`: Attribute `{name}` is not filterable. Available filterable attribute patterns are: {names}.", token)  # fmt: skip

    def _number(self, field: Field, value: str, sign: Token, whole: Callable[[float], int]) -> int:
        """A number that a field is compared with, made whole: fields have whole numbers only."""
        if field not in public.NUMERIC:
            raise self.tokens.fault(f"Index `{self.index}`: Filter operator `{sign.text}` is not allowed for the attribute `{field}`, which is no number.", sign)  # fmt: skip
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.tokens.fault(f"The attribute `{field}` is compared with numbers, and `{value}` is none.", sign)
        return whole(min(max(number, -_LARGEST), _LARGEST))

    def _equal(self, field: Field, value: str, _sign: Token) -> Clause:
        return self._values(field, [value])

    def _unequal(self, field: Field, value: str, _sign: Token) -> Clause:
        return Not(self._values(field, [value]))

    def _above(self, field: Field, value: str, sign: Token) -> Clause:
        return Condition(field, at_least=self._number(field, value, sign, math.floor) + 1)

    def _from(self, field: Field, value: str, sign: Token) -> Clause:
        return Condition(field, at_least=self._number(field, value, sign, math.ceil))

    def _below(self, field: Field, value: str, sign: Token) -> Clause:
        return Condition(field, at_most=self._number(field, value, sign, math.ceil) - 1)

    def _up_to(self, field: Field, value: str, sign: Token) -> Clause:
        return Condition(field, at_most=self._number(field, value, sign, math.floor))


_COMPARED = {"=": _Reader._equal, "!=": _Reader._unequal, ">": _Reader._above, ">=": _Reader._from, "<": _Reader._below, "<=": _Reader._up_to}  # fmt: skip


def _whole_range(low: int, high: int, field: Field) -> Clause:
    return Condition(field, at_least=low, at_most=high)


def _canonical(field: Field, value: str) -> str:
    """A document number in any writing as it is stored; other values as they are."""
    if field not in (Field.NUMBER_KEY, Field.CITE_KEYS):
        return value
    try:
        return str(docnumber.parse(value))
    except NotADocNumber:
        return value
