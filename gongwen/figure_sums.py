"""The arithmetic of annual-report forms 勾稽关系: what the figures of one report owe each other.

* 2019 and 2021 forms: in every column 第一项加第二项之和，等于第三项加第四项之和 (the sentence is printed in the form itself),
  the results add up to 总计, the applicants of a row add up to 总计; four outcomes of 复议诉讼 add up to 总计.
* 2008-2018 form: items that divide an indicator add up to it (data/figures_sums.tsv says which do).

A sum that is too large is a contradiction in any case. One that is too small is reported only when no item can be
missing from the text: an unread cell must not accuse anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from gongwen.data import rows
from gongwen.types import Contradiction, Figure, Span

_TOTAL = "总计"
_REVIEWS = ("行政复议", "行政诉讼")
_PARTIES = 7
_OUTCOMES = 5
_FEWEST_RESULTS = 19  # rows of the 2019 form before （七）总计; later ones divide （六）其他处理 in three
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of several columns: its values by party."""

    indicator: tuple[str, ...]
    values: dict[str, float]
    span: Span

    @property
    def parts(self) -> float:
        return sum(value for party, value in self.values.items() if party != _TOTAL)

    def value(self, party: str) -> float | None:
        """The value of a party; a blank cell is 0 when the other parties make up the total."""
        missing = 0.0 if self.values.get(_TOTAL) == self.parts else None
        return self.values.get(party, missing)


def check(figures: tuple[Figure, ...]) -> tuple[Contradiction, ...]:
    """The contradictions among the figures of one document, in the order of the text.

    >>> given = [("收到申请数", 97), ("当面申请数", 21), ("网络申请数", 75)]
    >>> paths = [("收到申请数",), ("收到申请数", "当面申请数"), ("收到申请数", "网络申请数")]
    >>> check(tuple(Figure(p, None, v, "件", Span(0, 9)) for p, (_, v) in zip(paths, given, strict=True)))
    (Contradiction(rule='分项之和应等于合计（收到申请数）', expected=96, found=97, span=Span(start=0, end=9)),)

    ``expected`` is what the other figures demand, ``found`` what stands in the row at ``span``. A document with several
    reports is checked report by report.
    """
    indicators = [figure for figure in figures if figure.party is None]
    reviews = [figure for figure in figures if figure.party and figure.indicator[0] in _REVIEWS]
    applications = [figure for figure in figures if figure.party and figure.indicator[0] not in _REVIEWS]
    found: list[Contradiction] = []
    for table in _tables(indicators):
        found += _indicators(table)
    for table in _tables(reviews):
        found += [wrong for row in _rows(table) if (wrong := _row_total(row, _OUTCOMES, _review_rule(row)))]
    for table in _tables(applications):
        found += _applications([row for row in _rows(table) if _TOTAL in row.values])
    return tuple(sorted(found, key=lambda contradiction: contradiction.span))


def _tables(figures: list[Figure]) -> Iterator[list[Figure]]:
    """The figures of each report: where the first one comes again, another begins."""
    table: list[Figure] = []
    for figure in figures:
        if table and (figure.indicator, figure.party) == (table[0].indicator, table[0].party):
            yield table
            table = []
        table.append(figure)
    yield table


def _rows(figures: list[Figure]) -> list[_Row]:
    found: dict[tuple[tuple[str, ...], Span], dict[str, float]] = defaultdict(dict)
    for figure in figures:
        found[figure.indicator, figure.span][figure.party or ""] = figure.value
    return [_Row(indicator, values, span) for (indicator, span), values in found.items()]


def _compare(rule: str, expected: float, found: float, span: Span, *, complete: bool = True) -> Contradiction | None:
    wrong = abs(expected - found) > _TOLERANCE and (complete or expected > found)
    return Contradiction(rule, expected, found, span) if wrong else None


def _row_total(row: _Row, width: int, rule: str) -> Contradiction | None:
    if _TOTAL not in row.values:
        return None
    return _compare(rule, row.parts, row.values[_TOTAL], row.span, complete=len(row.values) == width)


def _review_rule(row: _Row) -> str:
    which = f"（{row.indicator[1]}）" if len(row.indicator) > 1 else ""
    return f"{row.indicator[0].removeprefix('行政')}各结果之和应等于总计{which}"


def _applications(table: list[_Row]) -> list[Contradiction]:
    wrong = [_row_total(row, _PARTIES, "各类申请人之和应等于总计") for row in table]
    parties = list(dict.fromkeys(party for row in table for party in row.values))
    for party in parties:
        wrong += [_results(table, party), _balance(table, party)]
    return [contradiction for contradiction in wrong if contradiction]


def _results(table: list[_Row], party: str) -> Contradiction | None:
    """The results 予以公开 … 其他处理 add up to （七）总计."""
    results = [row for row in table if "办理结果" in row.indicator[0]]
    total = next((row for row in results if row.indicator[-1] == _TOTAL), None)
    found = total.value(party) if total else None
    divided = {row.indicator[:-1] for row in results}
    items = [row for row in results if row is not total and row.indicator not in divided]
    if total is None or found is None or not items:
        return None
    values = [row.value(party) for row in items]
    known = [value for value in values if value is not None]
    complete = len(known) == len(values) >= _FEWEST_RESULTS
    return _compare(f"分项之和应等于总计{_of(party)}", sum(known), found, total.span, complete=complete)


def _balance(table: list[_Row], party: str) -> Contradiction | None:
    """一、本年新收 and 二、上年结转 are 三、办理结果总计 and 四、结转下年度."""
    found: list[_Row] = []
    for word, at in (("新收", 0), ("上年结转", 0), (_TOTAL, -1), ("结转下", 0)):
        found += [row for row in table if word in row.indicator[at]][:1]
    values = [row.value(party) for row in found]
    known = [value for value in values if value is not None]
    if len(known) != 4:
        return None
    rule = f"第一项加第二项应等于第三项加第四项{_of(party)}"
    return _compare(rule, known[0] + known[1], known[2] + known[3], found[-1].span)


def _of(party: str) -> str:
    return "" if party == _TOTAL else f"（{party}）"


@cache
def _divided() -> frozenset[str]:
    return frozenset(row["indicator"] for row in rows("figures_sums.tsv"))


def _indicators(table: list[Figure]) -> list[Contradiction]:
    """Items of the 2008-2018 form; one item alone proves only that it is too large."""
    values = {figure.indicator: figure for figure in table}
    items: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for figure in table:
        items[figure.indicator[:-1]].append(figure)
    wrong = []
    for path, parts in items.items():
        total = values.get(path) or values.get(path[:-1])
        if not path or path[-1] not in _divided() or total is None or {part.unit for part in parts} != {total.unit}:
            continue
        rule = f"分项之和应等于合计（{total.indicator[-1]}）"
        wrong.append(
            _compare(rule, sum(part.value for part in parts), total.value, total.span, complete=len(parts) > 1)
        )
    return [contradiction for contradiction in wrong if contradiction]
