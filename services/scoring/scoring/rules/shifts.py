"""What changed scores do to the places around them: whoever has a percent that none of them left or reached keeps the place
among equals, and is only passed, by so many more or fewer who stand ahead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from scoring.rules.ranking import Standing

NAMED: Final = 100
"""On a board on which no more are ranked, whoever is only passed is named: blocks of a city have some thirty members."""
_NOTHING: Final = Decimal("-Infinity")
_EVERYTHING: Final = Decimal("Infinity")


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
    """All percents from ``low`` on and below ``high``: whoever is ranked there has ``by`` more ahead than before."""

    low: Decimal
    high: Decimal
    by: int

    @property
    def least(self) -> Decimal | None:
        return self.low if self.low.is_finite() else None

    @property
    def below(self) -> Decimal | None:
        return self.high if self.high.is_finite() else None


def ends(changes: Sequence[Change]) -> list[Decimal]:
    """Give the percents that these changes leave or reach, the lowest first: who stands there is ranked anew."""
    return sorted({each.now.percent for each in changes} | {each.before for each in changes if each.before is not None})


def spans(changes: Sequence[Change]) -> Iterator[Span]:
    """Give all percents, parted at the ends, the highest first: there nobody is passed."""
    for high, low in pairwise([_EVERYTHING, *reversed(ends(changes)), _NOTHING]):
        yield Span(low, high, _come(changes, high.__le__))


def runs(passed: Iterable[tuple[Decimal, int]]) -> Iterator[tuple[Span, int]]:
    """Give the spans in which as many pass, each with how many units are in it, from each unit's percent and ``by``.

    Units of one percent are passed by as many. Those who keep their rank belong among these, with 0: they end a span.
    """
    high = _EVERYTHING
    for by, units in groupby(sorted(passed, reverse=True), key=itemgetter(1)):
        those = [percent for percent, _ in units]
        if by:
            yield Span(those[-1], high, by), len(those)
        high = those[-1]


def _come(changes: Sequence[Change], ahead: Callable[[Decimal], bool]) -> int:
    now = sum(each.is_ranked and ahead(each.now.percent) for each in changes)
    return now - sum(each.was_ranked and each.before is not None and ahead(each.before) for each in changes)
