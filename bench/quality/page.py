"""``docs/quality.md``: written by the bench, one section a set; a set that was not run keeps its section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

HEAD = """# 检索质量 Search quality

由 `bench/quality` 写成，不手改。重跑全部：`python -m bench.quality --write docs/quality.md`；单独一组：加 `--set notices`。
本项目的一行经真实的流水线、引擎和网站接口（HTTP）得出；其余各行是同一次运行中，现成的检索程序对同样的文件和问题的结果：
Meilisearch 只给原文、用默认设置（`last`、`frequency` 两种匹配策略），bm25s 以结巴词或字二元组为词，SQLite FTS5 trigram，tantivy 以结巴词为词。

MRR@10：第一件正确文件名次的倒数，十名以外为 0；R@k：正确文件有多大份额在前 k 名；nDCG@10：二值增益；S@10：第一页有正确文件的问题的份额。
时间（毫秒）是逐一提问、每页 10 条、预热之后所测，本项目含 HTTP、分面与摘要，进程内的同类没有这些。门槛在 `bench/quality_baseline.json`，`--check` 核对。
"""


def write(path: Path, sections: dict[str, str]) -> None:
    """Puts the sections in place of those of the same sets, the new ones at the end."""
    known = _sections(path.read_text("utf-8")) if path.exists() else {}
    merged = known | sections
    body = "\n".join(f"<!-- set {name} -->\n{text.strip()}\n" for name, text in merged.items())
    path.write_text(f"{HEAD}\n{body}", "utf-8")


def section(name: str, about: str, lines: Sequence[Sequence[str]], note: str) -> str:
    """One set as Markdown: what it is, a table of the given lines (the first is the head), how it was run."""
    head, *rest = (f"| {' | '.join(line)} |" for line in lines)
    rule = f"| --- |{' ---: |' * (len(lines[0]) - 1)}"
    return "\n".join([f"## {name}", "", f"{about}.", "", head, rule, *rest, "", note])


def _sections(text: str) -> dict[str, str]:
    pieces = re.split(r"<!-- set (\w+) -->\n", text)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))
