"""Who else has the same report open to be written in: heartbeats between the gateways, and nothing that outlives them.

A page that is open tells nobody anything by itself: the gateway that holds its stream says every few seconds, for all of
them at once, that they are there. What is said travels by core NATS on one subject that the gateway alone may use, so that
several gateways agree; while the bus is away each still knows its own pages. Whoever falls silent is forgotten. Nothing is
written to a database, and no event of the house is told here (docs/adr/0004).
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.presence import SUBJECT

log = structlog.get_logger()

BEAT_SECONDS: Final = 4.0
FORGOTTEN_SECONDS: Final = 3 * BEAT_SECONDS
"""Two beats may be lost on the way; who misses three is gone."""
_AT_ONCE: Final = 200
"""As many pages as one message tells of: far below what a server takes."""


class Sign(BaseModel):
    """One page that is open: at which place, by which account under which post, since when. Posts, never names."""

    model_config = ConfigDict(frozen=True)

    page: str = Field(max_length=64)
    place: str = Field(max_length=100)
    account: str = Field(max_length=200)
    post: str = Field(max_length=300)
    since: AwareDatetime
    says: Literal["here", "left"] = "here"


_SIGNS: Final = TypeAdapter(tuple[Sign, ...])


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody else at a place: the post, and since when, by business time."""

    post: str
    since: datetime


class Presence:
    """Who is where, of all gateways; ``clock`` counts seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._own: dict[str, Sign] = {}
        self._known: dict[str, dict[str, tuple[Sign, float]]] = defaultdict(dict)
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._nats: Client | None = None
        self._beating: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def at(self, sign: Sign) -> AsyncIterator[asyncio.Event]:
        """Be there as long as the stream of the page is open; the event is set whenever somebody comes or goes.

        A stream that ends by itself is taken up again by its page, so it only falls silent; one that was broken off has left.
        """
        changed = asyncio.Event()
        self._waiting[sign.place].add(changed)
        self._own[sign.page] = sign
        try:
            await self._tell((sign,))
            yield changed
        except BaseException:
            self._own.pop(sign.page, None)
            with contextlib.suppress(asyncio.CancelledError):
                await self._tell((sign.model_copy(update={"says": "left"}),))
            raise
        finally:
            self._own.pop(sign.page, None)
            self._waiting[sign.place].discard(changed)
            if not self._waiting[sign.place]:
                del self._waiting[sign.place]

    def others(self, place: str, account: str) -> list[Author]:
        """Give who else is at a place, the first to come first; several pages of one account are one author."""
        self._forget(place)
        first: dict[str, Sign] = {}
        for sign, _ in self._known.get(place, {}).values():
            if sign.account != account and (sign.account not in first or sign.since < first[sign.account].since):
                first[sign.account] = sign
        return [Author(sign.post, sign.since) for sign in sorted(first.values(), key=lambda each: each.since)]

    async def follow(self, nats: Client) -> None:
        """Hear the other gateways from now on, and tell them of the pages here."""
        self._nats = nats
        await nats.subscribe(SUBJECT, cb=self._hear)
        self._beating = asyncio.create_task(self._beat(), name="presence")

    async def stop(self) -> None:
        """Fall silent, because the gateway stops."""
        if self._beating:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        for place in list(self._waiting):
            self._wake(place)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._tell(self._own.values())
            for place in list(self._known):
                self._forget(place)

    async def _tell(self, signs: Iterable[Sign]) -> None:
        """Note it here at once, and tell the others if they can be reached."""
        told = tuple(signs)
        self.take(told)
        for start in range(0, len(told) if self._nats else 0, _AT_ONCE):
            assert self._nats is not None
            try:
                await self._nats.publish(SUBJECT, _SIGNS.dump_json(told[start : start + _AT_ONCE]))
            except NatsError as error:
                log.info("presence.not_told", error=str(error) or type(error).__name__)

    async def _hear(self, message: Msg) -> None:
        try:
            self.take(_SIGNS.validate_json(message.data))
        except ValidationError:
            log.warning("presence.not_understood")

    def take(self, signs: Iterable[Sign]) -> None:
        """Note who is where; wake whoever sees that change."""
        now = self._clock()
        for sign in signs:
            known = self._known[sign.place]
            before = known.get(sign.page)
            if sign.says == "left":
                known.pop(sign.page, None)
            else:
                known[sign.page] = (sign, now)
            if not known:
                del self._known[sign.place]
            if (before is None) == (sign.says == "here"):
                self._wake(sign.place)

    def _forget(self, place: str) -> None:
        """Drop whoever has fallen silent."""
        silent_since = self._clock() - FORGOTTEN_SECONDS
        known = self._known.get(place, {})
        gone = [page for page, (_, heard) in known.items() if heard < silent_since]
        for page in gone:
            del known[page]
        if not known:
            self._known.pop(place, None)
        if gone:
            self._wake(place)

    def _wake(self, place: str) -> None:
        for changed in self._waiting.get(place, ()):
            changed.set()
