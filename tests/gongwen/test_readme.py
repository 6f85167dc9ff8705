"""The README's example of gongwen as a library is true, and the command shows a document whole."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from gongwen import document, layout
from gongwen.__main__ import main
from tests.support import ROOT

SAMPLE = ROOT / "corpus" / "samples" / "hunan" / "loudi-2010-fangxun.txt"


def test_the_readmes_example() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= 6


def test_the_command_shows_every_fact_with_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE)]) == 0
    printed = capsys.readouterr().out
    found = document.read(layout.read(SAMPLE.read_text("utf-8"))[0][0])
    assert found.doc_number is not None
    for fact in (found.doc_number, *found.issuers, found.signed):
        assert fact is not None
        assert f"{fact.evidence.rule}：“{fact.evidence.quote}”" in printed
    assert "落实  湘政办明电〔2010〕26号" in printed
    assert "发布日期    —" in printed


def test_the_command_shows_figures_contradictions_personal_data_and_what_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SAMPLE.read_text("utf-8") + "\n联系人手机：13812345678 家庭住址\ue000某处"
    path = tmp_path / "notice.txt"
    path.write_text(text, "utf-8")
    main([str(path), str(ROOT / "corpus" / "samples" / "zhejiang" / "quzhou-2011-2013-nianbao.txt")])
    printed = capsys.readouterr().out
    assert "不能辨认的字" in printed
    assert "〓" in printed
    assert "收到申请数 = 37件" in printed
    assert "第 3 件，共 3 件" in printed


@pytest.mark.parametrize(
    ("arguments", "status"), [([], 2), (["--help"], 0), (["/no/such/file"], 1)], ids=["none", "help", "absent"]
)
def test_the_command_says_what_is_wrong(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    assert capsys.readouterr().err


def test_it_runs_as_a_module_on_standard_input() -> None:
    command = [sys.executable, "-m", "gongwen", "-"]
    done = subprocess.run(command, input=SAMPLE.read_bytes(), capture_output=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0
    assert "娄政办发〔2010〕18号" in done.stdout.decode()
