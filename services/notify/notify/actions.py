"""What notify can do: learn names, post messages, mark them read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ARRAY, Date, Text, Uuid, any_, bindparam, func, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import add, learn
from contracts.envelope import Event, Payload
from contracts.notices import ReportsReminded
from contracts.notify import MessagePosted
from contracts.registry import BlockFormed, CampaignLaunched, UnitChanged, UnitChangeKind, UnitRegistered
from contracts.scoring import SheetPublished
from notify.rules import IN_APP, Message, Names, is_news, tell_reminded, tell_sheet
from notify.tables import blocks, first_heard, messages, moves, periods, reminders, unit_names, units

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
    """Keep a block's name, who was formed into it, and by which sheet they are scored."""
    for event in events:
        fact = {"year": event.data.year, "sheet_id": event.data.sheet_id, "members": list(event.data.member_unit_ids)}
        if await learn(tx, blocks, {"block_id": event.data.block_id}, _named(event.data) | fact):
            tx.changed(event)


_OUT: Final = frozenset({UnitChangeKind.MERGED, UnitChangeKind.SPLIT, UnitChangeKind.CLOSED})


async def learn_moves(tx: Tx, events: Sequence[Event[UnitChanged]]) -> None:
    """Keep in which block a unit stands from a day on."""
    for event in events:
        said = event.data
        if not (said.kind in _OUT or said.kind is UnitChangeKind.MOVED or said.block_id):
            continue
        fact = {"block_id": None if said.kind in _OUT else said.block_id, "version": said.version}
        if await learn(tx, moves, {"unit_id": said.unit_id, "from_on": said.effective_on}, fact):
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
    """Post what the events ask for: at most one message per recipient, cause and channel, whatever is repeated.

    What was past already when the first event of its type was heard is left alone: a service that begins to listen to
    something hears the stream from its beginning, and nobody wants last year's news.
    """
    events = await _news(tx, events)
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


_FIRST_HEARD: Final = Prepared(select(first_heard.c.at).where(first_heard.c.type == bindparam("type", type_=Text)))


async def _news(tx: Tx, events: Sequence[Event[P]]) -> list[Event[P]]:
    """Give those of these events, of one type, that are told of; the first that is heard of a type decides from when."""
    if not events:
        return []
    of_type = {"type": events[0].type}
    found = await _FIRST_HEARD.rows(tx.db, of_type)
    if not found:
        # Whoever else hears of this type for the first time waits here, and both go by what is kept.
        begun = insert(first_heard).values(**of_type, at=func.clock_timestamp()).on_conflict_do_nothing()
        await tx.db.execute(begun)
        found = await _FIRST_HEARD.rows(tx.db, of_type)
    return [event for event in events if is_news(event.time, found[0].at)]


_ON_SHEET: Final = Prepared(
    text(
        """WITH standing AS (
      SELECT block_id, year, members FROM blocks WHERE sheet_id = :sheet_id AND year >= extract(year FROM CAST(:day AS date)))
    SELECT DISTINCT unit_id FROM (
      SELECT year, block_id, unnest(members) AS unit_id FROM standing
      UNION ALL SELECT year, standing.block_id, unit_id FROM standing JOIN moves
        ON moves.block_id = standing.block_id AND extract(year FROM from_on) = year) AS came
    WHERE NOT EXISTS (
      SELECT FROM moves AS went WHERE went.unit_id = came.unit_id AND went.from_on <= greatest(
          CAST(:day AS date), make_date(came.year, 1, 1))
        AND (extract(year FROM went.from_on) = came.year OR went.block_id IS NULL)
        AND went.block_id IS DISTINCT FROM came.block_id
        AND NOT EXISTS (SELECT FROM moves AS back WHERE back.unit_id = went.unit_id AND back.from_on > went.from_on
          AND back.block_id = came.block_id))
    ORDER BY unit_id"""
    )
)
"""Who stands on a sheet, in blocks of the day's year and later: as they were formed, less whoever left, and whoever came."""


async def tell_of_sheets(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    """Tell the units that are scored by a sheet of its new version; of a first version there is nothing to tell."""
    for event in events:
        if event.data.version > 1:
            day = event.businesstime.astimezone(VIETNAM).date()
            on_it = await _ON_SHEET.rows(tx.db, {"sheet_id": event.data.sheet_id, "day": day})
            await post(tx, [event], partial(tell_sheet, units=[row.unit_id for row in on_it]))


async def remind(tx: Tx, events: Sequence[Event[ReportsReminded]]) -> None:
    """Remind units of their reports, each of one report once a day, whoever asks for it and however often."""
    for event in events:
        asked = event.data
        shared = {
            "period_id": asked.period_id,
            "on_day": event.businesstime.astimezone(VIETNAM).date(),
            "block_id": asked.block_id,
            "by": asked.by,
            "actor": event.actor,
            "at": event.businesstime,
            "cause": event.id,
        }
        rows = [{**shared, "unit_id": unit} for unit in sorted(asked.unit_ids)]
        new = await add(tx, reminders, rows, answer="unit_id")
        await post(tx, [event], partial(tell_reminded, units=[unit for unit in asked.unit_ids if unit in new]))


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
