"""Reminders, as callers send them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from registry.actions.bodies.base import Body


class RemindBody(Body):
    """Which units of the block are to be reminded; None = all that have not sent."""

    unit_ids: Annotated[tuple[UUID, ...], Field(max_length=500)] | None = None


class Reminded(BaseModel):
    """Whom a reminder goes to: each unit is told once a day at most."""

    unit_ids: tuple[UUID, ...]
