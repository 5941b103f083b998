"""What a score sheet is: groups, criteria and the rule of each, checked as a whole."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.envelope import Amount
from contracts.scoring import SheetCriterion, ValueKind

Positive = Annotated[Amount, Field(gt=0)]
NotNegative = Annotated[Amount, Field(ge=0)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """Whether a criterion counts towards the scale, on top of it, or against it."""

    CONTENT = "content"
    BONUS = "bonus"
    PENALTY = "penalty"


class Direction(StrEnum):
    """Whether more is better (``up``) or less (``down``)."""

    UP = "up"
    DOWN = "down"


class RatioLinear(Model):
    """Full points from the target on; below it ``k`` of the maximum is lost per missing percent, nothing under ``floor``.

    Over-achievement adds ``over_rate`` of the maximum per percent above the target, up to ``over_cap`` of it, and counts
    as bonus.
    """

    kind: Literal["ratio_linear"]
    direction: Direction = Direction.UP
    k: Positive = Decimal("0.01")
    floor: NotNegative = Decimal("0.70")
    over_rate: NotNegative = Decimal(0)
    over_cap: NotNegative = Decimal(0)


class Proportional(Model):
    """``maximum × value / target``, never more than the maximum."""

    kind: Literal["proportional"]


class Threshold(Model):
    """All the points from the target on (or up to it, where less is better), else none."""

    kind: Literal["threshold"]
    direction: Direction = Direction.UP


class Band(Model):
    """From this value on, the lower bound included, these points."""

    at_least: NotNegative
    points: NotNegative


class Bands(Model):
    """Points by the band a value lies in. Bands are given by their lower bounds, so they can neither overlap nor gap."""

    kind: Literal["bands"]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rising(self) -> "Bands":
        if self.bands[0].at_least != 0:
            raise ValueError(f"mức đầu tiên phải bắt đầu từ 0, đang là {self.bands[0].at_least}")
        for lower, upper in pairwise(self.bands):
            if upper.at_least <= lower.at_least:
                raise ValueError(f"các mức chồng nhau: sau mức {lower.at_least} lại là mức {upper.at_least}")
        return self


class YesNo(Model):
    """Done: all the points; not done: none."""

    kind: Literal["yes_no"]


class PerItem(Model):
    """So many points for each, up to the maximum."""

    kind: Literal["per_item"]
    each: Positive


class Late(Model):
    """Points off when the report was accepted after its due time; nobody types it."""

    kind: Literal["late"]


Rule = Annotated[RatioLinear | Proportional | Threshold | Bands | YesNo | PerItem | Late, Field(discriminator="kind")]

_VALUE_KINDS = {
    "ratio_linear": ValueKind.AMOUNT,
    "proportional": ValueKind.AMOUNT,
    "threshold": ValueKind.AMOUNT,
    "bands": ValueKind.AMOUNT,
    "yes_no": ValueKind.YES_NO,
    "per_item": ValueKind.COUNT,
    "late": ValueKind.DERIVED,
}
_NEEDS_TARGET = frozenset({"ratio_linear", "proportional", "threshold"})


class Criterion(Model):
    """One line of a sheet. ``target`` is the plan value where a unit was given none of its own.

    A rule that needs a target and has neither is not counted for that unit.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]+(\.[0-9]+)*$", max_length=12)]
    name: Annotated[str, Field(min_length=1)]
    measure: str
    maximum: Positive
    rule: Rule
    role: Role = Role.CONTENT
    hint: str = ""
    target: NotNegative | None = None
    required: bool = True
    largest: NotNegative | None = None
    citation: str | None = None

    @property
    def value_kind(self) -> ValueKind:
        """What a unit types for this line."""
        return _VALUE_KINDS[self.rule.kind]


class CriterionGroup(Model):
    """A field of the campaign (lĩnh vực) with the criteria that add up to its maximum."""

    code: str
    name: str
    maximum: Positive
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    decides_ties: bool = False
    """The group on emulation work itself, the second rule that decides between equals."""


class Sheet(Model):
    """A score sheet (bảng điểm). ``step`` is what base points are rounded to, half up, once per criterion."""

    sheet_id: UUID | None = None
    version: int = 1
    key: str
    name: str
    note: str
    total: Positive
    step: Positive
    bonus_cap: NotNegative = Decimal(0)
    groups: Annotated[tuple[CriterionGroup, ...], Field(min_length=1)]
    extras: tuple[Criterion, ...] = ()
    """Bonus and penalty lines, outside the scale."""

    def criteria(self) -> Iterator[tuple[str, Criterion]]:
        """Give (group code, criterion) in the order of the sheet; extras stand in group ``""``."""
        for group in self.groups:
            for criterion in group.criteria:
                yield group.code, criterion
        for criterion in self.extras:
            yield "", criterion

    @model_validator(mode="after")
    def _adds_up(self) -> "Sheet":
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _faults(sheet: Sheet) -> Iterator[str]:
    """Name everything that keeps a sheet from being used, in the words of the office."""
    counted = Counter(criterion.code for _, criterion in sheet.criteria())
    yield from (f"mục {code} xuất hiện {times} lần" for code, times in counted.items() if times > 1)
    for group in sheet.groups:
        summed = sum(criterion.maximum for criterion in group.criteria)
        if summed != group.maximum:
            yield f"nhóm {group.code}: các mục cộng lại {summed} điểm, nhóm ghi {group.maximum}"
        yield from (
            f"mục {criterion.code}: điểm thưởng và điểm trừ đứng ngoài các nhóm"
            for criterion in group.criteria
            if criterion.role is not Role.CONTENT
        )
    summed = sum(group.maximum for group in sheet.groups)
    if summed != sheet.total:
        yield f"các nhóm cộng lại {summed} điểm, bảng ghi {sheet.total}"
    for _, criterion in sheet.criteria():
        rule = criterion.rule
        if isinstance(rule, Bands) and max(band.points for band in rule.bands) > criterion.maximum:
            yield f"mục {criterion.code}: có mức điểm cao hơn điểm tối đa {criterion.maximum}"
        if rule.kind in _NEEDS_TARGET and criterion.target == 0:
            yield f"mục {criterion.code}: chỉ tiêu chung không thể bằng 0"
        if isinstance(rule, Late) and criterion.role is not Role.PENALTY:
            yield f"mục {criterion.code}: nộp muộn chỉ có thể là điểm trừ"
    yield from (
        f"mục {criterion.code}: ngoài các nhóm chỉ có điểm thưởng và điểm trừ"
        for criterion in sheet.extras
        if criterion.role is Role.CONTENT
    )


def form_criteria(sheet: Sheet) -> Iterator[SheetCriterion]:
    """Give what a report form must know of each line."""
    for group, criterion in sheet.criteria():
        yield SheetCriterion(
            criterion=criterion.code,
            group=group,
            name=criterion.name,
            measure=criterion.measure,
            value_kind=criterion.value_kind,
            required=criterion.required and criterion.role is Role.CONTENT,
            largest=criterion.largest,
        )
