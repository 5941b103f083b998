"""Notify's HTTP door: a post's own messages, nobody else's."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Asked, Commanded, Sent
from chassis.identity import Identity
from notify import actions, queries
from notify.actions import MarkedRead, ReadBody

router = APIRouter()


def _posts(who: Identity) -> list[tuple[str, UUID]]:
    return [(grant.role, grant.scope) for grant in who.grants]


@router.get("/messages", tags=["messages"])
async def messages(asked: Asked, limit: Annotated[int, Query(ge=1, le=50)] = 50) -> dict[str, Any]:
    """Give the newest messages, and how many of all are unread."""
    return await queries.inbox(asked.db, _posts(asked.identity), limit=limit)


@router.post("/messages/read", tags=["messages"])
async def mark_read(body: Sent[ReadBody], commanded: Commanded) -> MarkedRead:
    return await actions.mark_read(commanded.tx, _posts(commanded.identity), body)
