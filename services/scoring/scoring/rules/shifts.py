"""What changed scores do to the places around them: whoever has a percent that none of them left or reached is only counted
on, so many places up or down.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from scoring.rules.ranking import Standing


class Change(NamedTuple):
    """A member of a board whose score is another one; ``before`` is the percent that it was placed by there, if it was."""

    unit_id: UUID
    campaign_id: UUID
    before: Decimal | None
    was_ranked: bool
    now: Standing

    @property
    def is_ranked(self) -> bool:
        return not self.now.disqualified


class Span(NamedTuple):
    """All percents between two others, neither included: whoever is ranked there has a place ``by`` so many lower."""

    low: Decimal
    high: Decimal
    by: int


def ends(changes: Sequence[Change]) -> list[Decimal]:
    """Give the percents that these changes leave or reach, the lowest first: who stands there is ranked anew."""
    return sorted({each.now.percent for each in changes} | {each.before for each in changes if each.before is not None})


def spans(changes: Sequence[Change]) -> Iterator[Span]:
    """Give the spans in which everybody moves; above the highest end nobody does."""
    for low, high in pairwise([Decimal("-Infinity"), *ends(changes)]):
        if by := _come(changes, high.__le__):
            yield Span(low, high, by)


def come_ahead(changes: Sequence[Change], percent: Decimal) -> int:
    """Give how many more than before stand ahead of this percent."""
    return _come(changes, percent.__lt__)


def _come(changes: Sequence[Change], ahead: Callable[[Decimal], bool]) -> int:
    now = sum(each.is_ranked and ahead(each.now.percent) for each in changes)
    return now - sum(each.was_ranked and each.before is not None and ahead(each.before) for each in changes)
