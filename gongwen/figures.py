"""Figures 统计数据 of annual reports on open government 政府信息公开工作年度报告, as (path of labels, party, value, unit).

Three forms are read, from rows as :mod:`gongwen.tables` writes them (HTML tables and shredded text alike):

* 2008-2018, one table of indicator, unit, value: ``| 3.网络申请数 | 件 | 12 |``;
* 2019 (国办公开办函〔2019〕60号): tables by items of art. 20 of 《政府信息公开条例》, one table of applications by applicant,
  one of reconsideration and litigation 复议诉讼;
* 2021 (国办公开办函〔2021〕30号): the same with other columns (本年制发件数, 本年收费金额).

Tables are recognised by the words the forms fix, not by the shape of their header, which copying breaks: a table of art.
20 by its column headings (data/figures_columns.tsv), applications by the row 新收政府信息公开申请数量, 复议诉讼 by 结果维持
above numbers in groups of five. Numbering gives the path of an indicator: 一、 > （一） > 1. > （1） > 其中.

:func:`check` (from :mod:`gongwen.figure_sums`) compares them by the form's own arithmetic.

Error policy: no figure rather than a wrong one. A blank or ``/`` is no figure; where numbers and columns do not match,
a row is read only if its own total proves the reading.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cache, lru_cache

from gongwen import tables
from gongwen.data import rows
from gongwen.figure_sums import check
from gongwen.types import Figure, Span

__all__ = ["check", "find"]

_APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
_OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
_LITIGATION = (("行政诉讼", "未经复议直接起诉"), ("行政诉讼", "复议后起诉"))
_REVIEWS = (("行政复议",), *_LITIGATION)
_RESULTS = "本年度办理结果"
_FIRST_ROW = re.compile(r"(?:新收|上年结转)(?:的)?政府信息公开申请")
_OLD_FORM = re.compile(r"主动公开|依申请公开|申请(?:办结|答复|受理)数|收到申请数")
_OLD_HEADER = re.compile(r"(?:统计)?指标(?:名称)?|(?:计量)?单位|统计数据?|数据统计")
_UNIT = re.compile(r"[件项笔条次人个份篇起名册期户处家场元]|人次|万元|亿元")
_UNIT_REMARK = re.compile(r"[（(](?:单位[:：])?(件|项|笔|条|次|人次|人|个|份|篇|万元|亿元|元)[）)]")
_MARK = re.compile(
    r"([一二三四五六七八九十]{1,3})[、.．]|[（(]([一二三四五六七八九十]{1,3})[）)]、?"
    r"|(\d{1,2})[、.．](?!\d)|[（(](\d{1,2})[）)]|(其中)[:：]?"
)
_NEXT_MARK = re.compile(r"[:：](?=[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．])")  # （三）不予公开：1.属于国家秘密
_REMARK = re.compile(r"（[^（）]*）|\([^()]*\)")
_BLANK = re.compile(r"[-－—–/／\\无]*")
_DIGITS = re.compile(r"[\d.,，%+-]+")
_ZEROS = re.compile("0{2,}")
_AMONG = 5  # the level of 其中
_LONGEST_HEADING = 60
_Amount = tuple[float, str | None]


def find(text: str) -> tuple[Figure, ...]:
    """The figures of the statutory tables in a text, in order; ``()`` when it has none. Never raises.

    >>> find("| 信息内容 | 本年新制作数量 |\\n| 规范性文件 | 150件 |\\n(公开)")
    (Figure(indicator=('规范性文件',), party='本年新制作数量', value=150.0, unit='件', span=Span(start=19, end=35)),)

    ``value`` is in ``unit`` as written (27042.62 万元), 减14 is -14; ``unit`` is None where the form prints none.
    ``span`` is the row in ``text``, in characters.
    """
    if not text.startswith("|") and "\n|" not in text:
        return ()
    reader = _Reader()
    for match in re.finditer(r"[^\n]+", text):
        line = match[0]
        if cells := tables.cells(line):
            reader.row(Span(*match.span()), cells)
        elif len(line) > _LONGEST_HEADING:
            reader.prose()
        else:
            reader.headings.append(_squeeze(line))
    return reader.result()


class _Outline:
    """Numbered labels above and at a row, by level: {1: 依申请公开情况, 2: 收到申请数}."""

    def __init__(self) -> None:
        self._labels: dict[int, str] = {}

    def clear(self) -> None:
        self._labels = {}

    def place(self, label: str, *, numbered_only: bool = False) -> None:
        """Puts a label where its numbering says; one without stays beside the items of 其中, or begins anew."""
        for piece in _NEXT_MARK.split(label):
            mark = _MARK.match(piece)
            if mark is None and numbered_only:
                return
            level = mark.lastindex if mark and mark.lastindex else _AMONG if _AMONG in self._labels else 0
            first = 1 if level == 1 else 0  # 一、 begins anew after a label without number too
            above = {at: name for at, name in self._labels.items() if first <= at < level}
            self._labels = above | {level: _bare(piece[mark.end() :] if mark else piece)}

    def path(self, labels: list[str]) -> tuple[str, ...]:
        """The path of a row with these labels: several cells of one row stand under each other."""
        for label in labels[:1]:
            self.place(label)
        for label in labels[1:]:
            if _MARK.match(label):
                self.place(label)
            else:
                self._labels[max(self._labels) + 1] = _bare(label)
        return tuple(label for _, label in sorted(self._labels.items()) if label)


class _Reader:
    """Reads row after row; ``headings`` are the lines and header rows since the last row with numbers."""

    def __init__(self) -> None:
        self.headings: deque[str] = deque(maxlen=64)  # the widest header, shredded, has 24 lines
        self._table = ""
        self._columns: list[tuple[str, str | None]] = []
        self._outline = _Outline()
        self._indicators: list[Figure] = []
        self._found: list[Figure] = []

    def result(self) -> tuple[Figure, ...]:
        self._close()
        return tuple(self._found)

    def prose(self) -> None:
        """A paragraph ends every table."""
        self.headings.clear()
        self._close()

    def row(self, span: Span, cells: list[str]) -> None:
        labels, unit, values = _parts(cells)
        if not any(map(_amount, values)):
            self.headings += [_squeeze(label) for label in labels]
            return
        header = "".join(self.headings)
        if not labels and self.headings:
            labels = [self.headings.pop()]
        table = self._table_of(labels, unit, header)
        if table != self._table:
            self._close()
            self._table = table
        if table in ("applications", "indicators"):
            for heading in self.headings:
                if _OLD_HEADER.fullmatch(heading):
                    self._outline.clear()
                self._outline.place(heading, numbered_only=True)
        self.headings.clear()
        if table == "article 20":
            self._article_20(span, labels, values)
        elif table == "applications":
            self._applications(span, labels, values)
        elif table == "reviews":
            self._reviews(span, labels, values, header)
        elif table == "indicators":
            self._indicator(span, labels, unit, values)

    def _table_of(self, labels: list[str], unit: str | None, header: str) -> str:
        """The table a row belongs to, from what stands above it; "" for a table that is not of the form."""
        if labels and _FIRST_ROW.search(_squeeze(labels[-1])):
            return "applications"
        if "结果维持" in header:
            return "reviews"
        if columns := _columns_in(header):
            self._columns = columns
            return "article 20"
        if unit or any(map(_OLD_HEADER.fullmatch, self.headings)):
            return "indicators"
        return "" if header and self._table in ("article 20", "reviews") else self._table

    def _close(self) -> None:
        """Ends a table; one of indicators counts only when it speaks of open government (other statistics look alike)."""
        statutory = any(_OLD_FORM.search(label) for figure in self._indicators for label in figure.indicator)
        if statutory and len(self._indicators) >= 3:
            self._found += self._indicators
        self._indicators = []
        self._outline.clear()
        self._table = ""

    def _article_20(self, span: Span, labels: list[str], values: list[str]) -> None:
        amounts = _spread(values, len(self._columns))
        for (column, unit), amount in zip(self._columns, amounts, strict=False):
            if amount and labels:
                self._found.append(Figure((_bare(labels[-1]),), column, amount[0], amount[1] or unit, span))

    def _applications(self, span: Span, labels: list[str], values: list[str]) -> None:
        path = self._outline.path(labels)
        if len(path) > 1 and "办理结果" not in path[0]:  # seed 001 lost the line 三、本年度办理结果
            path = (_RESULTS, *path[1:])
        for party, amount in zip(_APPLICANTS, _spread(values, 7, total_every=7), strict=False):
            if amount and path:
                self._found.append(Figure(path, party, *amount, span))
        if path and "结转下" in path[0]:  # the last row
            self._close()

    def _reviews(self, span: Span, labels: list[str], values: list[str], header: str) -> None:
        count = sum(map(bool, values))
        own = "".join(labels)
        named = [review for review in _REVIEWS if review[-1] in own]
        if not named and count == 5 and "总计" in header and "行政诉讼" not in header:
            named = [_REVIEWS[0]] if "行政复议" in header else []
        reviews = named[-1:] if count <= 5 else _LITIGATION if count == 10 else _REVIEWS
        amounts = _spread(values, 5 * len(reviews), total_every=5)
        cells = [(review, outcome) for review in reviews for outcome in _OUTCOMES]
        for (review, outcome), amount in zip(cells, amounts, strict=False):
            if amount:
                self._found.append(Figure(review, outcome, *amount, span))

    def _indicator(self, span: Span, labels: list[str], unit: str | None, values: list[str]) -> None:
        path = self._outline.path(labels)
        amounts = [amount for amount in map(_amount, values) if amount]
        if len(amounts) == 1 and path and labels:
            remark = _UNIT_REMARK.search(labels[-1])
            named = unit or amounts[0][1] or (remark[1] if remark else None)
            self._indicators.append(Figure(path, None, amounts[0][0], named, span))


def _parts(cells: list[str]) -> tuple[list[str], str | None, list[str]]:
    """Labels, unit column, and the cells for values: (['1.当面申请数'], '件', ['16'])."""
    texts = [at for at, cell in enumerate(cells) if _is_text(cell)]
    last = texts[-1] if texts else -1
    values = cells[last + 1 :]
    unit = cells[last] if texts and _UNIT.fullmatch(cells[last]) else None
    if unit and not any(map(_amount, values)) and _amount(cells[last - 1]):
        values = [cells[last - 1]]  # indicator, value, unit
    return [cells[at] for at in (texts[:-1] if unit else texts)], unit, values


def _is_text(cell: str) -> bool:
    return not (_BLANK.fullmatch(cell) or _DIGITS.fullmatch(cell) or _amount(cell))


@lru_cache(4096)
def _amount(cell: str) -> _Amount | None:
    return tables.amount(cell)


def _spread(values: list[str], width: int, total_every: int = 0) -> list[_Amount | None]:
    """The values of ``width`` columns, None for a blank one; empty when it is not sure which value stands in which.

    Every ``total_every``-th column is the sum of those before it. Zeros that ran together (0 00 2, seed 001) are read
    as one zero or as several only when the totals come out.
    """
    cells = [value for value in values if not _BLANK.fullmatch(value)]
    if len(cells) != width and len(values) >= width and all(map(_BLANK.fullmatch, values[:-width])):
        cells = values[-width:]
    if len(cells) < width:
        cells = [zero for cell in cells for zero in (cell if _ZEROS.fullmatch(cell) else [cell])]
        if not _adds_up(list(map(_amount, cells)), total_every):
            return []
    if len(cells) != width:
        return []
    amounts = list(map(_amount, cells))
    mended = [(0.0, None) if _ZEROS.fullmatch(cell) else _amount(cell) for cell in cells]
    return mended if mended != amounts and _adds_up(mended, total_every) else amounts


def _adds_up(amounts: list[_Amount | None], total_every: int) -> bool:
    numbers = [amount[0] for amount in amounts if amount]
    if not total_every or len(numbers) != len(amounts) or len(numbers) % total_every:
        return False
    groups = [numbers[at : at + total_every] for at in range(0, len(numbers), total_every)]
    return all(abs(sum(group[:-1]) - group[-1]) < 1e-6 for group in groups)


def _columns_in(header: str) -> list[tuple[str, str | None]]:
    """The columns of a table of art. 20, with the unit a heading names: 本年收费金额（单位：万元）."""
    if "信息内容" not in header and "第二十条" not in header:
        return []
    return [(match["column"], match["unit"]) for match in _column().finditer(header)]


@cache
def _column() -> re.Pattern[str]:
    names = sorted((row["column"] for row in rows("figures_columns.tsv")), key=len, reverse=True)
    return re.compile(f"(?P<column>{'|'.join(names)})(?:[（(](?:单位[:：])?(?P<unit>[件项笔元]|[万亿]元)[）)])?")


def _bare(label: str) -> str:
    """A label without its remark and spaces: 专职人员数(不包括政府公报…人员数) is 专职人员数."""
    return _REMARK.sub("", _squeeze(label)).strip(":：。;；")


def _squeeze(text: str) -> str:
    return "".join(text.split()).replace("／", "/")
