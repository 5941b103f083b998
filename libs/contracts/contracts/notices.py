"""Events of the registry that are there to be told: whom a campaign calls, and who is reminded of a report."""

import operator
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.envelope import Payload
from contracts.notify import Post


class CallKind(StrEnum):
    """What a campaign says to the units that it addresses."""

    LAUNCHED = "launched"
    CHANGED = "changed"
    CLOSED = "closed"


class UnitsCalled(Payload):
    """Some of the units that a campaign addresses are told of it: each unit in one of the ``parts`` of a call."""

    event_type: ClassVar[str] = "registry.units_called.v1"
    ordering_key: ClassVar[str] = "campaign_id"

    campaign_id: UUID
    version: int
    kind: CallKind
    year: int
    name: str
    starts_on: date
    ends_on: date
    register_by: date | None = None
    part: int
    parts: int
    unit_ids: tuple[UUID, ...]
    left: Annotated[bool, Field(exclude_if=operator.not_)] = False
    """Whether these are units that it addressed until then and, by a change of its scope, addresses no longer."""


class ReportsReminded(Payload):
    """Units of a block that have not sent their report of a period are reminded of it.

    ``by`` is the post that asked for it; None: the clock, because the report is soon due.
    """

    event_type: ClassVar[str] = "registry.reports_reminded.v1"
    ordering_key: ClassVar[str] = "block_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    by: Post | None
    due_at: AwareDatetime
    closes_at: AwareDatetime
    late: bool
    unit_ids: tuple[UUID, ...]
