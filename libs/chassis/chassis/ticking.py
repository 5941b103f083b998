"""Work that nobody sends and the clock asks for: a service looks again and again whether some of it is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import structlog
from uuid_utils.compat import uuid7

from chassis.events import SYSTEM_ACTOR, Cause, Tx
from chassis.service import Service, ended

log = structlog.get_logger()

_STOP_SECONDS: Final = 2.0


def every(
    seconds: float, act: Callable[[Tx], Awaitable[None]]
) -> Callable[[Service], AbstractAsyncContextManager[None]]:
    """Give what a service takes as ``around`` to act so often, each time in a transaction of its own.

    Every replica does so: ``act`` itself makes sure that what is due is done once, and that a tick too many does nothing.
    A tick that fails is logged, and the next one tries again.
    """

    @asynccontextmanager
    async def around(service: Service) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(service, seconds, act), name="ticking")
        try:
            yield
        finally:
            ticking.cancel()
            await ended(ticking, within=_STOP_SECONDS)

    return around


async def _tick(service: Service, seconds: float, act: Callable[[Tx], Awaitable[None]]) -> None:
    while not service.stopping.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await service.stopping.wait()
                return
        try:
            async with service.engine.begin() as db:
                tx = Tx(db, service.source, Cause(SYSTEM_ACTOR, uuid7()))
                await act(tx)
                recorded = await tx.write_log()
        except Exception:
            log.exception("ticking.failed")
        else:
            if recorded:
                service.wake_relay()
