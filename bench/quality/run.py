"""One set, run: questions to the site and to the peers, judged, printed."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import opensearch
from bench.quality import baseline, peers, recognition, sets, table
from bench.quality.asking import DEPTH, PAGE, TIMED, ask
from bench.quality.documents import Question, digest, texts
from bench.quality.index import Index, index_of
from bench.quality.metrics import Judged, figures
from bench.quality.sets import QuestionSet
from bench.quality.site import Site, running_site

OURS = Site.name


@dataclass(frozen=True, slots=True)
class How:
    """How to run sets: which peers and questions, what to print, what to do with the index."""

    peers: tuple[str, ...] = ()
    half: str = "all"
    limit: int | None = None
    losses: int = 0
    against: str | None = None
    fresh: bool = False
    keep_index: bool = False
    semantic: bool = False  # candidates by meaning too: needs the extra wenhao[semantic]
    quick: bool = False  # page one only, and no times: for gates on s1, s10 and mrr10

    @property
    def whole(self) -> bool:
        """Whether every question of a set is asked, so that its figures compare with the floors."""
        return self.half == "all" and self.limit is None and not self.quick


@dataclass(frozen=True, slots=True)
class Outcome:
    """A set that was run: the result to compare with the floors, the lines of its table, all ranks for ``--json``."""

    result: baseline.Result
    lines: list[list[str]]
    note: str
    report: dict[str, Any] = field(default_factory=dict)


def run(one: QuestionSet, how: How) -> Outcome:
    """Runs a set and prints its table.

    Raises engine errors, and :class:`~gongwen.errors.InputError` for data that is broken.
    """
    return _filters(one, how) if one.name == sets.FILTERS else _ranking(one, how)


def _ranking(one: QuestionSet, how: How) -> Outcome:
    questions = sets.half(one.read(), how.half)[: how.limit]
    load = os.getloadavg()[0]  # times taken beside other work are not the machine's best
    runs: table.Runs = {}
    with index_of(one.sources, fresh=how.fresh, keep=how.keep_index) as index:
        with running_site(index, semantic=how.semantic) as site:
            # Two askers, since the site and the engine are two processes; times are taken with one.
            depth, timed = (PAGE, 0) if how.quick else (DEPTH, TIMED)
            runs[OURS] = ask(site, questions, workers=2, depth=depth, timed=timed, same=index.same)
        note = f"{len(questions)} questions, {_about(index)}{_lost(questions, index)}; load {load:.1f} on {os.cpu_count()} cores before the run{', with candidates by meaning' if how.semantic else ''}"
        print(f"\n{one.name} ({one.about}): {note}", flush=True)
        if unsteady := sum(not judged.steady for judged in runs[OURS]):
            print(
                f"of {TIMED} questions asked again for a page of ten, {unsteady} gave other documents than among a hundred"
            )
        print(table.head(), table.row(OURS, runs[OURS]), sep="\n", flush=True)
        for name in how.peers:
            try:
                with peers.running(name, one.sources) as ranker:
                    runs[name] = ask(ranker, questions, same=index.same)
            except opensearch.NotHere as reason:
                print(f"{name}: not here, {reason}", flush=True)
            else:
                print(table.row(name, runs[name]), flush=True)
    _details(one, questions, runs, how)
    ours = runs[OURS]
    ranks = {judged.qid: table.first(judged.ranks) for judged in ours}
    result = baseline.Result(_data(one), _by_kind(ours), ranks)
    lines = [list(table.HEAD), *(table.cells(name, figures(judged)) for name, judged in runs.items())]
    lines += table.kind_cells(ours)
    report = {name: {"figures": asdict(figures(judged)), "ranks": {found.qid: found.ranks for found in judged}} for name, judged in runs.items()}  # fmt: skip
    return Outcome(result, lines, note, report)


def _filters(one: QuestionSet, how: How) -> Outcome:
    rows = sets.half(recognition.rows(), how.half)[: how.limit]
    with index_of(one.sources, fresh=how.fresh, keep=how.keep_index) as index, running_site(index) as site:
        judged = [recognition.judge(row, site.answer(row.question)) for row in rows]
        note = f"{len(rows)} questions, {_about(index)}"
    found = recognition.figures(judged)
    print(f"\n{one.name} ({one.about}): {note}")
    print("  ".join(f"{name} {value:.3f}" for name, value in found.items() if name != "questions"))
    for row in [row for row in judged if not row.exact][: how.losses]:
        print(f"   {row.question}  {', '.join(f'{name} {mark}' for name, mark in row.fields.items())}")
    ranks = {row.question: int(row.exact) for row in judged}
    lines = [list(found), [f"{value:.3f}" if value <= 1 else str(value) for value in found.values()]]
    return Outcome(baseline.Result(_data(one), found, ranks), lines, note, {OURS: {"figures": found, "ranks": ranks}})


def _by_kind(judged: list[Judged]) -> dict[str, float]:
    """The figures of all questions by name (``s1``) and of each kind (``full.s1``)."""
    found = asdict(figures(judged))
    for kind in {one.kind for one in judged} - {""}:
        of_kind = asdict(figures([one for one in judged if one.kind == kind]))
        found |= {f"{kind}.{name}": value for name, value in of_kind.items()}
    return found


def _about(index: Index) -> str:
    lost = f", {index.rejected} files rejected" if index.rejected else ""
    stale = "" if index.current else ", an index of OLDER READING RULES (--keep-index)"
    return f"{len(index.names)} documents of {index.files} files{lost}, indexed in {index.seconds:.0f} s{stale}"


def _lost(questions: list[Question], index: Index) -> str:
    """What no ranking can find, since the pipeline rejected it."""
    there = set(index.names.values())
    count = sum(not question.gold & there for question in questions)
    return f"; {count} questions ask only for rejected files" if count else ""


def _data(one: QuestionSet) -> str:
    """The digest that floors are pinned with; documents of the repository change with it, so they have none."""
    return "" if one.in_repository else digest(one.sources)


def _details(one: QuestionSet, questions: list[Question], runs: table.Runs, how: How) -> None:
    asked = {question.qid: question for question in questions}
    ours = runs[OURS]
    if kinds := table.kind_cells(ours):
        print(*map(table.line, kinds), sep="\n")
    if how.against and how.against in runs:
        title, before = how.against, {judged.qid: table.first(judged.ranks) for judged in runs[how.against]}
    else:
        title, before = "the pinned run", baseline.load().get(one.name, {}).get("ranks", {})
    moves = list(table.moved(before, ours, asked))
    if before:
        gained = sum(move.startswith("+") for move in moves)
        print(f"against {title}: {gained} questions better, {len(moves) - gained} worse")
    if how.losses:
        print(*moves[: how.losses], sep="\n")
        by_name = {text.id: text for text in texts(one.sources)}
        print(*table.losses(ours, asked, by_name, how.losses), sep="\n")
