"""Campaigns and targets, as callers send them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from contracts.envelope import GivenAmount, GivenInstant, GivenNumber
from contracts.registry import Target, WhereTold
from registry import rules
from registry.actions.bodies.base import Body, Name, Versioned


class PeriodBody(Body):
    period_id: UUID
    number: Annotated[int, Field(ge=1, le=9_999)]
    name: Name
    opens_at: GivenInstant
    due_at: GivenInstant
    closes_at: GivenInstant

    @model_validator(mode="after")
    def _in_order(self) -> "PeriodBody":
        if not self.opens_at < self.due_at <= self.closes_at:
            raise ValueError("ngày mở phải trước hạn nộp, hạn nộp không sau ngày đóng")
        return self


class CampaignBody(Body):
    """A campaign whole; ``version`` is the one that the caller has seen, if another one is to be refused."""

    version: Annotated[GivenNumber, Field(ge=0)] | None = None
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    starts_on: date
    ends_on: date
    periods: Annotated[tuple[PeriodBody, ...], Field(min_length=1)]
    document: dict[str, Any]
    kind: rules.CampaignKind = rules.CampaignKind.YEARLY
    parent_id: UUID | None = None
    scope: rules.Scope = rules.Scope()
    milestones: Annotated[tuple[rules.Milestone, ...], Field(max_length=50)] = ()
    goals: Annotated[tuple[rules.Goal, ...], Field(max_length=200)] = ()


class TargetBody(Target):
    """A plan value as the office gives it."""

    target: Annotated[GivenAmount, Field(ge=0)] | None = None
    stretch: WhereTold[Annotated[GivenAmount, Field(ge=0)]] = None


class TargetsBody(Body):
    """``version`` is the one that they were typed on, of whoever wants to hear of another's; 0 before the first."""

    targets: tuple[TargetBody, ...]
    version: Annotated[GivenNumber, Field(ge=0)] | None = None


class NewDraftBody(Body):
    """``made_from`` is the launched campaign that the draft carries over to its next year."""

    made_from: UUID | None = None


class SectionBody(Body):
    """One section as it was typed; ``version`` is that of the section, 0 before its first save.

    ``editor`` names the open page that saves: its own next save may come before it has heard of the last one.
    """

    version: Annotated[GivenNumber, Field(ge=0)]
    values: rules.Typed = Field(default_factory=dict)
    rows: Annotated[tuple[rules.Typed, ...], Field(max_length=200)] = ()
    editor: Annotated[str, Field(max_length=64)] | None = None


class CampaignStepBody(Body):
    """``version`` is the one that the caller has seen: of the draft before the launch, of the campaign after it."""

    act: rules.CampaignAct
    version: Annotated[GivenNumber, Field(ge=0)]


class CorrectionBody(Body):
    """Sections of a launched campaign as they are typed anew; ``version`` is the campaign's that the caller has seen.

    Fields that are not sent stay, rows are those that are sent.
    """

    version: Annotated[GivenNumber, Field(ge=0)]
    reason: Annotated[str, Field(max_length=4000)]
    sections: Annotated[dict[str, rules.Section], Field(max_length=20)]


class ImportBody(Body):
    """An issuing document: a file's bytes in base64, or a text that was pasted. What kind it is, its content tells."""

    content: Annotated[str, Field(max_length=1_400_000)] | None = None
    text: Annotated[str, Field(max_length=500_000)] | None = None


class Imported(Versioned):
    """Which sections the document filled, and which were kept because something was typed in them already."""

    filled: tuple[str, ...]
    kept: tuple[str, ...]


class Stepped(Versioned):
    """How a thing stands after a step, and what can be done next."""

    state: str
    possible: tuple[str, ...]
