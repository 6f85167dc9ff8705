"""The gate: no fact may be read worse than the pinned run says, document by document (bench/extraction_baseline.json)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import extraction
from bench.gold_sets import GATED, SETS


@pytest.mark.parametrize("name", GATED)
def test_no_fact_is_read_worse_than_pinned(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    needed, _ = SETS[name]
    if not needed.exists():
        pytest.skip(f"the shared data are not on this machine: {needed} is absent")
    assert name in json.loads(extraction.BASELINE.read_text("utf-8")), "a gated set without floors: --update"
    failed = extraction.main(["--gate", "--set", name])
    assert failed == 0, capsys.readouterr().out


def figures(precision: float, faulty: list[str], documents: int = 2) -> extraction.Figures:
    fact = {"precision": precision, "recall": 1.0, "documents": documents, "faulty": faulty}
    return {"corpus": {"issuer": fact}}


def test_the_gate_says_what_was_gained_and_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floors = tmp_path / "floors.json"
    assert extraction.judge(figures(0.5, ["a"]), update=True, baseline=floors) == 0
    assert extraction.judge(figures(0.5, ["b"]), baseline=floors) == 0
    assert "+ corpus issuer a\n- corpus issuer b\n" in capsys.readouterr().out


def test_a_lower_figure_fails_and_is_not_pinned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floors = tmp_path / "floors.json"
    extraction.judge(figures(0.9, []), update=True, baseline=floors)
    pinned = floors.read_text("utf-8")
    assert extraction.judge(figures(0.8, ["a"]), update=True, baseline=floors) == 1
    assert floors.read_text("utf-8") == pinned
    assert "BELOW THE FLOOR: corpus issuer precision 0.8 < 0.9" in capsys.readouterr().out


def test_a_higher_figure_is_pinned_by_update_only(tmp_path: Path) -> None:
    floors = tmp_path / "floors.json"
    extraction.judge(figures(0.8, ["a"]), update=True, baseline=floors)
    extraction.judge(figures(0.9, []), baseline=floors)
    assert json.loads(floors.read_text("utf-8"))["corpus"]["issuer"]["precision"] == 0.8
    extraction.judge(figures(0.9, []), update=True, baseline=floors)
    assert json.loads(floors.read_text("utf-8"))["corpus"]["issuer"]["precision"] == 0.9


@pytest.mark.parametrize("now", [figures(1.0, [], documents=3), {"corpus": {}}], ids=["other documents", "fact gone"])
def test_other_documents_are_not_compared(
    now: extraction.Figures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floors = tmp_path / "floors.json"
    extraction.judge(figures(0.5, ["a"]), update=True, baseline=floors)
    assert extraction.judge(now, baseline=floors) == 1
    assert "OTHER DOCUMENTS" in capsys.readouterr().out
