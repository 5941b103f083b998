"""Events of notify: that a post was told something, never what was said."""

from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from contracts.envelope import Payload


class Post(StrEnum):
    """Who is told: a post, never a person. The scope beside it is a unit, a block or the city."""

    UNIT_OFFICER = "unit_officer"
    BLOCK_HEAD = "block_head"
    CITY_OFFICE = "city_office"
    OPERATOR = "operator"


CITY_LEADER: Final = "city_leader"
"""A role beside the posts: whoever leads the city reads of boards what the office reads, and does nothing there.

No message is addressed to it, so it is no post of an event.
"""


class MessagePosted(Payload):
    """One message stands in one post's inbox: at most one per recipient and causing event."""

    event_type: ClassVar[str] = "notify.message_posted.v1"
    ordering_key: ClassVar[str] = "about_id"

    message_id: UUID
    about_id: UUID
    """The unit or block the message is about."""
    post: Post
    scope_id: UUID
    channel: str
