"""Counts followed through the years 指标序列: one name for what the forms of annual reports call by different words.

The form of 2008-2018 counts 收到申请数, that of 2019 本年新收政府信息公开申请数量 in the column 总计: one series, ``received``.
Which figures belong together stands in data/figure_series.tsv, with what was left apart and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from gongwen.data import rows
from gongwen.types import Figure, Span

_ITEMS = "*"
_IN_TEN_THOUSANDS = {"元": 1e-4, "万元": 1.0, "亿元": 1e4}


@dataclass(frozen=True, slots=True)
class Series:
    """A count that several forms give: ``name`` as people read it (收到申请), ``unit`` of its values (件)."""

    id: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What one report says of a series: the value in the series' unit and the row it stands in (the first one of a sum)."""

    series: str
    value: float
    span: Span


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a form gives a series."""

    series: Series
    path: tuple[str, ...]
    party: str | None
    parts: int

    def holds(self, figure: Figure) -> bool:
        """True when a figure is this count, or one of the items that make it."""
        labels = figure.indicator
        if figure.party != self.party:
            return False
        if self.path[-1] == _ITEMS:
            return len(labels) == len(self.path) and labels[:-1] == self.path[:-1]
        return labels[-len(self.path) :] == self.path


@cache
def known() -> dict[str, Series]:
    """All series by identifier, in the order of the forms.

    >>> known()["received"]
    Series(id='received', name='收到申请', unit='件')
    """
    return {row["series"]: Series(row["series"], row["name"], row["unit"]) for row in rows("figure_series.tsv")}


def named(name: str) -> Series | None:
    """The series of an identifier or a name; None when there is none.

    >>> named("收到申请").id
    'received'
    """
    return next((one for one in known().values() if name in (one.id, one.name)), None)


@cache
def _ways() -> tuple[_Way, ...]:
    return tuple(
        _Way(known()[row["series"]], tuple(row["path"].split(" > ")), row["party"] or None, int(row["parts"] or 1))
        for row in rows("figure_series.tsv")
    )


def of(figures: Iterable[Figure]) -> tuple[Reported, ...]:
    """What the figures of a report say of each series, in the order of :func:`known`; series without a figure are left out.

    >>> of([Figure(("依申请公开情况", "收到申请数"), None, 169.0, "件", Span(0, 18))])
    (Reported(series='received', value=169.0, span=Span(start=0, end=18)),)

    Of a text with several reports the first counts. A sum with an item missing is no value, and money without unit neither:
    better none than a wrong one.
    """
    first: dict[tuple[tuple[str, ...], str | None], Figure] = {}
    for figure in figures:
        first.setdefault((figure.indicator, figure.party), figure)
    found: dict[str, Reported] = {}
    for way in _ways():
        if way.series.id not in found and (value := _value(way, first.values())) is not None:
            found[way.series.id] = value
    return tuple(found.values())


def _value(way: _Way, figures: Iterable[Figure]) -> Reported | None:
    held = [figure for figure in figures if way.holds(figure)]
    if len(held) < way.parts:
        return None
    if way.path[-1] != _ITEMS:
        held = held[:1]
    amounts = [_in_unit(figure, way.series.unit) for figure in held]
    values = [amount for amount in amounts if amount is not None]
    if len(values) < len(held) or min(values) < 0:
        return None
    return Reported(way.series.id, round(sum(values), 6), held[0].span)


def _in_unit(figure: Figure, unit: str) -> float | None:
    """The value of a figure in a unit; what is counted has one unit whatever the form calls it (件, 条, 项)."""
    if unit != "万元":
        return figure.value
    factor = _IN_TEN_THOUSANDS.get(figure.unit or "")
    return None if factor is None else figure.value * factor
