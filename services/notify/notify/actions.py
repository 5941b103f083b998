"""What notify can do: learn names, post messages, mark them read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, func, select, union_all, update
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import add, learn
from contracts.envelope import Event, Payload
from contracts.notify import MessagePosted
from contracts.registry import BlockFormed, CampaignLaunched, UnitChanged, UnitChangeKind, UnitRegistered
from notify.rules import IN_APP, Message, Names
from notify.tables import blocks, messages, periods, unit_names, units

P = TypeVar("P", bound=Payload)


class ReadBody(BaseModel):
    """Which messages somebody has read."""

    message_ids: Annotated[list[UUID], Field(max_length=500)]


class MarkedRead(BaseModel):
    marked: int


async def learn_units(tx: Tx, events: Sequence[Event[UnitRegistered]]) -> None:
    for event in events:
        if await learn(tx, units, {"unit_id": event.data.unit_id}, _named(event.data)):
            tx.changed(event)


async def learn_names(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    """Keep the name that a unit takes from a day on."""
    for event in events:
        fact = {"name": event.data.name, "version": event.data.version}
        key = {"unit_id": event.data.unit_id, "from_on": event.data.effective_on}
        if event.data.kind is UnitChangeKind.RENAMED and await learn(tx, unit_names, key, fact):
            tx.changed(event)


async def learn_blocks(tx: Tx, events: Sequence[Event[BlockFormed]]) -> None:
    for event in events:
        if await learn(tx, blocks, {"block_id": event.data.block_id}, _named(event.data)):
            tx.changed(event)


async def learn_periods(tx: Tx, events: Sequence[Event[CampaignLaunched]]) -> None:
    for event in events:
        for period in event.data.periods:
            fact = {"name": period.name, "version": event.data.version}
            if await learn(tx, periods, {"period_id": period.period_id}, fact):
                tx.changed(event)


def _named(fact: UnitRegistered | BlockFormed) -> dict[str, Any]:
    return fact.model_dump(include={"name", "version"})


async def post(tx: Tx, events: Sequence[Event[P]], word: Callable[[P, Names], Iterator[Message]]) -> None:
    """Post what the events ask for: at most one message per recipient, cause and channel, whatever is repeated."""
    names = await _names(tx, events)
    rows: list[tuple[Event[P], dict[str, Any]]] = [
        (
            event,
            {
                **message.model_dump(),
                "message_id": uuid7(),
                "channel": IN_APP,
                "cause": event.id,
                "posted_at": event.businesstime,
            },
        )
        for event in events
        for message in word(event.data, names)
    ]
    new = await add(tx, messages, [row for _, row in rows], answer="message_id")
    for event, row in rows:
        if row["message_id"] in new:
            tx.record(
                MessagePosted(
                    message_id=row["message_id"],
                    about_id=row["about_id"],
                    post=row["post"],
                    scope_id=row["scope_id"],
                    channel=IN_APP,
                ),
                because=[event],
            )


_KEYS: Final = (units.c.unit_id, blocks.c.block_id, periods.c.period_id)
_TAKEN: Final = (
    select(unit_names.c.name)
    .where(unit_names.c.unit_id == units.c.unit_id, unit_names.c.from_on <= bindparam("day", type_=Date))
    .order_by(unit_names.c.from_on.desc())
    .limit(1)
    .scalar_subquery()
)
_NAMES: Final = Prepared(
    union_all(
        *[
            select(
                key.label("key"),
                (func.coalesce(_TAKEN, units.c.name) if key.table is units else key.table.c.name).label("name"),
            ).where(key == any_(bindparam("mentioned", type_=ARRAY(Uuid))))
            for key in _KEYS
        ]
    )
)


async def _names(tx: Tx, events: Sequence[Event[Any]]) -> Names:
    """Look up the names of whatever these events mention, as of their day; of a country's units only theirs."""
    mentioned = {each for event in events for each in _identities(event.data.model_dump())}
    day = max((event.businesstime for event in events), default=datetime.now(UTC)).astimezone(VIETNAM).date()
    known = {row.key: row.name for row in await _NAMES.rows(tx.db, {"mentioned": list(mentioned), "day": day})}
    return lambda identity: known.get(identity, "Đơn vị")


def _identities(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _identities(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _identities(each)


async def mark_read(tx: Tx, posts: Iterable[tuple[str, UUID]], body: ReadBody) -> MarkedRead:
    """Mark messages read, but only those that stand in one of the reader's own posts."""
    marked = 0
    for name, scope in posts:
        done = await tx.db.execute(
            update(messages)
            .where(
                messages.c.post == name,
                messages.c.scope_id == scope,
                messages.c.message_id.in_(body.message_ids),
                messages.c.read_at.is_(None),
            )
            .values(read_at=await business_now(tx.db))
            .returning(messages.c.message_id)
        )
        marked += len(done.all())
    return MarkedRead(marked=marked)
