"""Does a service end although something inside it will not?"""

import asyncio
import contextlib

from chassis.service import ended


async def test_a_task_that_swallows_its_cancellation_holds_nobody_up() -> None:
    may_end = asyncio.Event()

    async def deaf() -> None:
        while not may_end.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await may_end.wait()

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    task.cancel()
    await ended(task, within=0.1)
    assert not task.done()
    may_end.set()
    await task


async def test_a_task_that_fails_while_it_ends_holds_nobody_up() -> None:
    async def failing() -> None:
        raise ConnectionError("gone")

    task = asyncio.create_task(failing())
    await ended(task, within=5)
    assert isinstance(task.exception(), ConnectionError)
