"""One request for many events, kept open, in the place of nats-py's ``fetch``.

``fetch`` of nats-py 2.16 asks for each event by itself, or, asked for many, lingers after the first of them. Here events
come as they are published, and a heartbeat tells within seconds that the one who was asked is gone. Reasons: docs/adr/0003.
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from contracts.catalog import STREAM

_SECOND: Final = 1_000_000_000
_REQUEST: Final = json.dumps({"batch": 200, "expires": 30 * _SECOND, "idle_heartbeat": 1 * _SECOND}).encode()
_ASKED: Final = 200
_HEARTBEAT, _EXPIRED = "100", "408"
_SILENCE_SECONDS: Final = 2.5
_REST_SECONDS: Final = 0.5
_REMIND_SECONDS: Final = 1.0
"""Well below the durables' ``ack_wait``."""


class StandingRequest:
    """What the stream has for one durable, as it comes."""

    def __init__(self, nats: Client, durable: str) -> None:
        self._nats = nats
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
        self._inbox = nats.new_inbox()
        self._arrived: deque[Msg] = deque()
        self._news = asyncio.Event()
        self._owed = 0
        self._refused = False
        self._unsettled: deque[Msg] = deque()
        self._reminding: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen; nothing is asked for before the first ``fetch``."""
        await self._nats.subscribe(self._inbox, cb=self._hear)

    async def _hear(self, message: Msg) -> None:
        status = JetStreamContext.is_status_msg(message)
        if status is None:
            self._arrived.append(message)
            self._owed -= 1
            self._unsettled.append(message)
            if self._reminding is None or self._reminding.done():
                self._reminding = asyncio.create_task(self._remind(), name="reminder")
        elif status != _HEARTBEAT:
            # The request is over: it has expired, its server goes, or nobody leads the durable.
            self._owed = 0
            self._refused = status != _EXPIRED
        self._news.set()

    async def _remind(self) -> None:
        """Tell the server that what has come is being worked on: its patience is short, for a dead taker's sake."""
        while self._unsettled:
            await asyncio.sleep(_REMIND_SECONDS)
            self._unsettled = deque(each for each in self._unsettled if not each.is_acked)
            for each in tuple(self._unsettled):
                # Settled meanwhile, or nobody to be told.
                with suppress(NatsError):
                    await each.in_progress()

    async def fetch(self, **_how: Any) -> list[Msg]:
        """Give what has arrived, at least one event; nothing at all after a silence, or when nobody can answer."""
        while not self._arrived:
            if self._owed <= 0:
                await self._ask()
            self._news.clear()
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                self._owed = 0
                return []
            if self._refused:
                # A cluster without a leader refuses at once. To ask again at once would take the time it needs to recover.
                self._refused = False
                await asyncio.sleep(_REST_SECONDS)
        arrived = list(self._arrived)
        self._arrived.clear()
        return arrived

    async def _ask(self) -> None:
        self._owed = _ASKED
        await self._nats.publish(self._subject, _REQUEST, reply=self._inbox)
