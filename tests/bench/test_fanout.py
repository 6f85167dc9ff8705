"""The simulation of many shards against what can be calculated."""

from __future__ import annotations

import random

import pytest

from bench.fanout import Times, alone, hedged, partial
from bench.quality.metrics import percentile

TIMES = Times.measured(8.0, 10.0, 22.0)


def test_the_measured_points_are_met() -> None:
    assert [round(TIMES.at(share), 6) for share in (0.5, 0.95, 0.99)] == [8.0, 10.0, 22.0]


def test_percentiles_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        Times.measured(8.0, 7.0, 22.0)


def test_of_ten_shards_the_slowest_is_as_the_product_of_probabilities_says() -> None:
    """All ten are within t with probability F(t)**10: their median is one shard's 0.5 ** 0.1 = 93.3 %."""
    chance = random.Random(1)
    drawn = [alone(TIMES, 10, chance) for _ in range(20_000)]
    assert percentile(drawn, 0.5) == pytest.approx(TIMES.at(0.5**0.1), rel=0.02)


def test_a_second_copy_shortens_the_tail_and_leaves_the_median() -> None:
    chance = random.Random(2)
    some = [alone(TIMES, 1, chance) for _ in range(20_000)]
    more = [hedged(TIMES, 1, chance) for _ in range(20_000)]
    assert percentile(more, 0.5) == pytest.approx(percentile(some, 0.5), rel=0.03)
    assert percentile(more, 0.99) < 0.95 * percentile(some, 0.99)


def test_more_shards_are_more_often_incomplete() -> None:
    shares = [partial(TIMES, shards) for shards in (1, 10, 100)]
    assert shares == sorted(shares)
    assert shares[1] == pytest.approx(1 - (1 - shares[0]) ** 10, rel=1e-6)
