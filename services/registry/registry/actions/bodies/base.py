"""What all bodies have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=300)]


class Body(BaseModel):
    """What a caller sends: nothing unknown is taken in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Versioned(BaseModel):
    """How a thing stands after the command."""

    version: int
