"""What is happening now: one ordered reader of the stream for all open pages, and the ripples they watch.

An ordered ephemeral consumer, never a core subscription: that one sees batches which were never committed.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import DeliverPolicy

from contracts.catalog import STREAM

log = structlog.get_logger()


class Watchers:
    """Wakes whoever watches a ripple when one of its events has landed on the stream."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def of(self, correlationid: UUID) -> AsyncIterator[asyncio.Event]:
        """Watch one ripple: the event is set whenever something new of it was seen."""
        seen = asyncio.Event()
        self._waiting[correlationid].add(seen)
        try:
            yield seen
        finally:
            self._waiting[correlationid].discard(seen)
            if not self._waiting[correlationid]:
                del self._waiting[correlationid]

    async def take(self, message: Msg) -> None:
        """Read one message of the stream, only to learn which ripple it belongs to."""
        try:
            correlationid = UUID(orjson.loads(message.data)["correlationid"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return
        for seen in self._waiting.get(correlationid, ()):
            seen.set()

    def release_all(self) -> None:
        """Wake everybody, because the gateway stops."""
        for watching in self._waiting.values():
            for seen in watching:
                seen.set()

    async def follow(self, nats: Client) -> None:
        """Read the stream from now on; a page that misses a wake-up asks again by itself."""
        try:
            await nats.jetstream().subscribe(
                ">", stream=STREAM, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW, cb=self.take
            )
        except (NatsError, TimeoutError) as error:
            log.warning("live.not_following", error=str(error))
