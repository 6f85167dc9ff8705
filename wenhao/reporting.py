"""What the command line says while it indexes and afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.plan import Plan
from indexer.run import Summary

if TYPE_CHECKING:
    from wenhao.indexing import Indexed, Planned

_BETWEEN = 0.1  # seconds between two states of the bar
_SHOWN = 10  # paths of each kind that a plan lists; the rest is a number


@contextmanager
def progress(name: str, files: int) -> Iterator[Callable[[int, int, str], None]]:
    """A bar with files done, files a second and time left; yields what :data:`indexer.run.Progress` is."""
    columns = (
        TextColumn(f"编入 {name}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    started = time.monotonic()
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=files, rate="")
        shown = 0.0

        def show(done: int, _all: int, path: str) -> None:
            nonlocal shown
            now = time.monotonic()
            if now < shown + _BETWEEN and done < files:
                return  # a million unchanged files pass in seconds, and drawing a bar for each takes as long again
            shown = now
            rate = done / max(0.001, now - started)
            bar.update(task, completed=done, description=path[-40:], rate=f"{rate:.0f} 个/秒")

        yield show


def report(indexed: Indexed, console: Console) -> None:
    """Prints what was done: a line a collection that changed, the whole, and what a person should look at."""
    summaries = indexed.summaries
    changed = {name: one for name, one in summaries.items() if one.read or one.deleted}
    for name, one in changed.items():
        place = f"{name}：" if len(summaries) > 1 else ""
        console.print(f"{place}{_done(one)}", soft_wrap=True)
    unchanged = sum(one.unchanged for one in summaries.values())
    if changed:
        console.print(f"索引共 {indexed.documents} 件，用时 {indexed.seconds:.1f} 秒。")
    else:
        console.print(f"{unchanged} 个文件均未变，索引共 {indexed.documents} 件。")
    if indexed.rebuilt:
        console.print("索引的版式已更新：新索引建好后一次换上，其间检索照常。")
    if indexed.related:
        console.print(f"更新了 {indexed.related} 件文件的相互关系或有效性。")
    rejected = sum(len(one.rejected) for one in summaries.values())
    if rejected:
        lists = next(one.reject_list for one in summaries.values() if one.rejected)
        console.print(f"有 {rejected} 处未编入，原因见 {lists}", soft_wrap=True)
    if not indexed.masked:
        console.print("[yellow]注意[/]：WENHAO_MASK_PERSONAL 已关闭，个人信息会原样进入索引。", markup=True)
    for missing in indexed.missing:
        console.print(f"[yellow]未能核对[/]：{escape(str(missing))}", markup=True, soft_wrap=True)


def _done(one: Summary) -> str:
    moved = f"（其中 {one.moved} 个只是移动了位置）" if one.moved else ""
    return f"读入 {one.read} 个文件{moved}，写入 {one.written} 件，删去 {one.deleted} 件；{one.unchanged} 个文件未变。"


def show_plan(planned: Planned, write: Callable[[str], None]) -> None:
    """Writes what a sync would do, a line each."""
    if planned.rebuild:
        write("索引的版式与本程序不同：将在旁重建全部文件，建好后一次换上。")
    for name, one in planned.plans.items():
        counts = (("新增", one.added), ("改动", one.changed), ("移动", one.moved), ("删去", one.gone), ("不能读", one.unreadable))  # fmt: skip
        write(f"{name}：" + "，".join(f"{label} {len(paths)}" for label, paths in counts) + f"，未变 {one.unchanged}")
        for line in _lines(one):
            write(f"  {line}")
    for missing in planned.missing:
        write(f"不能核对：{missing}")


def _lines(one: Plan) -> Iterator[str]:
    groups = (
        [f"+ {path}" for path in one.added],
        [f"~ {path}" for path in one.changed],
        [f"{old} → {new}" for old, new in one.moved],
        [f"- {path}" for path in one.gone],
        [f"! {path}：{reason}" for path, reason in one.unreadable],
    )
    for lines in groups:
        yield from lines[:_SHOWN]
        if len(lines) > _SHOWN:
            yield f"… 另有 {len(lines) - _SHOWN} 个"
