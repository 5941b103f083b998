"""Reports as they are sent, and what their senders are answered."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.errors import FieldError
from contracts.registry import ReportedValue
from registry.actions.bodies.base import Body, Versioned

Fields = Annotated[dict[str, str], Field(max_length=500)]


class DraftBody(Body):
    """``editor`` names the open page that saves: its own next save may come before it has heard of the last one."""

    version: Annotated[int, Field(ge=0)]
    fields: Fields
    editor: Annotated[str, Field(max_length=64)] | None = None


class CheckBody(Body):
    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    fields: Fields


class ReportBody(CheckBody):
    version: Annotated[int, Field(ge=0)]


class Saved(Versioned):
    saved_at: datetime


class Receipt(Versioned):
    """What the unit keeps as proof: the number, and the moment that decides lateness (business time)."""

    receipt_number: str
    report_id: UUID
    accepted_at: datetime
    late: bool
    correlationid: UUID


class Checked(BaseModel):
    """What a report would be if it were sent now: the values that can be read, and every fault."""

    values: tuple[ReportedValue, ...]
    errors: tuple[FieldError, ...]
