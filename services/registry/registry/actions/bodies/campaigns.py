"""Campaigns and targets, as callers send them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.registry import Target
from registry.actions.bodies.base import Body, Name


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
