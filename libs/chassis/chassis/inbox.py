"""Taking events up once: the claim, and the dead letters of what could not be taken up."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.db import Read
from chassis.errors import Conflict, NotFound
from chassis.events import Outcome
from chassis.tables import dead_letter
from contracts.envelope import Event

_ERROR_LENGTH: Final = 2_000


async def claim(db: AsyncConnection, consumer: str, events: Sequence[Event[Any]]) -> set[UUID]:
    """Claim events for this consumer and give the ids that are new to it.

    One statement decides "first time?": a second delivery blocks on the key until the first transaction ends.
    """
    # One order for all: two batches that share events cannot lock one another out.
    ordered = sorted({event.id: event for event in events}.values(), key=lambda each: each.id)
    claimed = await db.execute(
        _CLAIM,
        {
            "consumer": consumer,
            "ids": [event.id for event in ordered],
            "types": [event.type for event in ordered],
            "correlationids": [event.correlationid for event in ordered],
            "causationids": [event.causationid for event in ordered],
        },
    )
    return set(claimed.scalars())


_CLAIM: Final = text(
    """INSERT INTO inbox (consumer, event_id, type, correlationid, causationid, outcome, recorded)
    SELECT CAST(:consumer AS text), event_id, type, correlationid, causationid, 'unchanged', '{}'
    FROM unnest(CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:correlationids AS uuid[]), CAST(:causationids AS uuid[]))
      AS new (event_id, type, correlationid, causationid)
    ON CONFLICT DO NOTHING RETURNING event_id"""
)


class Letter(NamedTuple):
    """An event that could not be taken up, whole, with what went wrong."""

    stream_sequence: int
    subject: str
    body: bytes
    attempts: int
    error: str


async def park(db: AsyncConnection, consumer: str, letters: Sequence[Letter]) -> None:
    """Keep these letters, all at once. Parking one again changes nothing."""
    await db.execute(insert(dead_letter).on_conflict_do_nothing(), [_kept(consumer, letter) for letter in letters])


def _kept(consumer: str, letter: Letter) -> dict[str, Any]:
    identity, correlation, kind = _read_what_can_be_read(letter.body, letter.subject)
    return {
        "id": uuid7(),
        "consumer": consumer,
        "stream_sequence": letter.stream_sequence,
        "event_id": identity,
        "correlationid": correlation,
        "type": kind,
        "payload": letter.body,
        "digest": hashlib.sha256(letter.body).digest(),
        "error": _storable(letter.error)[:_ERROR_LENGTH],
        "attempts": letter.attempts,
    }


def _read_what_can_be_read(body: bytes, subject: str) -> tuple[UUID | None, UUID | None, str]:
    try:
        event = Event[Any].model_validate_json(body)
    except ValueError:
        return None, None, subject.rpartition(".")[0] or subject
    return event.id, event.correlationid, _storable(event.type)


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in a text; whatever an event carries, its letter must be kept."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


async def letters(db: Read, *, state: str = Outcome.PARKED, limit: int = 200) -> list[dict[str, Any]]:
    """List dead letters, oldest first, without their payload."""
    rows = await db.execute(
        select(*[column for column in dead_letter.c if column.name not in ("payload", "digest")])
        .where(dead_letter.c.state == state)
        .order_by(dead_letter.c.parked_at)
        .limit(limit)
    )
    return [dict(row) for row in rows.mappings()]


async def letter(db: AsyncConnection, identity: UUID) -> dict[str, Any]:
    """Give one dead letter whole; raises ``NotFound``."""
    row = (await db.execute(select(dead_letter).where(dead_letter.c.id == identity))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có thư lỗi này.")
    return dict(row)


async def settle(db: AsyncConnection, identity: UUID, *, state: str, reason: str, actor: str) -> dict[str, Any]:
    """Mark a parked letter as redriven or discarded; raises ``Conflict`` when somebody did that before."""
    row = (
        await db.execute(
            update(dead_letter)
            .where(dead_letter.c.id == identity, dead_letter.c.state == Outcome.PARKED)
            .values(state=state, reason=reason, decided_by=actor, decided_at=datetime.now(UTC))
            .returning(dead_letter)
        )
    ).mappings()
    found = row.one_or_none()
    if found is None:
        current = await letter(db, identity)
        raise Conflict("Thư lỗi này đã được xử lý.", state=current["state"])
    return dict(found)
