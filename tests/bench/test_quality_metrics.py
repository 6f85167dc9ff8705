"""The measures against examples worked out by hand, and properties every measure must have."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality.metrics import Judged, figures, ndcg, percentile, ranks_of, recall, reciprocal_rank, success


@pytest.mark.parametrize(
    ("ranks", "expected", "reason"),
    [
        ((1,), 1.0, "first"),
        ((4, 5), 0.25, "only the first right one counts"),
        ((10,), 0.1, "the last place of page one"),
        ((11,), 0.0, "below page one"),
        ((), 0.0, "not found"),
    ],
)
def test_reciprocal_rank(ranks: tuple[int, ...], expected: float, reason: str) -> None:
    assert reciprocal_rank(ranks) == expected, reason


@pytest.mark.parametrize(
    ("ranks", "wanted", "depth", "expected", "reason"),
    [
        ((1,), 1, 1, 1.0, "the only one, first"),
        ((1, 3), 4, 10, 0.5, "two of four"),
        ((1, 30), 2, 10, 0.5, "the second stands below the depth"),
        ((1, 30), 2, 100, 1.0, "and within a greater depth"),
        ((), 3, 10, 0.0, "none"),
    ],
)
def test_recall(ranks: tuple[int, ...], wanted: int, depth: int, expected: float, reason: str) -> None:
    assert recall(ranks, wanted, depth) == expected, reason


@pytest.mark.parametrize(
    ("ranks", "wanted", "expected", "reason"),
    [
        ((1,), 1, 1.0, "the best there is"),
        ((2,), 1, 0.6309, "1/log2(3)"),
        ((3,), 1, 0.5, "1/log2(4)"),
        ((1, 3), 2, 0.9197, "(1 + 0.5) / (1 + 0.6309)"),
        ((2, 5), 3, 0.4776, "(0.6309 + 0.3869) / (1 + 0.6309 + 0.5)"),
        (tuple(range(1, 11)), 12, 1.0, "page one full of right ones is the best page, though two are left over"),
        ((11,), 1, 0.0, "below page one"),
    ],
)
def test_ndcg(ranks: tuple[int, ...], wanted: int, expected: float, reason: str) -> None:
    assert ndcg(ranks, wanted) == pytest.approx(expected, abs=5e-5), reason


def test_a_document_named_twice_takes_one_place() -> None:
    assert ranks_of({"a", "c"}, ["b", "a", "a", "c"]) == (2, 3)


def test_percentile_is_a_value_that_occurred() -> None:
    assert percentile([30, 10, 20, 40], 0.5) == 20
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([], 0.5) is None


def test_figures_are_means_over_all_questions() -> None:
    judged = [
        Judged("first", "", 1, (1,), ms=10.0),
        Judged("second of two", "", 2, (2,), ms=30.0),
        Judged("deep", "", 1, (50,)),
        Judged("nowhere", "", 1, ()),
    ]
    found = figures(judged)
    assert found.questions == 4
    assert found.mrr10 == pytest.approx((1 + 0.5) / 4)
    assert found.r1 == pytest.approx(1 / 4)
    assert found.r10 == pytest.approx((1 + 0.5) / 4)
    assert found.r100 == pytest.approx((1 + 0.5 + 1) / 4)
    assert found.ndcg10 == pytest.approx((1 + (1 / math.log2(3)) / (1 + 1 / math.log2(3))) / 4)
    assert (found.s1, found.s10) == (0.25, 0.5)
    assert (found.p50, found.p95) == (10.0, 30.0)  # two were timed


def test_figures_of_no_question_are_zero() -> None:
    assert figures([]).mrr10 == 0.0


@given(st.sets(st.integers(1, 200), max_size=20), st.integers(0, 5))
def test_every_measure_is_a_share_and_grows_with_depth(places: set[int], missing: int) -> None:
    ranks, wanted = tuple(sorted(places)), len(places) + missing
    for value in (reciprocal_rank(ranks), recall(ranks, wanted, 10), ndcg(ranks, wanted), success(ranks)):
        assert 0.0 <= value <= 1.0 + 1e-12
    assert recall(ranks, wanted, 10) <= recall(ranks, wanted, 100)
    assert success(ranks, 1) <= success(ranks, 10)
    assert reciprocal_rank(ranks) <= success(ranks)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=10, unique=True), st.data())
def test_moving_a_right_document_up_never_lowers_ndcg(places: list[int], data: st.DataObject) -> None:
    ranks = sorted(places)
    free = [place for place in range(1, max(ranks)) if place not in ranks]
    if not free:
        return  # all right documents stand on top already
    better = sorted([*ranks[:-1], data.draw(st.sampled_from(free))])
    assert ndcg(better, len(ranks)) >= ndcg(ranks, len(ranks))
