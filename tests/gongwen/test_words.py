"""Segmentation: what must and must not be a word, and that cutting loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import lexicon
from gongwen.data import rows
from gongwen.normalize import normalize
from gongwen.types import Span

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SEGMENTER = lexicon.segmenter(["一网通办"])


@pytest.mark.cases("words.tsv")
def test_words(case: dict[str, str]) -> None:
    segmenter = lexicon.segmenter([case["domain"]]) if case["domain"] else SEGMENTER
    words = segmenter.words(normalize(case["text"]).text)
    assert set(filter(None, case["words"].split("|"))) <= set(words), (words, case["reason"])
    assert not set(filter(None, case["not_words"].split("|"))) & set(words), (words, case["reason"])


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet="中国农业发展银行在建工程待处理衢江区2019年aB，。〔〕 \n\t\x00", max_size=40)
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
)
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(SEGMENTER.cut(text)) == text
    assert all(piece for piece in SEGMENTER.cut(text))


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="国办发〔2014〕12号衢政农业发展", min_size=4, max_size=30), st.data())
def test_whole_stretches_stay_in_one_piece(text: str, data: st.DataObject) -> None:
    bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4, unique=True)))
    spans = [Span(bounds[0], bounds[1]), Span(bounds[2], bounds[3])]
    pieces = SEGMENTER.cut(text, spans)
    assert "".join(pieces) == text
    place, seen = 0, set()
    for piece in pieces:
        seen.add(Span(place, place + len(piece)))
        place += len(piece)
    assert set(spans) <= seen


def test_a_word_is_cut_alike_alone_and_in_a_text() -> None:
    """analysis-ik #936: what a question holds must be what the index holds."""
    for word in ("衢江区", "在建工程", "农业发展银行", "第6号", "2019年度"):
        assert "".join(SEGMENTER.words(f"，{word}。")) == word
        assert SEGMENTER.words(f"，{word}。") == SEGMENTER.words(word)


def test_affixes_are_single_characters_and_wholes_are_words() -> None:
    for row in rows("word_affixes.tsv"):
        assert (len(row["text"]) == 1) == (row["kind"] in ("suffix", "prefix")), row


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here (../shared/seeds)")
@pytest.mark.parametrize("name", sorted(path.name for path in SEEDS.glob("*.txt")))
def test_segmentation_matches_jieba(name: str) -> None:
    """rjieba is jieba's dictionary and algorithm in Rust; only ASCII is grouped differently."""
    jieba = _reference()
    mine = rjieba.Jieba()
    for line in (SEEDS / name).read_text("utf-8").splitlines():
        text = "".join(char if ord(char) > 127 else "，" for char in line)
        assert mine.cut(text, False) == jieba.lcut(text, HMM=False), text


def _reference() -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42 has invalid escapes and imports pkg_resources
        jieba = pytest.importorskip("jieba", reason="jieba is not installed")
        jieba.setLogLevel("ERROR")
        jieba.initialize()
    return jieba
