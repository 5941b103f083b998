"""Exact numbers: whole fractions all the way, rounded once, and cut where they are only shown."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

Exact = Decimal | Fraction

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
CENT: Final = Decimal("0.01")

KEPT: Final = 4_096
"""How many amounts of sheets are kept as fractions and in words: they come back with every unit."""

exact = lru_cache(KEPT)(Fraction)


def quotient(above: Decimal, below: Decimal) -> Fraction:
    """Divide exactly, in one step."""
    (a, b), (c, d) = above.as_integer_ratio(), below.as_integer_ratio()
    return Fraction(a * d, b * c)


def to_step(points: Exact, step: Decimal) -> Decimal:
    """Round half up to a multiple of the step: ⌊points / step + ½⌋ steps, in whole numbers, for it is done for every line."""
    above, below = points.as_integer_ratio()
    step_above, step_below = step.as_integer_ratio()
    return Decimal((2 * above * step_below + below * step_above) // (2 * below * step_above)) * step


def cut(amount: Exact, places: int) -> Decimal:
    """Drop what lies beyond these places: what is shown never reaches a bound that the exact amount missed."""
    above, below = amount.as_integer_ratio()
    return Decimal(above * 10**places // below).scaleb(-places)
