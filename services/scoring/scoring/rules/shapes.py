"""What a score is computed from, and what it says: plain shapes, which the database and the doors keep as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Amount
from contracts.registry import Target
from scoring.rules.kinds.base import KnownAward, NotNegative, Role
from scoring.rules.numbers import ONE, ZERO, Exact

T = TypeVar("T")
WhereSo = Annotated[T, Field(exclude_if=lambda said: not said)]
"""Told only where it is so: a score that was kept before this could be told is the same, to the letter."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Facts(Model):
    """What a unit reported, what it was to reach, and whether its report came late.

    ``values`` by the code of a criterion, or of an item of one.
    """

    values: Mapping[str, NotNegative]
    targets: Mapping[str, Target] = {}
    late: bool = False
    late_days: WhereSo[int] = 0
    """Days of lateness as ``late`` is counted; one that is late and says none was sent before days were counted."""
    late_days_sent: WhereSo[int] = 0
    """The same by when the report itself was sent, though it may answer a return."""
    awards: WhereSo[tuple[KnownAward, ...]] = ()
    """What is known to have been awarded to the unit in that year, by whatever said so."""


@dataclass(frozen=True, slots=True)
class Block:
    """What the units of a block have together: of each criterion the highest over-achievement, 0.5 for 50 %."""

    leaders: Mapping[str, Exact]
    closed: bool = False
    """Whether nobody in it can report any more: until then what depends on the leader is provisional."""


class Part(Model):
    """The points of one line, as they count in the total, and what they were computed from.

    ``over`` is over-achievement, it counts as bonus. ``ratio`` is cut to six places; points come from the exact one.
    """

    criterion: str
    group: str
    role: Role
    points: Amount
    over: Amount = ZERO
    maximum: Amount
    assigned: bool = True
    rule: str
    value: Amount | None = None
    target: Amount | None = None
    ratio: Amount | None = None
    stretch: Annotated[Amount | None, Field(exclude_if=lambda told: told is None)] = None
    provisional: WhereSo[bool] = False
    weight: Annotated[Amount, Field(exclude_if=lambda weight: weight == ONE)] = ONE
    """How often the line counts (hệ số): points, over and maximum are told with it."""
    why: str

    @property
    def brings(self) -> Amount:
        """What the line adds to the total, over-achievement and all; what a penalty takes is negative."""
        return -self.points if self.role is Role.PENALTY else self.points + self.over


class Group(Model):
    """The subtotal of one group, with that of the groups within it."""

    group: str
    within: WhereSo[str] = ""
    points: Amount
    maximum: Amount


class Score(Model):
    """A unit's total. ``points`` = content + bonus − penalty, as shown; ``percent`` of the applicable maximum ranks.

    ``content`` is the sum of the groups, each with the bonus and penalty lines of its own.
    """

    points: Amount
    maximum: Amount
    percent: Amount
    content: Amount
    bonus: Amount
    bonus_earned: Amount
    penalty: Amount
    tie_points: Amount
    tie_maximum: Amount = ZERO
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    disqualified: tuple[str, ...] = ()
    provisional: WhereSo[bool] = False
    ties: WhereSo[tuple[tuple[str, Amount], ...]] = ()
    """For each of the sheet's own tie-breaks, in their order: what the unit reported for its lines, summed."""
