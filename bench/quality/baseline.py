"""The pinned run ``bench/quality_baseline.json``: floors that a set must hold, and the rank of every question.

A floor is the figure of the pinned run. A figure fails when it lies more than the set's noise below its floor. The
ranking itself has no noise: two runs over one index gave the same rank to every question of every set; the band says
how much a change may cost before someone has to look. Sets that are rules rather than opinions (a document is found by
its own title, by its own number) have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[1] / "quality_baseline.json"


@dataclass(frozen=True, slots=True)
class Result:
    """What a full run of a set gave: figures by name, the first right document's rank by question (0: not found)."""

    data: str
    figures: dict[str, float]
    ranks: dict[str, int]


def load(path: Path = PATH) -> dict[str, dict[str, Any]]:
    """The pinned sets by name; none when there is no file."""
    pinned: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return pinned


def falls(name: str, now: Result, pinned: dict[str, dict[str, Any]]) -> list[str]:
    """The figures of a run that lie below their floors; none when no floors are pinned for these documents."""
    floor = pinned.get(name)
    if floor is None or floor["data"] != now.data:
        return []
    return [
        f"{name}: {figure} {now.figures[figure]:.4f} is below its floor {value:.4f} (noise {floor['noise']})"
        for figure, value in floor["floors"].items()
        if now.figures[figure] < value - floor["noise"] - 5e-5  # floors are rounded to four digits
    ]


def complaints(name: str, now: Result, pinned: dict[str, dict[str, Any]]) -> Iterable[str]:
    """What is wrong with a run: a figure below its floor, or no floors to compare with."""
    floor = pinned.get(name)
    if floor is None:
        yield f"{name}: no floors pinned; run with --update"
        return
    if floor["data"] != now.data:  # both empty for documents of this repository, which change with it
        yield f"{name}: the documents are not those of the pinned run ({now.data}, not {floor['data']}); judge the figures, then run with --update"
    yield from falls(name, now, pinned)


def pin(name: str, now: Result, gates: tuple[str, ...], noise: float, path: Path = PATH) -> None:
    """Makes this run the pinned one of its set; other sets stay.

    Floors only rise while the documents are the same, so that small losses within the noise do not add up. A fall that
    is wanted is pinned by removing the set's line from the file first.
    """
    pinned = load(path)
    before = pinned.get(name, {"data": None, "floors": {}})
    lowest = before["floors"] if before["data"] == now.data else {}
    pinned[name] = {
        "data": now.data,
        "questions": len(now.ranks),
        "noise": noise,
        "floors": {figure: max(round(now.figures[figure], 4), lowest.get(figure, 0.0)) for figure in gates},
        "ranks": now.ranks,
    }
    # One line a set: the ranks are read by the program, and a line each would drown every diff.
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(pinned[key], ensure_ascii=False)}" for key in sorted(pinned))
    path.write_text(f"{{\n{lines}\n}}\n", "utf-8")
