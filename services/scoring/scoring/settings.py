"""What scoring needs from its environment: what every service needs, who may freeze a board, how long one can appeal, and which unit is the office."""

from uuid import UUID

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of scoring."""

    heads_freeze: bool = False
    """Whether the head of a block may freeze its board, beside the city's office. No rule in force says so: unconfirmed."""

    appeal_days: int = Field(default=5, ge=0, le=3650)
    """How many days after its points or place were published, else after the period has closed, a unit can appeal against its score.

    Unconfirmed: no rule that is known says it.
    """

    office_unit_id: UUID | None = None
    """The unit that the city's office itself is, where that one is ranked with others: the office says nothing of its report.

    On its appeals it decides nevertheless: nobody else can (``actions.appeals``).
    """
