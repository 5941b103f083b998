"""Ratios that hold on a machine whose speed does not: pairs measured side by side, their median, and how sure it is."""

import random
import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

_DRAWS: Final = 2000


class Ratio(NamedTuple):
    """The median of the pairs' ratios, and between what bounds it lies in 95 of 100 draws (percentile bootstrap)."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Compare pair by pair; raises ``ValueError`` when there is none or one is missing."""
    pairs = [mine / yours for mine, yours in zip(ours, theirs, strict=True)]
    if not pairs:
        raise ValueError("nothing was measured")
    chance = random.Random(1)
    draws = sorted(statistics.median(chance.choices(pairs, k=len(pairs))) for _ in range(_DRAWS))
    return Ratio(
        round(statistics.median(pairs), 3), round(draws[_DRAWS // 40], 3), round(draws[_DRAWS - _DRAWS // 40 - 1], 3)
    )


def percentile(seconds: Sequence[float], share: float) -> float:
    """Give the value that ``share`` of all stay below."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
