"""Events of what is done with reported values after they were sent: block review and appraisal."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Amount, Facts, Payload


class Column(StrEnum):
    """The three kept columns of a score: what the unit says, what its block says, what the office says."""

    SELF = "self"
    BLOCK = "block"
    APPRAISAL = "appraisal"


class ReviewedItem(Facts):
    """One item as it was looked at: what the unit had reported, and what counts for it now; equal = agreed, absent = nothing.

    ``number`` counts the verdicts on this item in this column: the last one stands, and only while ``reported`` does.
    """

    verdict_id: UUID
    criterion: str
    number: int
    reported: Amount | None
    value: Amount | None


class CrossCheck(Facts):
    """Which unit of the block checks which; never its own. ``version`` grows each time somebody else is named for a unit.

    Where the unit itself is named, the check was taken back: nobody checks it.
    """

    unit_id: UUID
    by_unit: UUID
    version: int


class CrossChecksAssigned(Payload):
    """The block's head said who checks whom in a period; of a unit that was named before, this one stands."""

    event_type: ClassVar[str] = "scoring.cross_checks_assigned.v1"
    ordering_key: ClassVar[str] = "block_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    checks: tuple[CrossCheck, ...]


class ItemsObjected(Payload):
    """The checking unit does not agree with these items; the block's head decides what counts. What it agreed to is reviewed."""

    event_type: ClassVar[str] = "scoring.items_objected.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    unit_id: UUID
    by_unit: UUID
    criteria: tuple[str, ...]


class ItemsReviewed(Payload):
    """Somebody looked at items of a unit's report: one event for one act, whatever the number of items."""

    event_type: ClassVar[str] = "scoring.items_reviewed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    campaign_id: UUID
    period_id: UUID
    unit_id: UUID
    column: Column
    by_unit: UUID | None = None
    """The unit that looked; absent = the office."""
    appeal_id: UUID | None = None
    """The appeal that was upheld by it."""
    items: tuple[ReviewedItem, ...]
