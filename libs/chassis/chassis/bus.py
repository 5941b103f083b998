"""The event door: from the service's one durable to its handlers, in batches, at least once, effect once.

What waits is handled in one transaction; acknowledgement, delay and span stay with each event. An event that cannot be
parsed never enters a batch; a batch that fails is halved until the guilty event stands alone; an event that was delivered
before goes alone. No timer fills a batch. Reasons: docs/adr/0003.
"""

import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeVar

import structlog
from faststream.nats.message import NatsBatchMessage
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from opentelemetry import propagate, trace
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import inbox
from chassis.db import is_away, is_unfit
from chassis.events import Outcome, Source, Tx, traceparent_of
from chassis.failpoints import failpoint
from contracts.catalog import LISTENERS, UnknownEventTypeError, event_class
from contracts.envelope import Event, Payload

log = structlog.get_logger()
tracer = trace.get_tracer("chassis.bus")

P = TypeVar("P", bound=Payload)
Handler = Callable[[Tx, Sequence[Any]], Awaitable[None]]

_LARGEST_BATCH: Final = 400
_LONGEST_DELAY: Final = 60.0


class Consumers:
    """The handlers of one service, one per event type it listens to."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._handlers: dict[str, Handler] = {}
        self._alone: set[str] = set()

    def on(
        self, payload: type[P], *, alone: bool = False
    ) -> "Callable[[Callable[[Tx, Sequence[Event[P]]], Awaitable[None]]], Handler]":
        """Register the handler of one event type; it is given the new events of a batch, in order.

        ``alone``: one event of this type writes as much as a transaction should, so none shares one.
        """

        def register(handler: Handler) -> Handler:
            self._handlers[payload.event_type] = handler
            if alone:
                self._alone.add(payload.event_type)
            return handler

        return register

    def complete(self) -> None:
        """Refuse to start when the handlers and the contracts name different event types."""
        promised = {payload.event_type for payload in LISTENERS.get(self.service, ())}
        if promised != set(self._handlers):
            raise RuntimeError(f"{self.service} must handle {sorted(promised)}, handles {sorted(self._handlers)}")

    def __getitem__(self, event_type: str) -> Handler:
        try:
            return self._handlers[event_type]
        except KeyError:
            raise UnknownEventTypeError(event_type) from None

    def alone(self, event_type: str) -> bool:
        """Tell whether an event of this type must not share a transaction."""
        return event_type in self._alone

    @property
    def empty(self) -> bool:
        """Tell whether this service listens to nothing."""
        return not self._handlers


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way through a batch; ``alone`` if it must not share one."""

    event: Event[Any]
    alone: bool = False
    traceparent: str | None = None
    """The span that its handling is, for what follows from it."""


End = Outcome | Exception
"""How an event ended in a batch: with its outcome, or with what its handler raised."""


