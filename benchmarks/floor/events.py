"""The log of the floor, its relay, and how it takes up events: the product's steps on raw connections."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import getrandbits
from typing import Any, Final, Self
from uuid import UUID

import asyncpg
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from uuid_utils.compat import uuid7

from contracts.catalog import STREAM

_AT_ONCE: Final = 400
_PLACED_AT_ONCE: Final = 500
_SOURCE: Final = "//000.00.00.H35/"

Heard = Mapping[str, Any]
"""An event as it came over the bus."""


@dataclass(slots=True)
class Recorded:
    """An event as a row of the log."""

    id: UUID
    type: str
    subject: str
    correlationid: UUID
    because: Sequence[Heard]
    """The events that led to it, the decisive one last."""
    actor: str
    traceparent: str
    """Nobody takes traces here, but the place in one is kept, as the product keeps it."""
    bytes: bytes

    @classmethod
    def of(
        cls,
        kind: str,
        subject: UUID,
        data: Mapping[str, Any],
        *,
        at: datetime,
        actor: str,
        correlationid: UUID,
        because: Sequence[Heard] = (),
    ) -> Self:
        identity = uuid7()
        trace = because[-1]["traceparent"].split("-")[1] if because else f"{getrandbits(128):032x}"
        traceparent = f"00-{trace}-{getrandbits(64):016x}-02"
        event = {
            "specversion": "1.0",
            "id": identity,
            "source": _SOURCE + kind.partition(".")[0],
            "type": kind,
            "subject": subject,
            "time": datetime.now(UTC),
            "datacontenttype": "application/json",
            "dataschema": f"https://thidua.vn/schemas/{kind}.json",
            "correlationid": correlationid,
            **({"causationid": because[-1]["id"]} if because else {}),
            "actor": actor,
            "traceparent": traceparent,
            "businesstime": at,
            "data": data,
        }
        return cls(identity, kind, str(subject), correlationid, because, actor, traceparent, encoded(event))

    @classmethod
    def after(
        cls, because: Sequence[Heard], kind: str, subject: UUID, data: Mapping[str, Any], *, at: datetime
    ) -> Self:
        """Carry a ripple on."""
        actor, correlationid = because[-1]["actor"], UUID(because[-1]["correlationid"])
        return cls.of(kind, subject, data, at=at, actor=actor, correlationid=correlationid, because=because)

    @property
    def row(self) -> tuple[Any, ...]:
        cause = self.because[-1]["id"] if self.because else None
        return (self.id, self.type, self.subject, self.correlationid, cause, self.actor, self.traceparent, self.bytes)


def encoded(document: Any) -> bytes:
    """Write JSON; asyncpg's own UUIDs are not the library's."""
    return orjson.dumps(document, default=str, option=orjson.OPT_UTC_Z)


def columns(rows: Iterable[tuple[Any, ...]], width: int = 0) -> list[list[Any]]:
    """Turn rows into one array for each column; ``width`` says how many where there may be no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


_LOG: Final = """WITH logged AS (
  INSERT INTO event_log (id, type, subject, correlationid, causationid, actor, traceparent, bytes)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bytea[])
  RETURNING id
), pending AS (INSERT INTO event_pending SELECT id FROM logged)
INSERT INTO inbox (consumer, event_id, type, correlationid, causationid, outcome, recorded)
SELECT $9, event_id, type, correlationid, causationid, outcome, recorded::uuid[]
FROM unnest($10::uuid[], $11::text[], $12::uuid[], $13::uuid[], $14::text[], $15::text[])
  AS taken (event_id, type, correlationid, causationid, outcome, recorded)"""


_LOOK: Final = """SELECT head.sequence, head.hash, id, type, subject, traceparent, bytes FROM event_head AS head
LEFT JOIN (SELECT event_id FROM event_pending ORDER BY event_id LIMIT $1) AS waiting ON true
LEFT JOIN event_log ON id = event_id ORDER BY id"""
"""Where the chain ends and what waits; a row without an event where nothing waits."""

_PLACE: Final = """WITH moved AS (
  UPDATE event_head SET sequence = $2, hash = $3 WHERE sequence = $1 RETURNING sequence
), taken AS (
  DELETE FROM event_pending WHERE event_id = ANY($5::uuid[]) AND EXISTS (SELECT FROM moved)
), placed AS (
  INSERT INTO event_order (sequence, event_id, hash)
  SELECT * FROM unnest($4::bigint[], $5::uuid[], $6::bytea[]) WHERE EXISTS (SELECT FROM moved)
)
SELECT sequence FROM moved"""

_REACHED: Final = """UPDATE event_head SET published = $1
WHERE published < $1 AND set_config('synchronous_commit', 'off', true) = 'off'"""

_Numbered = tuple[int, bytes, asyncpg.Record]
"""An event's place in the log, the hash of the chain there, its row."""


