"""What a message is, and how names and figures are written in one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from contracts.notify import Post

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
IN_APP: Final = "in_app"
THE_OFFICE: Final = UUID(int=0)
"""The scope of what the office is told: a house has one, and no event names the city that it is of."""


class Message(BaseModel):
    """One message to one post, worded."""

    model_config = ConfigDict(frozen=True)

    post: Post
    scope_id: UUID
    about_id: UUID
    title: str
    text: str
    link: str


Names = Callable[[UUID], str]
"""Gives the name of a unit, a block or a period."""


def points(amount: Decimal) -> str:
    """Write points as people read them: two places, decimal comma."""
    return f"{amount:.2f}".replace(".", ",")
