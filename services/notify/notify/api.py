"""Notify's HTTP door: a post's own messages, nobody else's."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from chassis.identity import Identity
from contracts.notify import Post
from notify import actions, queries, rules
from notify.actions import MarkedRead, ReadBody

router = APIRouter()


def _posts(who: Identity) -> list[tuple[str, UUID]]:
    office = [(Post.CITY_OFFICE.value, rules.THE_OFFICE)] if who.holds(Post.CITY_OFFICE) else []
    return [*((grant.role, grant.scope) for grant in who.grants), *office]


@router.get("/messages", tags=["messages"])
async def messages(asked: Asked, limit: Annotated[int, Query(ge=1, le=50)] = 50) -> dict[str, Any]:
    """Give the newest messages, and how many of all are unread."""
    return await queries.inbox(asked.db, _posts(asked.identity), limit=limit)


@router.post("/messages/read", tags=["messages"])
async def mark_read(body: Sent[ReadBody], commanded: Commanded) -> MarkedRead:
    return await actions.mark_read(commanded.tx, _posts(commanded.identity), body)


@router.get("/periods/{period_id}/blocks/{block_id}/reminders", tags=["reminders"])
async def reminded(period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give when each unit of a block was last reminded of its report, and by which post."""
    asked.identity.require(
        Post.CITY_OFFICE,
        (Post.BLOCK_HEAD, block_id),
        who_may="Phòng Nội vụ thành phố, hoặc trưởng khối của các đơn vị đó",
    )
    return {"items": await queries.reminded(asked.db, period_id, block_id)}