class Batcher:
    """Handles what was delivered, as few transactions as can be."""

    def __init__(
        self, engine: AsyncEngine, source: Source, consumers: Consumers, wake_relay: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._source = source
        self._consumers = consumers
        self._wake_relay = wake_relay

    async def handle(self, deliveries: Sequence[Delivery]) -> AsyncIterator[End]:
        """Handle batch after batch, and give the end of each event, in their order, as soon as its batch has ended."""
        for batch in self._batches(deliveries):
            for end in await self._attempt(batch):
                yield end

    async def _attempt(self, batch: Sequence[Delivery]) -> Sequence[End]:
        try:
            return await self._transact(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the event that caused it
            if len(batch) == 1 or is_away(error):
                return [error] * len(batch)
        middle = len(batch) // 2
        return [*await self._attempt(batch[:middle]), *await self._attempt(batch[middle:])]

    async def _transact(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        """Claim, handle, record, commit: one transaction."""
        events = [delivery.event for delivery in batch]
        async with self._engine.begin() as db:
            tx = Tx(db, self._source, traces={each.event.id: each.traceparent for each in batch})
            await self.take_up(tx, events)
            recorded = await tx.write_log()
            failpoint("bus.before_commit")
        failpoint("bus.after_commit")
        if recorded:
            self._wake_relay()
        return [tx.outcome_of(event)[0] for event in events]

    async def take_up(self, tx: Tx, events: Sequence[Event[Any]]) -> None:
        """Do, in this transaction, what the events ask for; those that were taken up before are passed over."""
        consumer = self._consumers.service
        new = await inbox.claim(tx.db, consumer, events)
        fresh = [event for event in {event.id: event for event in events}.values() if event.id in new]
        for event_type, run in groupby(fresh, key=lambda event: event.type):
            await self._consumers[event_type](tx, list(run))
        tx.taken(consumer, fresh)

    def _batches(self, deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
        for alone, run in groupby(deliveries, key=lambda each: each.alone or self._consumers.alone(each.event.type)):
            together = list(run)
            size = 1 if alone else _LARGEST_BATCH
            yield from (together[start : start + size] for start in range(0, len(together), size))


class Intake:
    """What FastStream calls with all that has arrived: parse, handle, then acknowledge, delay or park each event."""

    def __init__(
        self, engine: AsyncEngine, batcher: Batcher, service: str, *, attempts: int, first_delay: float
    ) -> None:
        self._engine = engine
        self._batcher = batcher
        self._service = service
        self._attempts = attempts
        self._first_delay = first_delay

    async def take(self, message: NatsBatchMessage) -> None:
        """Take up what has arrived. Each event is acknowledged when its own batch is committed."""
        try:
            taken, malformed = [], []
            for raw in message.raw_message:
                span = self._span(raw)
                try:
                    event = _event_of(raw)
                except (ValidationError, UnknownEventTypeError, _UnstorableError) as error:
                    malformed.append((raw, span, f"không đọc được: {error}"))
                    continue
                span.set_attribute("messaging.message.id", str(event.id))
                alone = raw.metadata.num_delivered > 1
                taken.append((raw, span, Delivery(event, alone=alone, traceparent=traceparent_of(span))))
            if malformed:
                await self._park(malformed)
            ends = self._batcher.handle([delivery for _, _, delivery in taken])
            for raw, span, delivery in taken:
                await self._end(raw, span, delivery.event, await anext(ends))
        except Exception:
            # A mistake of ours, in no event's handling. What is left in hand must not stay there for ever.
            log.exception("bus.batch_failed", events=len(message.raw_message))
            for raw in message.raw_message:
                if not raw.is_acked:
                    await self._later(raw)

    def _span(self, raw: Msg) -> trace.Span:
        return tracer.start_span(
            f"take {raw.subject.rpartition('.')[0]}",
            context=propagate.extract(raw.headers or {}),
            kind=trace.SpanKind.CONSUMER,
            attributes={
                "messaging.system": "nats",
                "messaging.operation.type": "process",
                "messaging.destination.name": raw.metadata.stream,
                "messaging.consumer.group.name": self._service,
                "thidua.deliveries": raw.metadata.num_delivered,
            },
        )

    async def _end(self, raw: Msg, span: trace.Span, event: Event[Any], end: End) -> None:
        if not isinstance(end, Exception):
            span.set_attribute("thidua.outcome", end)
            span.end()
            await _settle(raw.ack())
            return
        delivered = raw.metadata.num_delivered
        log.error("bus.failed", type=event.type, event_id=str(event.id), delivered=delivered, exc_info=end)
        # Never its message: that holds the values of the row that was refused.
        span.set_attribute("error.type", type(end).__name__)
        span.set_status(trace.Status(trace.StatusCode.ERROR, type(end).__name__))
        # A database that is away is not the event's fault: it comes back until somebody answers.
        # A value that no database can hold will not be held the next time either.
        if is_away(end) or (delivered < self._attempts and not is_unfit(end)):
            span.end()
            await self._later(raw)
        else:
            await self._park([(raw, span, f"{type(end).__name__}: {end}")])

    async def _park(self, given_up: Sequence[tuple[Msg, trace.Span, str]]) -> None:
        """Keep events as dead letters, with what is wrong with each; all of them or, where that fails, none for now."""
        try:
            async with self._engine.begin() as db:
                await inbox.park(db, self._service, [_letter(raw, error) for raw, _, error in given_up])
        except Exception:
            log.exception("bus.not_parked", subjects=[raw.subject for raw, _, _ in given_up])
            for raw, span, _ in given_up:
                span.end()
                await self._later(raw)
            return
        for raw, span, error in given_up:
            span.set_attribute("thidua.outcome", Outcome.PARKED)
            span.end()
            log.error("bus.parked", subject=raw.subject, attempts=raw.metadata.num_delivered, error=error[:300])
            await _settle(raw.ack())

    async def _later(self, raw: Msg) -> None:
        """Have an event brought back, never without a delay: it would be back at once, and again."""
        await _settle(raw.nak(delay=self._delay(raw.metadata.num_delivered)))

    def _delay(self, delivered: int) -> float:
        """Double per delivery up to a minute; the jitter keeps a crowd of failed events from coming back as one."""
        longest: float = min(self._first_delay * 2 ** (delivered - 1), _LONGEST_DELAY)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret


_NUL: Final = re.compile(rb"(?<!\\)(\\\\)*\\u0000")


class _UnstorableError(ValueError):
    """The event holds a text that no database of ours can hold."""


def _event_of(raw: Msg) -> Event[Any]:
    """Parse an event; raises what says that no handler could ever do anything with it."""
    event_type = raw.subject.rpartition(".")[0]
    event = event_class(event_type).decoded(raw.data)
    if event.type != event_type:
        raise UnknownEventTypeError(event.type)
    if _NUL.search(raw.data):
        raise _UnstorableError("có ký tự NUL")
    return event


def _letter(raw: Msg, error: str) -> inbox.Letter:
    met = raw.metadata
    return inbox.Letter(met.sequence.stream, raw.subject, raw.data, met.num_delivered, error)


async def _settle(word: Awaitable[None]) -> None:
    """Tell the server; where it does not hear it, the event comes again, and the inbox knows it."""
    with suppress(NatsError):
        await word
