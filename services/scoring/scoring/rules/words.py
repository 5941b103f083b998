"""Amounts and points as people in Vietnam write them."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from scoring.rules.numbers import KEPT, Exact, cut


def say(amount: Decimal, least: int = 0) -> str:
    """Write an amount for people: dots between thousands, decimal comma, every place it has, no idle zeros.

    ``least`` places are written even where they are zeros.
    """
    whole, _, places = f"{amount:,f}".partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return whole.replace(",", ".") + (f",{places}" if places else "")


def say_points(points: Exact) -> str:
    """Write points for people: always two places, and up to four where they are not rounded yet."""
    return say(cut(points, 4), least=2)


said = lru_cache(KEPT)(say_points)
"""The same for the amounts that stand on sheets."""


def say_percent(ratio: Fraction) -> str:
    return f"{say(cut(ratio * 100, 2))}%"


def measured(amount: Decimal, measure: str) -> str:
    between = "" if measure.startswith("%") else " "
    return f"{say(amount)}{between}{measure}"


def short(amount: Decimal, measure: str) -> str:
    return f"{say(amount)}%" if measure.startswith("%") else say(amount)


def compared(value: Decimal, target: Decimal, measure: str) -> str:
    return f"Thực hiện {short(value, measure)} trên chỉ tiêu {measured(target, measure)}"
