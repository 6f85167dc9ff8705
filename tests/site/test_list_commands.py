"""`wenhao synonyms check` and `wenhao synonyms suggest` as people run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.synonyms import read
from tests.site.test_command import wenhao

BODY = "为做好有关工作，现将有关事项通知如下，请各单位认真贯彻落实，并及时报告执行情况。\n" * 8


def test_check_of_the_repositorys_lists_counts_them(tmp_path: Path) -> None:
    done = wenhao("synonyms", "check", data=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "没有错误" in done.stdout
    assert "[plain] 组" in done.stdout


def test_check_prints_every_fault_with_file_and_line_and_fails(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("[plain]\n下岗 -> 失业登记\n低保\n失业 -> 失业登记\n怎么 -> 如何办理\n", "utf-8")
    (tmp_path / "stop_words.txt").write_text("怎么\n怎么\n", "utf-8")
    (tmp_path / "domain_words.txt").write_text("两 个\n", "utf-8")
    pins = "question\tdocument\treason\tuntil\n低保\t甲\t乙\t2027-12-31\n低保\t衢政办发〔2022〕37号\t旧\t2020-12-31\n"
    (tmp_path / "pins.tsv").write_text(pins, "utf-8")
    done = wenhao("synonyms", "check", data=tmp_path, WENHAO_SYNONYMS=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == ""
    for place in ("a.txt:3: ", "a.txt:4: ", "stop_words.txt:2: ", "domain_words.txt:1: ", "pins.tsv:2: "):
        assert place in done.stdout, done.stdout
    assert "pins.tsv:3: " in done.stdout  # ended, a note and no fault
    assert "5 处有错" in done.stdout


def test_a_stop_word_cannot_be_a_term(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("[plain]\n怎么 -> 如何办理\n", "utf-8")
    (tmp_path / "stop_words.txt").write_text("怎么\n", "utf-8")
    done = wenhao("synonyms", "check", data=tmp_path, WENHAO_SYNONYMS=str(tmp_path))
    assert done.returncode == 1
    assert "a.txt:2: 怎么 is a stop word" in done.stdout


def test_check_without_the_folder_says_which_setting_names_it(tmp_path: Path) -> None:
    done = wenhao("synonyms", "check", data=tmp_path, WENHAO_SYNONYMS=str(tmp_path / "none"))
    assert done.returncode == 1
    assert "WENHAO_SYNONYMS" in done.stderr


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    text = (
        "衢县人民政府关于测试的通知\n"
        "由县乡村产业发展促进中心（以下简称“乡产中心”）、人力资源和社会保障局（以下简称“人社局”）负责，"
        "执行《衢县测试管理办法》（以下简称《办法》）和本管理办法（以下简称办法）。\n"
    )
    (folder / "one.txt").write_text(text + BODY + "衢县人民政府\n1999年3月5日\n", "utf-8")
    return folder


def test_suggest_writes_a_list_of_what_the_texts_define_and_the_lists_lack(tmp_path: Path, documents: Path) -> None:
    done = wenhao("synonyms", "suggest", str(documents), data=tmp_path)
    assert done.returncode == 0, done.stderr
    groups, faults = read({"suggested.txt": done.stdout})
    assert faults == []
    assert {(group.kind, group.left, group.right, group.since) for group in groups} == {
        ("abbreviations", ("乡产中心", "乡村产业发展促进中心"), (), None),
        ("renamed", ("衢县",), ("衢江区",), 2001),
    }
    assert "one.txt" in done.stdout


def test_suggest_changes_nothing_and_a_missing_folder_is_said(tmp_path: Path, documents: Path) -> None:
    before = sorted(path.name for path in documents.iterdir())
    wenhao("synonyms", "suggest", str(documents), data=tmp_path / "data")
    assert sorted(path.name for path in documents.iterdir()) == before
    assert not (tmp_path / "data").exists()
    done = wenhao("synonyms", "suggest", str(tmp_path / "none"), data=tmp_path)
    assert done.returncode == 1
    assert "none" in done.stderr


@pytest.mark.parametrize("command", [["synonyms"], ["synonyms", "check"], ["synonyms", "suggest"]])
def test_every_list_command_has_help(tmp_path: Path, command: list[str]) -> None:
    done = wenhao(*command, "--help", data=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout) > 100
