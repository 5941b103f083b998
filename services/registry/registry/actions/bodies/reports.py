"""Reports as they are sent, and what their senders are answered."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.errors import FieldError
from contracts.envelope import GivenNumber
from contracts.registry import ReportedValue, Target
from registry.actions.bodies.base import Body, Versioned

Fields = Annotated[dict[str, str], Field(max_length=500)]
Criterion = Annotated[str, Field(min_length=1, max_length=40)]
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class DraftBody(Body):
    """``editor`` names the open page that saves: its own next save may come before it has heard of the last one.

    ``nothing`` are the reasons why there is nothing to report (không phát sinh), by criterion, or ``*`` for all.
    """

    version: Annotated[GivenNumber, Field(ge=0)]
    fields: Fields
    nothing: Fields = Field(default_factory=dict)
    editor: Annotated[str, Field(max_length=64)] | None = None


class CheckBody(Body):
    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    fields: Fields
    nothing: Fields = Field(default_factory=dict)


class ReportBody(CheckBody):
    version: Annotated[GivenNumber, Field(ge=0)]


class Saved(Versioned):
    """A draft as it was kept, and what sending it now would find, so that who is typing need not ask for that as well.

    ``sheet_id`` is None, and nothing was looked at, while the unit stands in no block or the sheet is not known here yet.
    ``late`` is how it would count, by how many days, ``block_id`` where. ``measures`` tells, of each item for which a likelier reading is suggested, what it is counted in.
    """

    saved_at: datetime
    sheet_id: UUID | None = None
    values: tuple[ReportedValue, ...] = ()
    errors: tuple[FieldError, ...] = ()
    measures: dict[str, str] = Field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    block_id: UUID | None = None
    late: bool = False
    late_days: int = 0


class Receipt(Versioned):
    """What the unit keeps as proof: the number, and the moment that decides lateness (business time)."""

    receipt_number: str
    report_id: UUID
    accepted_at: datetime
    late: bool
    correlationid: UUID


class Checked(BaseModel):
    """What a report would be if it were sent now: the values that can be read, every fault, and whether it is late.

    ``warnings`` keep nobody from sending: what reviewers will ask for.
    """

    values: tuple[ReportedValue, ...]
    errors: tuple[FieldError, ...]
    warnings: tuple[FieldError, ...] = ()
    late: bool = False
    late_days: int = 0


class StepBody(Body):
    """A step with a report as its caller saw it: in this version."""

    version: Annotated[GivenNumber, Field(ge=0)]


class ReturnBody(StepBody):
    """What is to be corrected: each item with its reason."""

    items: Annotated[dict[Criterion, Reason], Field(min_length=1, max_length=500)]


class TakeBackBody(StepBody):
    """Why a return is taken back; the unit reads it."""

    reason: Reason


class ReportStepped(Versioned):
    """Where a report stands after a step, and the ripple that the step began."""

    state: str
    correlationid: UUID