class Relay:
    """Numbers, commits, publishes as one batch, moves the head: three trips to the database a round, as the product's."""

    def __init__(self, pool: asyncpg.Pool, bus: Client) -> None:
        self._pool, self._bus, self._jetstream = pool, bus, bus.jetstream()
        self.awake = asyncio.Event()

    async def run(self) -> None:
        async with self._pool.acquire() as db:
            while True:
                await self.awake.wait()
                self.awake.clear()
                # Whoever commits after this look wakes it again: only behind a full round more can wait already.
                while await self._round(db) == _PLACED_AT_ONCE:
                    pass

    async def _round(self, db: asyncpg.Connection) -> int:
        """Give how many events went out."""
        numbered = await self._number(db)
        if numbered:
            await self._publish(numbered)
            await db.execute(_REACHED, numbered[-1][0])
        return len(numbered)

    async def _number(self, db: asyncpg.Connection) -> list[_Numbered]:
        found = await db.fetch(_LOOK, _PLACED_AT_ONCE)
        before = sequence = found[0]["sequence"]
        last, numbered = found[0]["hash"], list[_Numbered]()
        for row in found:
            if row["id"]:
                sequence += 1
                last = hashlib.sha256(last + sequence.to_bytes(8, "big") + row["bytes"]).digest()
                numbered.append((sequence, last, row))
        if numbered:
            places = columns((place, row["id"], digest) for place, digest, row in numbered)
            if await db.fetchval(_PLACE, before, sequence, last, *places) is None:
                raise RuntimeError("somebody else has numbered events")
        return numbered

    async def _publish(self, numbered: Sequence[_Numbered]) -> None:
        batch, size = uuid7().hex, len(numbered)
        for place, (sequence, digest, row) in enumerate(numbered, start=1):
            headers = {
                "Nats-Msg-Id": str(row["id"]),
                "Thidua-Sequence": str(sequence),
                "Thidua-Hash": digest.hex(),
                "traceparent": row["traceparent"],
            }
            if size > 1:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
                headers |= {"Nats-Batch-Commit": "1"} if place == size else {}
            subject = f"{row['type']}.{row['subject']}"
            if place < size:
                await self._bus.publish(subject, row["bytes"], headers=headers)
            else:
                await self._jetstream.publish(subject, row["bytes"], headers=headers)


class Consumer(ABC):
    """Takes up what waits in a durable as one transaction: the effect, inbox and log."""

    name: str

    def __init__(self, pool: asyncpg.Pool, relay: Relay, bus: Client) -> None:
        self._pool, self._relay, self._bus = pool, relay, bus
        self._ahead = timedelta()
        self._waiting: deque[Msg] = deque()
        self._arrived = asyncio.Event()
        self._asked = 0

    async def learn(self) -> None:
        """Keep in memory what seldom changes."""
        self._ahead = await self._pool.fetchval("SELECT ahead FROM business_clock")

    @abstractmethod
    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        """Write what follows from new events and give what is to be logged; ``changed`` takes the ids of those with an effect."""

    async def listen(self) -> None:
        """Keep one request for many open: they arrive as they come, and are taken up together while others arrive."""
        inbox = self._bus.new_inbox()

        async def arrived(message: Msg) -> None:
            if message.reply:
                self._waiting.append(message)
                self._asked -= 1
            else:
                self._asked = 0
            self._arrived.set()

        await self._bus.subscribe(inbox, cb=arrived)
        while True:
            if self._asked <= 0:
                self._asked = _AT_ONCE
                await self._bus.publish(
                    f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self.name}",
                    orjson.dumps({"batch": _AT_ONCE, "expires": 5_000_000_000}),
                    reply=inbox,
                )
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                await self._transact([orjson.loads(message.data) for message in batch])
                for message in batch:
                    await message.ack()

    async def _transact(self, events: Sequence[Heard]) -> None:
        heard = {event["id"]: event for event in events}
        async with self._pool.acquire() as db, db.transaction():
            known = await db.fetch(
                "SELECT event_id::text AS id FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])",
                self.name,
                list(heard),
            )
            for row in known:
                del heard[row["id"]]
            if not heard:
                return
            fresh, changed = list(heard.values()), set[str]()
            recorded = await self.take_up(db, fresh, changed, datetime.now(UTC) + self._ahead)
            led_to: dict[str, list[UUID]] = {identity: [] for identity in heard}
            for event in recorded:
                for cause in event.because:
                    led_to[cause["id"]].append(event.id)
            await db.execute(
                _LOG,
                *columns((each.row for each in recorded), 8),
                self.name,
                *columns(
                    (
                        event["id"],
                        event["type"],
                        event["correlationid"],
                        event.get("causationid"),
                        "changed" if led_to[event["id"]] or event["id"] in changed else "unchanged",
                        # Arrays of arrays must be of one length, so each goes as PostgreSQL writes it.
                        "{" + ",".join(map(str, led_to[event["id"]])) + "}",
                    )
                    for event in fresh
                ),
            )
        if recorded:
            self._relay.awake.set()
