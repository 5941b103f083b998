"""What a score sheet is: groups within groups, criteria and the rule of each, checked as a whole."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from contracts.scoring import Evidence, SheetCriterion, ValueKind
from scoring.rules.faults import faults
from scoring.rules.kinds import Rule
from scoring.rules.kinds.base import Model, NotNegative, Positive, Role, Weight
from scoring.rules.numbers import ONE

__all__ = [
    "ConcludedBy",
    "Criterion",
    "CriterionGroup",
    "Model",
    "NotNegative",
    "Positive",
    "Role",
    "Sheet",
    "SheetLine",
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
    weight: Weight = ONE
    """How often the line counts: its points and its maximum are those of the rule, times this and what its groups weigh."""
    rule: Rule
    role: Role = Role.CONTENT
    hint: str = ""
    target: NotNegative | None = None
    required: bool = True
    largest: NotNegative | None = None
    citation: str | None = None
    gate: str | None = None
    evidence: str = ""
    """What has to be attached, in words: whoever sends without is reminded of it."""
    evidence_required: bool = False
    """Whether nothing can be reported of this line without something attached to it."""
    verified_by: str = ""
    """Who verifies what was reported: a body or a post, in words."""
    appraised: bool = False
    """Whether the office appraises this line; where no line of a sheet says so, it may appraise every line."""

    @property
    def value_kind(self) -> ValueKind:
        """What a unit types for this line; nothing where each of several items is asked for by itself."""
        return ValueKind.DERIVED if self.rule.asks() else self.rule.value_kind

    @property
    def evidence_asked(self) -> Evidence:
        """What a report form must know of evidence for this line."""
        if self.evidence_required:
            return Evidence.REQUIRED
        return Evidence.WANTED if self.evidence.strip() else Evidence.FREE

    @property
    def counts(self) -> Decimal:
        """What the line adds to the maximum of its group."""
        return self.maximum * self.weight

    @property
    def may_stay_empty(self) -> bool:
        return not self.required or self.role not in (Role.CONTENT, Role.CONDITION)


class SheetLine(NamedTuple):
    """A criterion where it stands: in the group of this code, ``""`` for extras, counting so often, behind these gates."""

    group: str
    criterion: Criterion
    weight: Decimal
    gates: Sequence[str]


class CriterionGroup(Model):
    """A field of the campaign (lĩnh vực): its own criteria and the groups within it add up to its maximum.

    ``maximum`` is what stands in it before its own weight. Bonus and penalty lines of a group stay within it: they lift it to
    its maximum at most, and take no more than there is.
    """

    code: str
    name: str
    maximum: Positive
    weight: Weight = ONE
    criteria: tuple[Criterion, ...] = ()
    groups: tuple["CriterionGroup", ...] = ()
    decides_ties: bool = False
    """The group on emulation work itself, the second rule that decides between equals."""
    gate: str | None = None

    @property
    def counts(self) -> Decimal:
        """What the group adds to the maximum of what is around it."""
        return self.maximum * self.weight

    def lines(self, around: Decimal = ONE, gates: Sequence[str] = ()) -> Iterator[SheetLine]:
        """Give all lines in this group: what counts so often ``around`` it, behind the gates of what is around it."""
        weight, gates = around * self.weight, _behind(gates, self.gate)
        for each in self.criteria:
            yield SheetLine(self.code, each, weight * each.weight, _behind(gates, each.gate))
        for group in self.groups:
            yield from group.lines(weight, gates)

    def every(self) -> Iterator["CriterionGroup"]:
        """Give this group and all groups within it, in the order of the sheet."""
        yield self
        for group in self.groups:
            yield from group.every()


def _behind(gates: Sequence[str], own: str | None) -> Sequence[str]:
    return (*gates, own) if own else gates


class TieBreak(Model):
    """Among equals: the larger sum of what was reported for these lines."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    name: Annotated[str, Field(min_length=1)]
    criteria: Annotated[tuple[str, ...], Field(min_length=1)]

    def __str__(self) -> str:
        return f"{self.name} (mục {', '.join(self.criteria)})"


class ConcludedBy(StrEnum):
    """What of three columns counts in the end: of each line the last that looked at it, or the one with the fewest points.

    An item of which an appeal was upheld counts as the office said then, in either case.
    """

    LATEST_COLUMN = "latest_column"
    LOWEST = "lowest"


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
    concluded_by: ConcludedBy = ConcludedBy.LATEST_COLUMN

    @property
    def conditions(self) -> dict[str, Criterion]:
        """Give what gates name, by code."""
        return {each.code: each for each in self.extras if each.role is Role.CONDITION}

    @property
    def appraised(self) -> frozenset[str]:
        """Give the codes of the lines that the office may appraise."""
        lines = [criterion for _, criterion in self.criteria()]
        return frozenset(line.code for line in [each for each in lines if each.appraised] or lines)

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

    def lines(self) -> Iterator[SheetLine]:
        """Give all lines where they stand, in the order of the sheet."""
        for group in self.groups:
            yield from group.lines()
        yield from (SheetLine("", each, each.weight, _behind((), each.gate)) for each in self.extras)

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> "Sheet":
        found = list(faults(self))
        if isinstance(info.context, list):
            # Whoever drafts a sheet wants each fault at its own field.
            info.context.extend(found)
        elif found:
            raise ValueError("; ".join(map(str, found)))
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
            evidence=criterion.evidence_asked,
            less_is_better=criterion.rule.less_is_better if criterion.rule.needs_target else None,
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
