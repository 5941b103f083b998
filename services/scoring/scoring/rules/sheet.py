"""What a score sheet is: groups within groups, criteria and the rule of each, checked as a whole."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from contracts.scoring import SheetCriterion, ValueKind
from scoring.rules.faults import faults
from scoring.rules.kinds import Rule
from scoring.rules.kinds.base import Model, NotNegative, Positive, Role

__all__ = [
    "Criterion",
    "CriterionGroup",
    "Model",
    "NotNegative",
    "Positive",
    "Role",
    "Sheet",
    "TieBreak",
    "form_criteria",
]


class Criterion(Model):
    """One line of a sheet. ``target`` is the plan value where a unit was given none of its own.

    A rule that needs a target and has neither is not counted for that unit. A line with a ``gate`` gets nothing while the
    condition of that code is not met; it stays in the maximum.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]+[a-z]?(\.[0-9]+)*$", max_length=12)]
    name: Annotated[str, Field(min_length=1)]
    measure: str
    maximum: NotNegative = Decimal(0)
    rule: Rule
    role: Role = Role.CONTENT
    hint: str = ""
    target: NotNegative | None = None
    required: bool = True
    largest: NotNegative | None = None
    citation: str | None = None
    gate: str | None = None
    evidence: str = ""
    """What has to be attached, in words."""
    verified_by: str = ""
    """Who verifies what was reported: a body or a post, in words."""

    @property
    def value_kind(self) -> ValueKind:
        """What a unit types for this line; nothing where each of several items is asked for by itself."""
        return ValueKind.DERIVED if self.rule.asks() else self.rule.value_kind

    @property
    def may_stay_empty(self) -> bool:
        return not self.required or self.role not in (Role.CONTENT, Role.CONDITION)


class CriterionGroup(Model):
    """A field of the campaign (lĩnh vực): its own criteria and the groups within it add up to its maximum.

    Bonus and penalty lines of a group stay within it: they lift it to its maximum at most, and take no more than there is.
    """

    code: str
    name: str
    maximum: Positive
    criteria: tuple[Criterion, ...] = ()
    groups: tuple["CriterionGroup", ...] = ()
    decides_ties: bool = False
    """The group on emulation work itself, the second rule that decides between equals."""
    gate: str | None = None

    def every(self) -> Iterator["CriterionGroup"]:
        """Give this group and all groups within it, in the order of the sheet."""
        yield self
        for group in self.groups:
            yield from group.every()


class TieBreak(Model):
    """Among equals: the larger sum of what was reported for these lines."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    name: Annotated[str, Field(min_length=1)]
    criteria: Annotated[tuple[str, ...], Field(min_length=1)]

    def __str__(self) -> str:
        return f"{self.name} (mục {', '.join(self.criteria)})"


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
    """Bonus and penalty lines outside the scale, and the conditions and disqualifiers, which have no points."""
    tie_breaks: tuple[TieBreak, ...] = ()
    """What decides between equal percents where the sheet says so itself, in order; else the usual chain does."""

    @property
    def conditions(self) -> dict[str, Criterion]:
        """Give what gates name, by code."""
        return {each.code: each for each in self.extras if each.role is Role.CONDITION}

    def every_group(self) -> Iterator[CriterionGroup]:
        for group in self.groups:
            yield from group.every()

    def criteria(self) -> Iterator[tuple[str, Criterion]]:
        """Give (group code, criterion) in the order of the sheet; extras stand in group ``""``."""
        for group in self.every_group():
            for criterion in group.criteria:
                yield group.code, criterion
        for criterion in self.extras:
            yield "", criterion

    @model_validator(mode="after")
    def _holds_together(self) -> "Sheet":
        found = list(faults(self))
        if found:
            raise ValueError("; ".join(found))
        return self


def form_criteria(sheet: Sheet) -> Iterator[SheetCriterion]:
    """Give what a report form must know of each line; after a line of several items, each of these."""
    for group, criterion in sheet.criteria():
        line = SheetCriterion(
            criterion=criterion.code,
            group=group,
            name=criterion.name,
            measure=criterion.measure,
            value_kind=criterion.value_kind,
            required=not criterion.may_stay_empty,
            largest=criterion.rule.largest(criterion.maximum) if criterion.largest is None else criterion.largest,
        )
        yield line
        for item in criterion.rule.asks():
            yield line.model_copy(
                update={
                    "criterion": f"{criterion.code}.{item.code}",
                    "name": f"{criterion.name}: {item.name}",
                    "value_kind": criterion.rule.value_kind,
                    # Not every body ranks or awards: what is asked for as a count may stay empty.
                    "required": line.required and criterion.rule.value_kind is ValueKind.YES_NO,
                }
            )
