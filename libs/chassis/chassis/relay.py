"""From the event log to the stream: number, commit, publish, advance. One relay per service.

Numbering and publishing are two transactions on purpose: repeating a publish is harmless (``Nats-Msg-Id`` and the
consumers' inbox), repeating a numbering is not. Source: ADR-50 of nats-architecture-and-design
(atomic batch publish, at most 1,000 messages).
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from opentelemetry import propagate, trace
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from uuid_utils.compat import uuid7

from chassis.db import Prepared, Row
from chassis.failpoints import failpoint
from chassis.tables import event_head, event_log, event_order
from contracts.catalog import STREAM

log = structlog.get_logger()
tracer = trace.get_tracer("chassis.relay")

_AT_ONCE: Final = 500
_ACK_SECONDS: Final = 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_ADVISORY_KEY: Final = 0x7468_6964
"""Any constant will do: the lock is per database, and each service has its own."""


_LOOK: Final = Prepared(
    text(
        """SELECT head.sequence, head.hash, head.published, id, type, subject, traceparent, bytes
    FROM event_head AS head
    LEFT JOIN (SELECT event_id FROM event_pending ORDER BY event_id LIMIT :most) AS waiting ON true
    LEFT JOIN event_log ON id = event_id ORDER BY id"""
    )
)
"""Where the chain ends and what waits for its place, on one snapshot; a row without an event where nothing waits."""
_PLACE: Final = Prepared(
    text(
        """WITH moved AS (
      UPDATE event_head SET sequence = :sequence, hash = :hash WHERE sequence = :before RETURNING sequence),
    taken AS (
      DELETE FROM event_pending WHERE event_id = ANY(CAST(:ids AS uuid[])) AND EXISTS (SELECT FROM moved)),
    placed AS (
      INSERT INTO event_order (sequence, event_id, hash)
      SELECT * FROM unnest(CAST(:sequences AS bigint[]), CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]))
      WHERE EXISTS (SELECT FROM moved))
    SELECT sequence FROM moved"""
    )
)
"""The fence: whoever finds the head elsewhere than it was, because another relay has numbered since, does nothing."""
_UNPUBLISHED: Final = (
    select(
        event_order.c.sequence,
        event_log.c.id,
        event_log.c.type,
        event_log.c.subject,
        event_log.c.traceparent,
        event_order.c.hash,
        event_log.c.bytes,
    )
    .join(event_log, event_log.c.id == event_order.c.event_id)
    .where(event_order.c.sequence > select(event_head.c.published).scalar_subquery())
    .order_by(event_order.c.sequence)
    .limit(_AT_ONCE)
)
_REACHED: Final = Prepared(
    text(
        """UPDATE event_head SET published = :reached
    WHERE published < :reached AND set_config('synchronous_commit', 'off', true) = 'off'"""
    )
)
"""Its commit waits for no disk: should it be lost, the same events go out once more under the same ids."""


@dataclass(frozen=True, slots=True)
class _Numbered:
    sequence: int
    identity: UUID
    type: str
    subject: str
    traceparent: str | None
    hash: bytes
    body: bytes


def chained(previous: bytes, sequence: int, body: bytes) -> bytes:
    """Give the next hash of the chain: sha256 over the last one, the number (8 bytes, big-endian) and the bytes."""
    return hashlib.sha256(previous + sequence.to_bytes(8, "big") + body).digest()


def _in_line(head: Row, waiting: Sequence[Row]) -> list[_Numbered]:
    """Number what waits from the head on."""
    sequence, last = head.sequence, head.hash
    numbered = []
    for row in waiting:
        sequence += 1
        last = chained(last, sequence, row.bytes)
        numbered.append(_Numbered(sequence, row.id, row.type, row.subject, row.traceparent, last, row.bytes))
    return numbered


class BusAwayError(Exception):
    """Nothing can be published now; nothing was tried."""


class Relay:
    """Runs until stopped; a second relay on the same database waits until the first one is gone."""

    def __init__(self, engine: AsyncEngine, nats: Client, *, poll_seconds: float) -> None:
        self._engine = engine
        self._nats = nats
        self._jetstream = nats.jetstream(timeout=_ACK_SECONDS)
        self._poll_seconds = poll_seconds
        self._awake = asyncio.Event()
        self._stopping = False
        self.trouble: str | None = None
        """Why nothing moves, in words, or None while all is well; readiness repeats it."""

    def wake(self) -> None:
        """Say that a transaction with events has just committed."""
        self._awake.set()

    def stop(self) -> None:
        """End after the round that is running."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Relay until stopped; whatever fails is told in ``trouble`` and tried again after a growing pause."""
        pause = _FIRST_PAUSE
        while not self._stopping:
            try:
                async with self._engine.connect() as db:
                    try:
                        await self._lead(db)
                        pause = _FIRST_PAUSE
                        await self._rounds(db)
                    finally:
                        # Never back into the pool: the advisory lock belongs to this very session.
                        await db.invalidate()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                pause = await self._pause("cơ sở dữ liệu", error, pause)

    async def _pause(self, what: str, error: Exception, seconds: float) -> float:
        """Tell what is wrong, wait, and give the next, longer pause."""
        self.trouble = f"chưa chuyển được sự kiện, {what}: {error or type(error).__name__}"
        log.warning("relay.paused", error=str(error) or type(error).__name__, seconds=seconds)
        await asyncio.sleep(seconds)
        return min(seconds * 2, _LONGEST_PAUSE)

    async def _lead(self, db: AsyncConnection) -> None:
        """Wait for the advisory lock: it keeps relays from crowding, the fence is the head that has moved."""
        while not self._stopping:
            if (await db.execute(select(text(f"pg_try_advisory_lock({_ADVISORY_KEY})")))).scalar_one():
                await db.commit()
                return
            await db.commit()
            await self._rest()

    async def _rounds(self, db: AsyncConnection) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping:
            self._awake.clear()
            numbered = await self._number(db)
            try:
                await self._publish_numbered(db, numbered)
            except (NatsError, APIError, BusAwayError) as error:
                # The lead is kept: numbering goes on, and the same events go out under the same ids when the bus is back.
                pause = await self._pause("NATS", error, pause)
                continue
            self.trouble = None
            pause = _FIRST_PAUSE
            if len(numbered) < _AT_ONCE:
                await self._rest()

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._awake.wait()

    async def _number(self, db: AsyncConnection) -> list[_Numbered]:
        """Give pending events their places in the chain and commit that, then give what is to be published, in order."""
        while True:
            found = await _LOOK.alone(db, {"most": _AT_ONCE})
            head = found[0]
            numbered = _in_line(head, [row for row in found if row.id])
            if not numbered or await self._place(db, head.sequence, numbered):
                break
        if head.published == head.sequence:
            return numbered
        # An earlier round, or an earlier relay, has numbered more than it could publish: that goes first.
        async with db.begin():
            return [_Numbered(*row) for row in await db.execute(_UNPUBLISHED)]

    async def _place(self, db: AsyncConnection, before: int, numbered: Sequence[_Numbered]) -> bool:
        """Move the head over these events, in one statement; False, and nothing done, when it was moved by another."""
        last = numbered[-1]
        places = {
            "before": before,
            "sequence": last.sequence,
            "hash": last.hash,
            "sequences": [each.sequence for each in numbered],
            "ids": [each.identity for each in numbered],
            "hashes": [each.hash for each in numbered],
        }
        return bool(await _PLACE.alone(db, places))

    async def _publish_numbered(self, db: AsyncConnection, numbered: Sequence[_Numbered]) -> None:
        """Publish in order, then move the head."""
        if not numbered:
            return
        failpoint("relay.before_publish")
        await self._publish(numbered)
        failpoint("relay.after_ack")
        await _REACHED.alone(db, {"reached": numbered[-1].sequence})

    async def _publish(self, numbered: Sequence[_Numbered]) -> None:
        if not self._nats.is_connected:
            # Publishing now would fill the client's buffer and be delivered at some later time.
            raise BusAwayError("không có kết nối")
        spans = [
            tracer.start_span(
                f"publish {each.type}",
                context=propagate.extract({"traceparent": each.traceparent} if each.traceparent else {}),
                kind=trace.SpanKind.PRODUCER,
                attributes={
                    "messaging.system": "nats",
                    "messaging.operation.type": "send",
                    "messaging.destination.name": STREAM,
                    "messaging.message.id": str(each.identity),
                },
            )
            for each in numbered
        ]
        try:
            headers = [self._headers(each, span) for each, span in zip(numbered, spans, strict=True)]
            await self._send(numbered, headers)
        finally:
            for span in spans:
                span.end()

    def _headers(self, event: _Numbered, span: trace.Span) -> dict[str, str]:
        headers = {
            JetStreamHeaders.MESSAGE_ID: str(event.identity),
            JetStreamHeaders.SEQUENCE: str(event.sequence),
            JetStreamHeaders.HASH: event.hash.hex(),
        }
        propagate.inject(headers, trace.set_span_in_context(span))
        return headers

    async def _send(self, numbered: Sequence[_Numbered], headers: Sequence[dict[str, str]]) -> None:
        if len(numbered) > 1:
            try:
                await self._send_batch(numbered, headers)
            except APIError as error:
                # Refused, e.g. 10201: one id of the batch is known already. The same ids one by one.
                log.info("relay.batch_refused", error=str(error), events=len(numbered))
            else:
                return
        for event, each in zip(numbered, headers, strict=True):
            await self._jetstream.publish(
                f"{event.type}.{event.subject}", event.body, stream=STREAM, headers=dict(each)
            )

    async def _send_batch(self, numbered: Sequence[_Numbered], headers: Sequence[dict[str, str]]) -> None:
        batch = uuid7().hex
        last = len(numbered)
        for place, (event, each) in enumerate(zip(numbered, headers, strict=True), start=1):
            marked = {**each, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
            subject = f"{event.type}.{event.subject}"
            if place < last:
                await self._nats.publish(subject, event.body, headers=marked)
            else:
                await self._jetstream.publish(
                    subject, event.body, stream=None, headers={**marked, "Nats-Batch-Commit": "1"}
                )


class JetStreamHeaders:
    """The headers that an event carries beside its body."""

    MESSAGE_ID = "Nats-Msg-Id"
    SEQUENCE = "Thidua-Sequence"
    HASH = "Thidua-Hash"
