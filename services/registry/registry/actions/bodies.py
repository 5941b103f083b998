"""What callers send to the registry, and what they are answered."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from chassis.errors import FieldError
from contracts.registry import ReportedValue, Target, TaskRating, UnitKind

Name = Annotated[str, Field(min_length=1, max_length=300)]
Fields = Annotated[dict[str, str], Field(max_length=500)]


class Body(BaseModel):
    """What a caller sends: nothing unknown is taken in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitBody(Body):
    name: Name
    kind: UnitKind
    parent_id: UUID | None = None
    code: Annotated[str, Field(max_length=40)] | None = None
    valid_from: date


class BlockBody(Body):
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    sheet_id: UUID
    head_unit_id: UUID | None = None
    member_unit_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]


class PeriodBody(Body):
    period_id: UUID
    number: Annotated[int, Field(ge=1)]
    name: Name
    opens_at: AwareDatetime
    due_at: AwareDatetime
    closes_at: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> "PeriodBody":
        if not self.opens_at < self.due_at <= self.closes_at:
            raise ValueError("ngày mở phải trước hạn nộp, hạn nộp không sau ngày đóng")
        return self


class CampaignBody(Body):
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Name
    starts_on: date
    ends_on: date
    periods: Annotated[tuple[PeriodBody, ...], Field(min_length=1)]
    document: dict[str, Any]


class TargetsBody(Body):
    targets: tuple[Target, ...]


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


class YearBody(Body):
    version: Annotated[int, Field(ge=0)]
    headcount: int
    completed_tasks: int
    advanced_workers: int
    grassroots_fighters: int
    disciplined: int
    task_rating: TaskRating | None = None
    pledged_on: date | None = None


class Versioned(BaseModel):
    """How a thing stands after the command."""

    version: int


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
