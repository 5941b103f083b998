"""What every kind of rule is: a model of what stands on the sheet, with the function that makes points of it.

A kind is one file here and one name in the list of ``__init__.py``. It says what a unit types for it (``value_kind``, or
several ``asks``), what of its own does not hold together (``faults``), and what points a line gets (``compute``), with the
sentence that says why.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import GivenAmount
from contracts.people import AwardForm
from contracts.scoring import ValueKind
from scoring.rules.numbers import ZERO, Exact, exact
from scoring.rules.words import say, say_points

Positive = Annotated[GivenAmount, Field(gt=0)]
NotNegative = Annotated[GivenAmount, Field(ge=0)]
Weight = Annotated[GivenAmount, Field(gt=0, le=100, decimal_places=2)]
"""Hệ số: how often points and maximum count, once that is told."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """Whether a line counts towards the scale, on top of it, or against it; or decides without points of its own.

    A ``condition`` is what gates name: where it is not met, what stands behind it gets nothing. Whoever answers yes to a
    ``disqualifier`` keeps its points and is not ranked.
    """

    CONTENT = "content"
    BONUS = "bonus"
    PENALTY = "penalty"
    CONDITION = "condition"
    DISQUALIFIER = "disqualifier"

    @property
    def has_points(self) -> bool:
        return self not in (Role.CONDITION, Role.DISQUALIFIER)


class Direction(StrEnum):
    """Whether more is better (``up``) or less (``down``)."""

    UP = "up"
    DOWN = "down"


class Item(Model):
    """One of several things that are asked for a line; its full code is the line's, a dot, and this one."""

    code: Annotated[str, Field(pattern=r"^[0-9]+$", max_length=3)]
    name: Annotated[str, Field(min_length=1)]

    def __str__(self) -> str:
        return self.name


class KnownAward(Model):
    """An award of the unit that somebody recorded with its decision; that is its evidence."""

    form: AwardForm
    on: date
    number: str


class Line(NamedTuple):
    """A line of the sheet beside what is known of one unit."""

    maximum: Decimal
    measure: str
    role: Role
    value: Decimal | None = None
    items: Mapping[str, Decimal] = {}
    """What was typed for each of ``asks``, by the item's own code."""
    target: Decimal | None = None
    stretch: Decimal | None = None
    """What the unit strives for beyond its target; only where it lies beyond."""
    late: bool = False
    late_days: int = 0
    late_days_sent: int = 0
    awards: Sequence[KnownAward] = ()
    leader: Exact | None = None
    """The highest over-achievement of the block, 0.5 for 50 % above the target; None while nothing is known of it."""
    closed: bool = False
    """Whether the leader can no longer change."""

    @property
    def counted(self) -> str:
        return "trừ" if self.role is Role.PENALTY else "được"


class Outcome(NamedTuple):
    """Points before they are weighted and rounded, and why. ``over`` is what counts as bonus; ``ratio`` of value to target."""

    points: Exact
    why: str
    over: Exact = ZERO
    ratio: Decimal | None = None
    provisional: bool = False

    def weighted(self, weight: Decimal) -> "Outcome":
        """Give the same of a line that counts so often."""
        points, over = (exact(weight) * Fraction(each) for each in (self.points, self.over))
        why = f"{self.why} Hệ số {say(weight)}: {say_points(points)} điểm." if points else self.why
        return self._replace(
            # What is no fraction stays a decimal: lateness is kept as it is told.
            points=self.points * weight if isinstance(self.points, Decimal) else points,
            over=over if isinstance(self.over, Fraction) else ZERO,
            why=why,
        )


class Kind(Model):
    called: ClassVar[str]
    """What people call it."""
    words: ClassVar[Mapping[str, str]] = {}
    """What people call each of its fields; a change of one is told in these words."""
    value_kind: ClassVar[ValueKind]
    needs_target: ClassVar[bool] = False
    computed: ClassVar[bool] = False
    """Whether points follow from more than what the unit typed for this line: then they can be appealed against themselves."""

    def asks(self) -> tuple[Item, ...]:
        """Give what is typed where that is more than one figure; ``value_kind`` is then that of each."""
        return ()

    def largest(self, maximum: Decimal) -> Decimal | None:  # noqa: ARG002
        """Give the most that may be typed, where the rule itself sets it."""
        return None

    def bounds(self, maximum: Decimal, target: Decimal | None) -> Iterable[Decimal]:  # noqa: ARG002
        """Name figures beyond or at which points go another way."""
        return () if target is None else (target,)

    def faults(self, maximum: Decimal, role: Role) -> Iterable[str]:  # noqa: ARG002
        """Name what does not hold together, each with what would."""
        return ()

    @property
    def less_is_better(self) -> bool:
        return False

    def derives(self, awards: Sequence[KnownAward]) -> bool:  # noqa: ARG002
        """Tell whether points follow from what is known beside the report, whatever was typed."""
        return False

    @abstractmethod
    def compute(self, line: Line) -> Outcome:
        """Give the points of a line for which something is known, and a target where one is needed."""


def given(amount: Decimal | None) -> Decimal:
    """Take what the caller has made sure of."""
    assert amount is not None
    return amount
