"""A median with an interval that needs no assumption: order statistics of the binomial sign test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Interval:
    """A median between two of the values, which enclose the true one with `sure` (0 to 1)."""

    middle: float
    low: float
    high: float
    sure: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} [{self.low:.2f}, {self.high:.2f}] {self.sure:.0%}"


def interval(values: Sequence[float], sure: float = 0.95) -> Interval:
    """The narrowest pair of order statistics that is sure enough, or the widest there is."""
    ordered = sorted(values)
    n, best = len(ordered), 0
    for cut in range((n + 1) // 2):
        if 1 - 2 * _tail(n, cut) >= sure:
            best = cut
    return Interval(median(ordered), ordered[best], ordered[n - 1 - best], 1 - 2 * _tail(n, best))


def _tail(n: int, cut: int) -> float:
    """The chance that at most `cut` of `n` values lie on one side of the true median."""
    return sum(math.comb(n, k) for k in range(cut + 1)) / float(2**n)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
