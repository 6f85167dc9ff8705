"""What asking many shards at once does to the slowest answers: ``python -m bench.fanout --p50 8 --p95 10 --p99 22``.

A question to N shards is answered when the last shard has answered. From the measured times of one index (milliseconds at
the median, 95 % and 99 %, as ``bench.scale`` prints them) this draws questions with a fixed seed and prints the percentiles
of the whole, three ways:

* alone: every shard has one copy;
* hedged: a shard that has not answered within the 95th percentile is asked again at its second copy, and the sooner answer
  counts (Dean and Barroso, The Tail at Scale, CACM 2013);
* cut off: whatever has not come after three times the 95th percentile is left out and said to be missing; beside it the
  share of answers that are then partial.

Times between the measured points are interpolated on a logarithmic scale; beyond 99 % up to three times that value. The
shards are taken as independent, which a shared disk or a common pause is not: the figures are the least to expect.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from bisect import bisect_right
from dataclasses import dataclass

from bench.quality.metrics import percentile

_DRAWN = 20_000  # questions for each line: the 99th percentile then moves by less than 2 % with another seed
_LONGEST = 3.0  # times the 99th percentile, for the slowest answer of all
_CUT = 3.0  # times the 95th percentile, after which nobody waits


@dataclass(frozen=True, slots=True)
class Times:
    """How long one shard takes: milliseconds at shares of the questions, in order."""

    points: tuple[tuple[float, float], ...]

    @classmethod
    def measured(cls, p50: float, p95: float, p99: float) -> Times:
        """From three percentiles; the quickest answer is taken as half the median."""
        if not 0 < p50 <= p95 <= p99:
            raise ValueError(f"percentiles must rise: p50 {p50}, p95 {p95}, p99 {p99}")
        return cls(((0.0, p50 / 2), (0.5, p50), (0.95, p95), (0.99, p99), (1.0, _LONGEST * p99)))

    def at(self, share: float) -> float:
        """The time within which that share of the questions is answered: ``at(0.5)`` is the median."""
        place = min(bisect_right([point[0] for point in self.points], share), len(self.points) - 1)
        (low, quick), (high, slow) = self.points[place - 1], self.points[place]
        return math.exp(math.log(quick) + (math.log(slow) - math.log(quick)) * (share - low) / (high - low))


def alone(times: Times, shards: int, chance: random.Random) -> float:
    """One question to so many shards: the time of the slowest."""
    return times.at(chance.random() ** (1 / shards))  # the largest of N draws, drawn at once


def hedged(times: Times, shards: int, chance: random.Random) -> float:
    """The same, with a second copy asked after the 95th percentile."""
    patience = times.at(0.95)
    slowest = 0.0
    for _ in range(shards):
        first = times.at(chance.random())
        slowest = max(slowest, first if first <= patience else min(first, patience + times.at(chance.random())))
    return slowest


def partial(times: Times, shards: int) -> float:
    """The share of answers that lack a shard when nobody waits longer than three times the 95th percentile."""
    limit, low, high = _CUT * times.at(0.95), 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if times.at(middle) < limit else (low, middle)
    return 1 - low**shards


def main(arguments: list[str]) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=str(__doc__).split("\n")[0])
    for name in ("p50", "p95", "p99"):
        parser.add_argument(f"--{name}", type=float, required=True, help="milliseconds of one shard")
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 3, 10, 30, 100, 300])
    given = parser.parse_args(arguments)
    times, chance = Times.measured(given.p50, given.p95, given.p99), random.Random(5)
    print("| shards | alone p50 | p95 | p99 | hedged p50 | p95 | p99 | cut off: partial |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for shards in given.shards:
        drawn = max(2000, _DRAWN // shards)
        cells = []
        for way in (alone, hedged):
            some = [way(times, shards, chance) for _ in range(drawn)]
            cells += [f"{percentile(some, share):.0f}" for share in (0.5, 0.95, 0.99)]
        print(f"| {shards} | {' | '.join(cells)} | {partial(times, shards):.1%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
