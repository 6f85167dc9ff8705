"""What a run prints: the table of figures, the questions lost and gained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.quality.documents import Question, Text
from bench.quality.metrics import Figures, Judged, figures

Runs = dict[str, list[Judged]]
"""Ranker -> what it did with every question of a set."""

HEAD = ("ranker", "MRR@10", "R@1", "R@10", "R@100", "nDCG@10", "S@10", "p50 ms", "p95 ms")


def cells(name: str, found: Figures) -> list[str]:
    """One row of the table as text."""
    shares = [f"{share:.3f}" for share in (found.mrr10, found.r1, found.r10, found.r100, found.ndcg10, found.s10)]
    return [name, *shares, *map(_ms, (found.p50, found.p95))]


def _ms(time: float | None) -> str:
    if time is None:
        return "-"
    return f"{time:.0f}" if time >= 10 else f"{time:.1f}"


def head() -> str:
    """The first line of a table."""
    return line(HEAD)


def row(name: str, judged: Sequence[Judged]) -> str:
    """The line of one ranker."""
    return line(cells(name, figures(judged)))


def kind_cells(judged: Sequence[Judged]) -> list[list[str]]:
    """A row for each kind of question, where a set has kinds; its last cells say how many they are."""
    names = dict.fromkeys(one.kind for one in judged)
    by_kind = {name: [one for one in judged if one.kind == name] for name in names} if len(names) > 1 else {}
    return [[*cells(f"· {name}", figures(found))[:7], f"n={len(found)}", ""] for name, found in by_kind.items()]


def line(values: Sequence[str]) -> str:
    """Cells in columns."""
    return f"{values[0]:24}" + "".join(f"{value:>9}" for value in values[1:])


def first(ranks: Sequence[int]) -> int:
    """The first right document's rank, 0 when none was found: what a pinned run keeps of a question."""
    return ranks[0] if ranks else 0


def moved(before: dict[str, int], judged: Sequence[Judged], asked: dict[str, Question]) -> Iterable[str]:
    """Questions whose first right document moved, the worst loss first; rank 0 means not found."""
    changes = [
        (_worth(first(one.ranks)) - _worth(before[one.qid]), before[one.qid], first(one.ranks), one.qid)
        for one in judged
        if one.qid in before and before[one.qid] != first(one.ranks)
    ]
    for change, old, new, qid in sorted(changes):
        yield f"{'+' if change > 0 else '-'} {change:+.3f}  {old or 'none'} -> {new or 'none'}  {qid}  {asked[qid].text[:60]}"


def losses(judged: Sequence[Judged], asked: dict[str, Question], texts: dict[str, Text], most: int) -> Iterable[str]:
    """The questions answered worst, each with the right document and those that stood above it."""
    worst = sorted((one for one in judged if first(one.ranks) != 1), key=lambda one: _worth(first(one.ranks)))
    for one in worst[:most]:
        question = asked[one.qid]
        yield f"\n{first(one.ranks) or 'not found'}  {one.kind} {one.qid}  {question.text}"
        for name in sorted(question.gold)[:3]:
            yield f"   right  {name}  {_shown(texts.get(name))}"
        above = one.ranking[: min(first(one.ranks) - 1 if one.ranks else 3, 3)]
        yield from (f"   above  {name}  {_shown(texts.get(name))}" for name in above)


def _worth(rank: int) -> float:
    return 1 / rank if rank else 0.0


def _shown(text: Text | None) -> str:
    return f"{text.title} {text.text}"[:90].replace("\n", " ").strip() if text else "(not among the documents)"
