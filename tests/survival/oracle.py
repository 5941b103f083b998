"""What the house must say, thought through a second time: exact fractions, and not a line of the product's code.

The sheet is that of ``city.py`` with one more line: two points off for a report after its due time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import NamedTuple
from uuid import UUID

LATE_PENALTY = 2
_STEP = Fraction(1, 4)


class Sent(NamedTuple):
    """A report that was accepted."""

    amount: Fraction
    pledged: bool
    late: bool


class Row(NamedTuple):
    """What a board says of one unit."""

    rank: int | None
    points: Fraction | None
    late: bool | None
    decided_by: str | None


ABSENT = Row(None, None, None, None)


class Standing(NamedTuple):
    """What decides a unit's place, each the more the better, the first that differs."""

    percent: Fraction
    content_points: Fraction
    emulation_points: Fraction
    fewer_penalties: Fraction


def standing(sent: Sent) -> Standing:
    """Full 90 points from 1000 on, none below 700, between them in proportion; 10 for a pledge; the scale is 100."""
    reached = min(sent.amount / 1000, Fraction(1))
    economy = floor(90 * reached / _STEP + Fraction(1, 2)) * _STEP if reached >= Fraction(7, 10) else Fraction(0)
    emulation = Fraction(10 * sent.pledged)
    content = economy + emulation
    penalty = min(Fraction(LATE_PENALTY * sent.late), content)
    return Standing(content - penalty, content, emulation, -penalty)


@dataclass
class City:
    """Every accepted report of each unit, in order; the last one counts."""

    units: tuple[UUID, ...]
    accepted: dict[UUID, list[Sent]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accepted = {unit: [] for unit in self.units}

    def accept(self, unit: UUID, sent: Sent) -> None:
        self.accepted[unit].append(sent)

    def version(self, unit: UUID) -> int:
        return len(self.accepted[unit])

    def board(self) -> dict[UUID, Row]:
        standings = {unit: standing(sent[-1]) for unit, sent in self.accepted.items() if sent}
        return {unit: self._row(unit, standings) if unit in standings else ABSENT for unit in self.units}

    def _row(self, unit: UUID, standings: Mapping[UUID, Standing]) -> Row:
        mine = standings[unit]
        others = [other for each, other in standings.items() if each != unit]
        return Row(
            rank=1 + sum(other > mine for other in others),
            points=mine.percent,
            late=self.accepted[unit][-1].late,
            decided_by=_decided_by(mine, others),
        )


def _decided_by(mine: Standing, others: list[Standing]) -> str | None:
    """Name the furthest rule that had to be asked; nobody asks where all percents differ."""
    needed = max((_equal_rules(mine, other) for other in others), default=0)
    return (None, *Standing._fields[1:], "shared")[needed]


def _equal_rules(mine: Standing, other: Standing) -> int:
    """Count the rules, from the first, that cannot tell two units apart."""
    return next((place for place, pair in enumerate(zip(mine, other, strict=True)) if pair[0] != pair[1]), len(mine))
