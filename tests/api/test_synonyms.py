"""The word lists: their grammar, their faults, how terms are met in questions, and the lists of the repository."""

from __future__ import annotations

import doctest
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import pins, synonyms
from api.synonyms import WEIGHTS, Synonyms, cut, load, parse, read, read_files
from gongwen import lexicon
from gongwen.errors import SettingsError
from tests.support import ROOT, read_cases
from wenhao import list_check, list_suggestions

CASES = read_cases(Path(__file__).parent / "cases" / "synonym_faults.tsv")
LISTS = ROOT / "synonyms"
SEGMENTER = lexicon.segmenter()


@pytest.mark.parametrize("module", [synonyms, pins, list_check, list_suggestions])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried
    assert not failed


@pytest.mark.parametrize("case", CASES, ids=[case["reason"] for case in CASES])
def test_a_list_has_these_faults_and_no_others(case: dict[str, str]) -> None:
    _, faults = read({"a.txt": case["text"].replace("⏎", "\n")})
    wanted = [part for part in case["faults"].split("；") if part]
    assert len(faults) == len(wanted), faults
    for part in wanted:
        assert any(part in fault for fault in faults), faults


def test_all_faults_of_all_files_come_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"a.txt": "[plain]\n下岗 -> 失业登记\n低保", "b.txt": "[plain]\n\n下岗 -> 失业保险金"})
    assert "a.txt:3:" in str(caught.value)
    assert "b.txt:3: 下岗 stands already in a.txt:2" in str(caught.value)


def found(lists: Synonyms, question: str) -> list[tuple[str, str]]:
    return [(hit.term, hit.other) for _, _, hit in lists.of(SEGMENTER.words(question))]


def test_the_kinds_work_in_their_directions() -> None:
    lists = parse(
        {
            "a.txt": "[equivalents]\n低保 = 最低生活保障\n[plain]\n老赖 -> 失信被执行人\n[renamed]\n卫计委 -> 卫健委 @2018"
        }
    )
    assert found(lists, "低保") == [("低保", "最低生活保障")]
    assert found(lists, "最低生活保障") == [("最低生活保障", "低保")]
    assert found(lists, "老赖") == [("老赖", "失信被执行人")]
    assert found(lists, "失信被执行人") == []
    assert found(lists, "卫健委") == [("卫健委", "卫计委")]


def test_a_longer_term_hides_the_shorter_one_inside_it() -> None:
    lists = parse({"a.txt": "[plain]\n生孩子 -> 生育登记\n生孩子报销 -> 生育保险"})
    assert found(lists, "生孩子报销多少钱") == [("生孩子报销", "生育保险")]
    assert found(lists, "生孩子能休假吗") == [("生孩子", "生育登记")]


def test_a_term_is_met_in_words_not_in_characters() -> None:
    lists = parse({"a.txt": "[plain]\n民政 -> 民政部门"})
    assert found(lists, "人民政府") == []


def test_letter_case_points_and_script_do_not_count() -> None:
    lists = parse({"a.txt": "[equivalents]\nPM2.5 = 细颗粒物\n[plain]\n下崗 -> 失業登記"})
    assert found(lists, "pm2.5超标") == [("pm25", "细颗粒物")]
    assert found(lists, "下岗") == [("下岗", "失业登记")]


def test_words_of_greater_weight_come_first_and_every_kind_weighs_less_than_the_typed_word() -> None:
    lists = parse({"a.txt": "[plain]\n市监局 -> 市场监管部门\n[abbreviations]\n市监局 = 市场监督管理局"})
    assert [hit.kind for _, _, hit in lists.of(["市监局"])] == ["abbreviations", "plain"]
    assert all(0 < weight < 1 for weight in WEIGHTS.values())


def test_other_words_are_cut_as_the_index_cuts_them() -> None:
    lists = parse({"a.txt": "[equivalents]\n低保 = 最低生活保障"})
    ((start, end, _, words),) = cut(lists, SEGMENTER, ["申请", "低保"])
    assert (start, end) == (1, 2)
    assert words == tuple(SEGMENTER.words("最低生活保障"))


@given(st.text(max_size=300))
def test_any_text_is_a_list_or_has_faults_with_their_place(text: str) -> None:
    groups, faults = read({"a.txt": text})
    assert all(fault.startswith("a.txt:") for fault in faults)
    assert all(group.place.startswith("a.txt:") for group in groups)


@given(st.lists(st.text(min_size=1, max_size=4), max_size=60))
def test_of_gives_spans_in_order_that_spell_their_term(words: list[str]) -> None:
    spans = [(start, end) for start, end, _ in REPOSITORY.of(words)]
    assert spans == sorted(spans)
    for start, end, hit in REPOSITORY.of(words):
        assert "".join(words[start:end]).casefold() == hit.term.casefold()


def test_a_long_question_costs_linear_time() -> None:
    # 40,000 words: a search from every word to the end would take hours.
    once = len(REPOSITORY.of(["低保"]))
    assert once
    assert len(REPOSITORY.of(["低保", "的"] * 20_000)) == 20_000 * once


def test_a_folder_that_is_not_there_has_no_synonyms(tmp_path: Path) -> None:
    assert len(load(tmp_path / "none")) == 0


def test_a_list_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("[plain]\n下岗 -> 失业登记".encode("gb18030"))
    with pytest.raises(SettingsError, match=r"a\.txt cannot be read as UTF-8"):
        load(tmp_path)


# The lists of the repository.

REPOSITORY = load(LISTS)
GROUPS = read(read_files(LISTS))[0]


def test_the_repositorys_lists_have_no_fault() -> None:
    checked = list_check.check(LISTS, date(2026, 1, 1))
    assert checked.faults == ()
    assert dict(checked.counts)["同义词组"] >= 600


def test_every_heading_of_the_repository_states_its_side_effect() -> None:
    for name, text in read_files(LISTS).items():
        head = text.split("\n[")[0]
        assert "Side effect:" in head, name


def test_renamings_are_of_the_peoples_republics_reforms() -> None:
    years = {group.since for group in GROUPS if group.kind == "renamed"}
    assert all(year is not None and 1998 <= year <= 2026 for year in years), years


PLACES = ["关于{}的通知", "做好{}工作", "开展{}专项行动", "进一步完善{}制度"]


def test_official_terms_are_cut_alike_alone_and_in_titles() -> None:
    """An expansion is asked as a phrase: cut otherwise in a title, it would find nothing."""
    segmenter = editors_segmenter()
    terms = {term for group in GROUPS for term in (*group.right, *(group.left if group.kind != "plain" else ()))}
    cut_otherwise = {
        term
        for term in terms
        for place in PLACES
        if not any(
            segmenter.words(place.format(term))[start : start + len(words)] == words
            for words in [segmenter.words(term)]
            for start in range(12)
        )
    }
    # PM2.5 ends in a digit that the next word of the question joins; nothing else may fail.
    assert cut_otherwise <= {"PM2.5"}, cut_otherwise


def editors_segmenter() -> lexicon.Segmenter:
    text = (LISTS / "domain_words.txt").read_text("utf-8")
    return lexicon.segmenter(lexicon.parse_words(text, "domain_words.txt"))
