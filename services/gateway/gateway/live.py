"""What is happening now: one reader of the stream for all open pages, and the ripples and boards they watch.

An ephemeral consumer of the stream, never a core subscription: that one sees batches which were never committed. It
is made under a name of its own: the nameless request could overwrite another service's durable, so the gateway has no
right to it (docs/adr/0007).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID, uuid4

import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from contracts.catalog import STREAM

log = structlog.get_logger()

_HEARTBEAT_SECONDS: Final = 5.0


class Watchers:
    """Wakes whoever watches a ripple, or the board of a block, when an event of it has landed on the stream.

    ``tell`` hears the type of each event.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._following: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def of(self, watched: UUID) -> AsyncIterator[asyncio.Event]:
        """Watch one ripple by its correlation id, or one block: the event is set whenever something new of it was seen."""
        seen = asyncio.Event()
        self._waiting[watched].add(seen)
        try:
            yield seen
        finally:
            self._waiting[watched].discard(seen)
            if not self._waiting[watched]:
                del self._waiting[watched]

    def _take(self, message: Msg) -> None:
        """Read one message of the stream, only to learn its kind, which ripple it belongs to, and which block it tells of."""
        try:
            event = orjson.loads(message.data)
            told = {UUID(event["correlationid"]), UUID(event["data"].get("block_id") or event["correlationid"])}
            self._tell(str(event["type"]))
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
            return
        for watched in told:
            for seen in self._waiting.get(watched, ()):
                seen.set()

    async def follow(self, nats: Client) -> None:
        """Read the stream from now on, in the background; a page that misses a wake-up asks again by itself."""
        self._following = asyncio.create_task(self._follow(nats), name="live")

    async def stop(self) -> None:
        """Stop reading and wake everybody, because the gateway stops."""
        if self._following:
            self._following.cancel()
            await asyncio.wait([self._following])
        for watching in self._waiting.values():
            for seen in watching:
                seen.set()

    async def _follow(self, nats: Client) -> None:
        while True:
            try:
                await self._read(nats)
            except (NatsError, TimeoutError, APIError) as error:
                log.warning("live.reads_anew", error=str(error) or type(error).__name__)
                await asyncio.sleep(1)

    async def _read(self, nats: Client) -> None:
        """Have the server push what lands on the stream, until it has been silent for longer than its heartbeat."""
        name = f"live-{uuid4().hex}"
        heard = asyncio.Event()

        async def take(message: Msg) -> None:
            heard.set()
            self._take(message)

        subscription = await nats.subscribe(nats.new_inbox(), cb=take)
        try:
            await nats.jetstream().add_consumer(
                STREAM,
                ConsumerConfig(
                    name=name,
                    deliver_subject=subscription.subject,
                    deliver_policy=DeliverPolicy.NEW,
                    ack_policy=AckPolicy.NONE,
                    idle_heartbeat=_HEARTBEAT_SECONDS,
                    inactive_threshold=30.0,
                    mem_storage=True,
                ),
            )
            while True:
                heard.clear()
                # Not wait_for: in Python 3.11 it swallows a cancellation that arrives together with what it waits for.
                async with asyncio.timeout(3 * _HEARTBEAT_SECONDS):
                    await heard.wait()
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()
