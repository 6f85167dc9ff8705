"""Tables 表格 in plain text: a row is one line, ``| 规范性文件 | 6 | 6 | 136 |``.

Pages copied as text often lose their tables: every cell stands on a line of its own (seeds 000-002), sometimes with a
``|`` at its end. :func:`rejoin` puts the rows together again: a row is a label followed by its numbers (and, in the
2008-2018 form, by a unit between them); the labels above a first row, as many as the row has cells, are its header,
except numbered ones (二、回应解读情况), which name a group of rows and stay lines of their own.
:func:`amount` reads what stands in a cell.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?:增加?|减少?|上升|下降)?[-+]?\d[\d,]*(?:\.\d+)?\s*(?:%|万元|亿元|元|万|件|项|条|次|笔|人次|人|个|份|篇|起|名|册|期|户|处|家|场)?|[-—/无]"
)
_UNIT = re.compile(r"条|件|次|篇|个|人次|人|万元|元|项|笔|名|册|期|份|起|场|家|户")
_LONGEST_CELL = 45
_SENTENCE = re.compile(r"[。；;！!]|，.*，")
_REMARK = re.compile(r"（[^（）]*）|\([^()]*\)")
_GROUP = re.compile(r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|其中")
_AMOUNT = re.compile(
    r"(?P<sign>增加?|减少?|上升|下降|[+＋]|[-－−])?\s*"
    r"(?P<number>(?:\d{1,3}(?:[,，]\d{3}){1,4}|0|[1-9]\d{0,14})(?:\.\d{1,8})?)\s*"
    r"(?P<unit>%|万元|亿元|元|人次|[件项笔条次人个份篇起名册期户处家场宗部])?"
)
_DOWN = ("减", "下", "-", "－", "−")


def row(cells: list[str]) -> str:
    """One line for one row.

    >>> row(["规范性文件", "6", "6", "136"])
    '| 规范性文件 | 6 | 6 | 136 |'
    """
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def cells(line: str) -> list[str] | None:
    """The cells of a row line, None when the line is no row."""
    if len(line) < 3 or not line.startswith("|") or not line.endswith("|"):
        return None
    return [cell.strip() for cell in line[1:-1].split("|")]


def amount(cell: str) -> tuple[float, str | None] | None:
    """The number in a cell with its unit, None when the cell is not a number and nothing else.

    >>> amount("减14"), amount("27042.62万元"), amount("1,234件"), amount("/")
    ((-14.0, None), (27042.62, '万元'), (1234.0, '件'), None)

    ``00`` is none: two cells that ran together, or a slip of the hand.
    """
    match = _AMOUNT.fullmatch(cell.strip())
    if match is None:
        return None
    value = float(re.sub("[,，]", "", match["number"]))
    down = (match["sign"] or "").startswith(_DOWN)
    return (-value if down and value else value), match["unit"]


def rejoin(lines: list[str]) -> list[str]:
    """The lines with shredded tables put together; all other lines unchanged and in order.

    >>> rejoin(["信息内容", "本年新制作数量", "规章", "0", "规范性文件", "6"])
    ['| 信息内容 | 本年新制作数量 |', '| 规章 | 0 |', '| 规范性文件 | 6 |']
    """
    joined: list[str] = []
    run: list[str] = []
    for line in lines:
        if "\t" in line and not _SENTENCE.search(line):  # a spreadsheet pasted as text
            joined += [*_rows(run), row(line.split("\t"))]
            run = []
        elif _is_cell(line):
            run.append(line)
        else:
            joined += [*_rows(run), line]
            run = []
    return joined + _rows(run)


def _is_cell(line: str) -> bool:
    if cells(line):
        return False
    return _is_marked(line) or (len(line) <= _LONGEST_CELL and not _SENTENCE.search(_REMARK.sub("", line)))


def _is_marked(line: str) -> bool:
    """True for a cell that kept its border: ``条 |``, ``||||``."""
    return line.endswith("|") and len(line) <= 3 * _LONGEST_CELL


def _rows(run: list[str]) -> list[str]:
    """A run of short lines as table rows; unchanged when it does not hold two rows of label and number."""
    marked = any(_is_marked(line) for line in run)
    bare = [cell for line in run if (cell := line.strip("| "))]
    groups = _label_and_values(bare)
    if sum(bool(values) for _, values in groups) < (1 if marked else 2):
        return bare
    result: list[str] = []
    for labels, values in groups:
        if not values:
            result += labels
            continue
        above, below = _without_groups(labels[:-1])
        width = len(values) + 1
        header_at = len(above) - width if len(above) >= width else (0 if len(above) >= 2 else len(above))
        result += above[:header_at]
        if above[header_at:]:
            result.append(row(above[header_at:]))
        result += [*below, row([*labels[-1:], *values])]
    return result


def _without_groups(labels: list[str]) -> tuple[list[str], list[str]]:
    """What can be a header, and the numbered labels that follow it."""
    end = len(labels)
    while end and _GROUP.match(labels[end - 1]):
        end -= 1
    return labels[:end], labels[end:]


def _label_and_values(kept: list[str]) -> list[tuple[list[str], list[str]]]:
    """Groups of (labels, the numbers after them); a unit right after a label counts among the numbers."""
    groups: list[tuple[list[str], list[str]]] = [([], [])]
    for position, cell in enumerate(kept):
        following = kept[position + 1] if position + 1 < len(kept) else ""
        unit_here = bool(_UNIT.fullmatch(cell)) and bool(groups[-1][0] or _NUMBER.fullmatch(following))
        if _NUMBER.fullmatch(cell) or unit_here:
            if unit_here and groups[-1][1]:  # a second unit: its label was lost, so a row of its own
                groups.append(([], []))
            groups[-1][1].append(cell)
        else:
            if groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(cell)
    return [group for group in groups if group[0] or group[1]]
