"""What scoring needs from its environment: what every service needs, who may freeze a board, and how long one can appeal."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of scoring."""

    heads_freeze: bool = False
    """Whether the head of a block may freeze its board, beside the city's office. No rule in force says so: unconfirmed."""

    appeal_days: int = Field(default=5, ge=0, le=3650)
    """How many days after its board was frozen, else after the period has closed, a unit can appeal against its score.

    Unconfirmed: no rule that is known says it.
    """
