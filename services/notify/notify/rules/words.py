"""What a message is, and how names and figures are written in one."""

from collections.abc import Callable
from datetime import datetime, timedelta
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


NEWS_FOR: Final = timedelta(days=3)
"""How old an event may be to be told as news by whoever begins to hear of its kind: an upgrade over a weekend loses nothing."""


def is_news(happened: datetime, first_heard: datetime) -> bool:
    """Tell whether an event is told of, by when it happened and when the first of its type was heard, both in real time.

    Not by the time at which it comes: whoever was away for weeks is told of them all the same.
    """
    return happened >= first_heard - NEWS_FOR


Names = Callable[[UUID], str]
"""Gives the name of a unit, a block or a period."""


def count(number: int) -> str:
    """Write a number of things as people read it: a dot between thousands."""
    return f"{number:,}".replace(",", ".")


def points(amount: Decimal) -> str:
    """Write points as people read them: two places, decimal comma."""
    return f"{amount:.2f}".replace(".", ",")
