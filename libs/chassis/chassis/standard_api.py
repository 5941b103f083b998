"""The routes that every service has: health, its part of a ripple, its dead letters."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from chassis import inbox as inboxes
from chassis.errors import Unavailable
from chassis.events import Outcome
from chassis.http import Asked, Commanded, Sent
from chassis.identity import Identity
from chassis.tables import dead_letter, event_log, inbox

router = APIRouter()


@router.get("/health/live", tags=["health"])
async def live() -> dict[str, str]:
    """Answer as long as the loop turns."""
    return {"status": "live"}


@router.get("/health/ready", tags=["health"])
async def ready(request: Request) -> dict[str, str]:
    """Answer 200 only while work can make progress: database, bus and relay are asked, not assumed."""
    trouble = await request.app.state.service.trouble()
    if trouble:
        raise Unavailable(trouble)
    return {"status": "ready"}


class Taken(BaseModel):
    """An event of the ripple that this service took up."""

    event_id: UUID
    type: str
    taken_at: datetime
    outcome: Outcome
    recorded: list[UUID]


class Recorded(BaseModel):
    """An event of the ripple that this service recorded."""

    event_id: UUID
    type: str
    subject: str
    causationid: UUID | None
    recorded_at: datetime
    actor: str


class Parked(BaseModel):
    """An event of the ripple that waits among the dead letters."""

    event_id: UUID | None
    type: str
    letter: UUID
    state: str


class Ripple(BaseModel):
    """What this service knows of a ripple, from its own inbox and log."""

    taken: list[Taken]
    recorded: list[Recorded]
    parked: list[Parked]


@router.get("/ripples/{correlationid}", tags=["ripples"])
async def ripple(correlationid: UUID, asked: Asked) -> Ripple:
    taken = await asked.db.execute(
        select(inbox.c.event_id, inbox.c.type, inbox.c.taken_at, inbox.c.outcome, inbox.c.recorded)
        .where(inbox.c.correlationid == correlationid)
        .order_by(inbox.c.taken_at)
    )
    recorded = await asked.db.execute(
        select(
            event_log.c.id.label("event_id"),
            event_log.c.type,
            event_log.c.subject,
            event_log.c.causationid,
            event_log.c.recorded_at,
            event_log.c.actor,
        )
        .where(event_log.c.correlationid == correlationid)
        .order_by(event_log.c.id)
    )
    parked = await asked.db.execute(
        select(dead_letter.c.event_id, dead_letter.c.type, dead_letter.c.id.label("letter"), dead_letter.c.state).where(
            dead_letter.c.correlationid == correlationid, dead_letter.c.state == Outcome.PARKED
        )
    )
    return Ripple(
        taken=[Taken.model_validate(dict(row)) for row in taken.mappings()],
        recorded=[Recorded.model_validate(dict(row)) for row in recorded.mappings()],
        parked=[Parked.model_validate(dict(row)) for row in parked.mappings()],
    )


class Reason(BaseModel):
    """Why an operator decides so; it is kept with the letter."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


def _operator(who: Identity) -> None:
    who.require("operator", who_may="cán bộ kỹ thuật vận hành")


@router.get("/dead-letters", tags=["dead letters"])
async def dead_letters(asked: Asked, state: str = "parked") -> dict[str, Any]:
    _operator(asked.identity)
    return {"items": await inboxes.letters(asked.db, state=state)}


@router.get("/dead-letters/{letter}", tags=["dead letters"])
async def one_dead_letter(letter: UUID, asked: Asked) -> dict[str, Any]:
    _operator(asked.identity)
    found = await inboxes.letter(asked.db, letter)
    del found["digest"]
    return {**found, "payload": found["payload"].decode(errors="replace")}


@router.post("/dead-letters/{letter}/discard", tags=["dead letters"])
async def discard(letter: UUID, body: Sent[Reason], commanded: Commanded) -> dict[str, str]:
    _operator(commanded.identity)
    await inboxes.settle(
        commanded.tx.db, letter, state="discarded", reason=body.reason, actor=commanded.identity.account
    )
    return {"state": "discarded"}


@router.post("/dead-letters/{letter}/redrive", tags=["dead letters"])
async def redrive(letter: UUID, body: Sent[Reason], commanded: Commanded, request: Request) -> dict[str, str]:
    """Take a parked event up again, in the transaction that settles its letter: both happen or neither."""
    _operator(commanded.identity)
    found = await inboxes.settle(
        commanded.tx.db, letter, state="redriven", reason=body.reason, actor=commanded.identity.account
    )
    await request.app.state.service.take_again(commanded.tx, found)
    return {"state": "redriven"}
