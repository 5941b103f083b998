"""The event door: from the service's one durable to its handlers, in batches, at least once, effect once.

What waits is handled in one transaction; the acknowledgement, the delay and the span stay with each event. An event
that cannot be parsed never enters a batch; a batch that fails is halved until the guilty event stands alone; an event
that was delivered before goes alone. No timer fills a batch. Reasons: docs/adr/0003.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, TypeVar

import structlog
from faststream.exceptions import NackMessage
from faststream.nats import NatsMessage
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from opentelemetry import propagate, trace
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import inbox
from chassis.db import is_away, is_unfit
from chassis.events import Outcome, Source, Tx
from chassis.failpoints import failpoint
from contracts.catalog import LISTENERS, UnknownEventTypeError, event_class
from contracts.envelope import Event, Payload

log = structlog.get_logger()
tracer = trace.get_tracer("chassis.bus")

P = TypeVar("P", bound=Payload)
Handler = Callable[[Tx, Sequence[Any]], Awaitable[None]]

_LARGEST_BATCH: Final = 400
_LONGEST_DELAY: Final = 60.0
_REMIND_SECONDS: Final = 1.0
"""Well below the durables' ``ack_wait``."""


class Consumers:
    """The handlers of one service, one per event type it listens to."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._handlers: dict[str, Handler] = {}

    def on(self, payload: type[P]) -> "Callable[[Callable[[Tx, Sequence[Event[P]]], Awaitable[None]]], Handler]":
        """Register the handler of one event type; it is given the new events of a batch, in order."""

        def register(handler: Handler) -> Handler:
            self._handlers[payload.event_type] = handler
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

    @property
    def empty(self) -> bool:
        """Tell whether this service listens to nothing."""
        return not self._handlers


@dataclass(slots=True)
class Delivery:
    """One event on its way through a batch, and the future that tells how it ended."""

    event: Event[Any]
    alone: bool
    ended: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Batcher:
    """Handles whatever waits as one transaction; a second batch starts when the first has committed."""

    def __init__(
        self, engine: AsyncEngine, source: Source, consumers: Consumers, wake_relay: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._source = source
        self._consumers = consumers
        self._wake_relay = wake_relay
        self._waiting: deque[Delivery] = deque()
        self._running: asyncio.Task[None] | None = None

    async def handle(self, event: Event[Any], *, alone: bool) -> Outcome:
        """Put the event into the next batch and wait for its own outcome; raises what its handler raised."""
        delivery = Delivery(event, alone)
        self._waiting.append(delivery)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await delivery.ended

    async def _drain(self) -> None:
        # One turn of the loop: the deliveries that one fetch brought arrive together.
        await asyncio.sleep(0)
        while self._waiting:
            await self._attempt(self._next())

    def _next(self) -> list[Delivery]:
        batch = [self._waiting.popleft()]
        while not batch[0].alone and self._waiting and len(batch) < _LARGEST_BATCH and not self._waiting[0].alone:
            batch.append(self._waiting.popleft())
        return batch

    async def _attempt(self, batch: Sequence[Delivery]) -> None:
        try:
            outcomes = await self._transact([delivery.event for delivery in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the event that caused it
            if len(batch) == 1 or is_away(error):
                for delivery in batch:
                    _end(delivery, error)
                return
            middle = len(batch) // 2
            await self._attempt(batch[:middle])
            await self._attempt(batch[middle:])
        except BaseException as error:
            for delivery in batch:
                _end(delivery, error)
            raise
        else:
            for delivery, outcome in zip(batch, outcomes, strict=True):
                _end(delivery, outcome)

    async def _transact(self, events: Sequence[Event[Any]]) -> list[Outcome]:
        """Claim, handle, record, commit: one transaction."""
        async with self._engine.begin() as db:
            tx = Tx(db, self._source)
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


def _end(delivery: Delivery, end: Outcome | BaseException) -> None:
    if delivery.ended.done():
        return
    if isinstance(end, BaseException):
        delivery.ended.set_exception(end)
    else:
        delivery.ended.set_result(end)


class Intake:
    """What FastStream calls for every message: parse, batch, then acknowledge, delay or park."""

    def __init__(
        self, engine: AsyncEngine, batcher: Batcher, service: str, *, attempts: int, first_delay: float
    ) -> None:
        self._engine = engine
        self._batcher = batcher
        self._service = service
        self._attempts = attempts
        self._first_delay = first_delay
        self._held: dict[str, Msg] = {}
        self._reminding: asyncio.Task[None] | None = None

    async def _remind(self) -> None:
        """Tell the server that the events in hand are being worked on: its patience is short, for a dead taker's sake."""
        while self._held:
            await asyncio.sleep(_REMIND_SECONDS)
            for raw in tuple(self._held.values()):
                with suppress(NatsError):
                    await raw.in_progress()

    @contextmanager
    def _hold(self, raw: Msg) -> Iterator[None]:
        self._held[raw.reply] = raw
        if self._reminding is None or self._reminding.done():
            self._reminding = asyncio.create_task(self._remind(), name="reminder")
        try:
            yield
        finally:
            del self._held[raw.reply]

    async def take(self, message: NatsMessage) -> None:
        """Take one message up. Returning acknowledges it; ``NackMessage`` brings it back after its delay."""
        raw: Msg = message.raw_message
        delivered = raw.metadata.num_delivered
        context = propagate.extract(raw.headers or {})
        event_type = raw.subject.rpartition(".")[0]
        with tracer.start_as_current_span(
            f"take {event_type}",
            context=context,
            kind=trace.SpanKind.CONSUMER,
            attributes={
                "messaging.system": "nats",
                "messaging.operation.type": "process",
                "messaging.destination.name": raw.metadata.stream,
                "messaging.consumer.group.name": self._service,
                "thidua.deliveries": delivered,
            },
        ) as span:
            try:
                event = event_class(event_type).decoded(message.body)
                if event.type != event_type:
                    raise UnknownEventTypeError(event.type)  # noqa: TRY301 - one place decides what is malformed
            except (ValidationError, UnknownEventTypeError) as error:
                await self._park(raw, span, f"không đọc được: {error}")
                return
            span.set_attribute("messaging.message.id", str(event.id))
            try:
                with self._hold(raw):
                    outcome = await self._batcher.handle(event, alone=delivered > 1)
            except Exception as error:
                log.exception("bus.failed", type=event_type, event_id=str(event.id), delivered=delivered)
                # Never its message: that holds the values of the row that was refused.
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
                # A database that is away is not the event's fault: it comes back until somebody answers.
                # A value that no database can hold will not be held the next time either.
                if is_away(error) or (delivered < self._attempts and not is_unfit(error)):
                    raise NackMessage(delay=self._delay(delivered)) from None
                await self._park(raw, span, f"{type(error).__name__}: {error}")
            else:
                span.set_attribute("thidua.outcome", outcome)

    async def _park(self, raw: Msg, span: trace.Span, error: str) -> None:
        delivered = raw.metadata.num_delivered
        try:
            async with self._engine.begin() as db:
                await inbox.park(
                    db,
                    self._service,
                    stream_sequence=raw.metadata.sequence.stream,
                    subject=raw.subject,
                    body=raw.data,
                    attempts=delivered,
                    error=error,
                )
        except Exception:
            # Never without a delay: the event would be back at once, and again.
            log.exception("bus.not_parked", subject=raw.subject, delivered=delivered)
            raise NackMessage(delay=self._delay(delivered)) from None
        span.set_attribute("thidua.outcome", Outcome.PARKED)
        log.error("bus.parked", subject=raw.subject, attempts=delivered, error=error[:300])

    def _delay(self, delivered: int) -> float:
        """Double per delivery up to a minute; the jitter keeps a crowd of failed events from coming back as one."""
        longest: float = min(self._first_delay * 2 ** (delivered - 1), _LONGEST_DELAY)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret
