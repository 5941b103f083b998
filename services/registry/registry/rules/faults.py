"""What is wrong with something that a person sent."""

from pydantic import BaseModel, ConfigDict


class Fault(BaseModel):
    """What is wrong with one line of a report, in the words that stand beside the field."""

    model_config = ConfigDict(frozen=True)

    criterion: str
    message: str
    remedy: str | None = None
    suggestion: str | None = None
