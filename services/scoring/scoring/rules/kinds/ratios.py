"""What rules by a target share: how far it was reached."""

from decimal import Decimal
from fractions import Fraction

from scoring.rules.kinds.base import Direction
from scoring.rules.numbers import quotient


def reached(value: Decimal, target: Decimal, direction: Direction = Direction.UP) -> Fraction:
    above, below = (value, target) if direction is Direction.UP else (target, value)
    if below == 0:
        # Nothing was asked for, or nothing bad happened: reached in full. How far beyond no figure says.
        return Fraction(1)
    return quotient(above, below)
