"""The pinned run: what is a fall and what is not; and what is printed and written of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality import baseline, page, peers, table
from bench.quality.asking import ask
from bench.quality.baseline import Result
from bench.quality.documents import Question, Source
from bench.quality.metrics import Judged, figures

GATES = ("mrr10", "r10")


def _result(mrr10: float, r10: float = 0.9, data: str = "d1") -> Result:
    return Result(data, {"mrr10": mrr10, "r10": r10, "p50": 20.0}, {"q1": 1, "q2": 0})


@pytest.mark.parametrize(
    ("now", "complaint", "reason"),
    [
        (_result(0.80), None, "the same"),
        (_result(0.90), None, "better"),
        (_result(0.795), None, "within the noise"),
        (_result(0.794), "mrr10 0.7940 is below its floor 0.8000", "below it"),
        (_result(0.90, 0.5), "r10 0.5000 is below", "better in one figure does not make up for another"),
        (_result(0.80, data="d2"), "not those of the pinned run", "other documents: the figures say nothing"),
    ],
)
def test_floors(now: Result, complaint: str | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline.pin("notices", _result(0.80), GATES, 0.005, path)
    found = list(baseline.complaints("notices", now, baseline.load(path)))
    assert len(found) == (complaint is not None), reason
    assert complaint is None or complaint in found[0], reason


def test_a_set_without_floors_is_a_complaint(tmp_path: Path) -> None:
    assert "no floors" in next(iter(baseline.complaints("notices", _result(1.0), baseline.load(tmp_path / "none"))))


def test_pinning_one_set_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline.pin("notices", _result(0.8), GATES, 0.005, path)
    baseline.pin("plain", _result(0.4), GATES, 0.01, path)
    pinned = baseline.load(path)
    assert pinned["notices"]["floors"] == {"mrr10": 0.8, "r10": 0.9}
    assert pinned["plain"] == {"data": "d1", "questions": 2, "noise": 0.01, "floors": {"mrr10": 0.4, "r10": 0.9}, "ranks": {"q1": 1, "q2": 0}}  # fmt: skip


def test_floors_only_rise_while_the_documents_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    for now, floor in ((0.800, 0.800), (0.796, 0.800), (0.810, 0.810), (0.806, 0.810)):
        baseline.pin("notices", _result(now), GATES, 0.005, path)
        assert baseline.load(path)["notices"]["floors"]["mrr10"] == floor
    assert baseline.falls("notices", _result(0.80), baseline.load(path))
    assert not baseline.falls("notices", _result(0.50, data="d2"), baseline.load(path))
    baseline.pin("notices", _result(0.50, data="d2"), GATES, 0.005, path)
    assert baseline.load(path)["notices"]["floors"]["mrr10"] == 0.5


def test_moves_are_listed_worst_first() -> None:
    asked = {qid: Question(qid, f"question {qid}", frozenset({"a"})) for qid in ("same", "up", "down", "lost")}
    judged = [Judged("same", "", 1, (2,)), Judged("up", "", 1, (1,)), Judged("down", "", 1, (4,)), Judged("lost", "", 1, ())]  # fmt: skip
    moves = list(table.moved({"same": 2, "up": 0, "down": 2, "lost": 1}, judged, asked))
    assert [move.split()[0] + move.split()[-1] for move in moves] == ["-lost", "-down", "+up"]
    assert "1 -> none" in moves[0]


def test_a_page_keeps_the_sections_of_sets_not_run(tmp_path: Path) -> None:
    path = tmp_path / "quality.md"
    lines = [list(table.HEAD), table.cells("wenhao", figures([Judged("q", "", 1, (1,), ms=12.3)]))]
    page.write(path, {"notices": page.section("notices", "about", lines, "1 question"), "plain": "## plain\n\nold"})
    page.write(path, {"plain": "## plain\n\nnew"})
    text = path.read_text("utf-8")
    assert text.startswith("# 检索质量")
    assert "| wenhao | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 | 12 | 12 |" in text
    assert "new" in text
    assert "old" not in text
    assert text.count("## ") == 2


class _Fixed:
    """Ranks a, b, c …; its pages of ten begin elsewhere for questions that say so."""

    name = "fixed"

    def rank(self, question: str, limit: int) -> list[str]:
        found = list("abcdefghijklmnop")
        return found[1:][:limit] if question == "moody" and limit == 10 else found[:limit]


def test_asking_ranks_a_hundred_and_times_a_page() -> None:
    asked = [Question("1", "steady", frozenset("ac")), Question("2", "moody", frozenset("z"))]
    steady, moody = ask(_Fixed(), asked)
    assert (steady.ranks, steady.wanted, steady.steady) == ((1, 3), 2, True)
    assert (moody.ranks, moody.steady) == ((), False)
    assert len(steady.ranking) == 16
    assert steady.ms is not None
    assert [one.ms for one in ask(_Fixed(), asked, timed=0)] == [None, None]


ROWS = """{"id": "a", "title": "关于做好老年助餐服务的通知", "text": "各县区：为做好老年助餐服务，现通知如下。"}
{"id": "b", "title": "关于电动自行车充电安全的通知", "text": "严禁在楼道内停放充电。"}
{"id": "c", "title": "关于农村公路危桥排查的意见", "text": "全面排查农村公路危桥。"}
"""


@pytest.mark.parametrize("name", peers.NAMES)
def test_every_peer_finds_the_plain_case_and_nothing_for_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.quality.meili.CACHE", tmp_path)
    (tmp_path / "rows.jsonl").write_text(ROWS, "utf-8")
    asked = [Question("1", "老年助餐服务", frozenset("a")), Question("2", "楼道内停放充电", frozenset("b"))]
    with peers.running(name, (Source(tmp_path / "rows.jsonl"),)) as ranker:
        assert ranker.name == name
        assert [one.ranks[:1] for one in ask(ranker, asked)] == [(1,), (1,)]
        assert all(one.ms is not None for one in ask(ranker, asked))
        assert ranker.rank("zzz", 10) == []


def test_peers_of_a_command_line() -> None:
    assert peers.named("none") == ()
    assert peers.named("all") == peers.NAMES
    assert peers.named("bm25-words,meili-last") == ("meili-last", "bm25-words")
    with pytest.raises(ValueError, match="no peer bm42"):
        peers.named("bm42")
