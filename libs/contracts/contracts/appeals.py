"""Events of appeals (kiến nghị) against one exact item of a score."""

from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from contracts.envelope import Payload

OF_POINTS: Final = ".diem"
"""Behind the code of a criterion: its points themselves, where the system computes them from more than what was reported."""


class AppealState(StrEnum):
    """Where an appeal stands; one that was upheld, rejected or withdrawn has ended."""

    FILED = "filed"
    TAKEN_UP = "taken_up"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AppealChanged(Payload):
    """An appeal of ``unit_id`` against one item took a step and stands so now; ``number`` counts its steps from 1.

    What was said at a step stays in scoring. What follows from an appeal that is upheld is told by ``items_reviewed``.
    """

    event_type: ClassVar[str] = "scoring.appeal_changed.v1"
    ordering_key: ClassVar[str] = "unit_id"

    appeal_id: UUID
    number: int
    state: AppealState
    campaign_id: UUID
    period_id: UUID
    block_id: UUID
    unit_id: UUID
    criterion: str
    """The code of the item: of a criterion, of one of the items of one, or of its points (``OF_POINTS``)."""
