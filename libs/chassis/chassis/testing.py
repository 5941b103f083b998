"""What tests of any service need: real processes, and waiting by probing.

Source of the probing: kgrzybek/modular-monolith-with-ddd, ``Probing/Poller``: a failure tells what was last seen.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import httpx2
from nats.errors import Error as NatsError

from chassis import service
from chassis.ports import free_port

T = TypeVar("T")

_EVERY: Final = 0.02


async def eventually(probe: Callable[[], Awaitable[T]], *, within: float = 10.0, expect: str = "") -> T:
    """Ask until the answer is true; fail with what was seen last.

    An ``AssertionError`` of the probe counts as no, and so does a service or a bus that does not answer.
    """
    ends = time.monotonic() + within
    seen: object = None
    while True:
        try:
            answer = await probe()
        except (AssertionError, httpx2.HTTPError, NatsError) as error:
            answer, seen = None, error
        else:
            seen = answer
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"{expect or probe.__name__}: not within {within} s; last seen: {seen!r}")
        await asyncio.sleep(_EVERY)


def _be(name: str, environment: Mapping[str, str], log: Path) -> None:
    os.setsid()
    with log.open("ab") as written:
        os.dup2(written.fileno(), sys.stderr.fileno())
    os.environ.update(environment)
    service.run(name)


class ServiceProcess:
    """One real service process, started from a fork server so that its imports are paid once a test run."""

    context: ClassVar[ForkServerContext | SpawnContext] = multiprocessing.get_context("forkserver")

    def __init__(self, name: str, environment: Mapping[str, str], *, log: Path) -> None:
        self.name = name
        self.log = log
        self.port = free_port()
        self.environment = {**environment, "HTTP_PORT": str(self.port)}
        self._process: Any = None

    @property
    def url(self) -> str:
        """Give the address of its HTTP door."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Give its process id while it runs."""
        return int(self._process.pid)

    @property
    def exit_code(self) -> int | None:
        """Give how it ended, None while it runs; negative is the signal that ended it."""
        code: int | None = self._process.exitcode
        return code

    def start(self, **more: str) -> None:
        """Start it, with variables for this one life only."""
        self._process = self.context.Process(
            target=_be, args=(self.name, {**self.environment, **more}, self.log), daemon=True
        )
        self._process.start()

    def signal(self, number: int) -> None:
        """Send a signal to it, if it still runs."""
        if self._process is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join(10)

    def stop(self, *, within: float = 15.0) -> int | None:
        """End it in order and give its exit code."""
        if self._process is not None:
            self._process.terminate()
            self._process.join(within)
            if self._process.is_alive():
                self.kill()
                raise AssertionError(f"{self.name} did not stop within {within} s")
        return self.exit_code if self._process else None

    async def ended(self, *, within: float = 10.0) -> int:
        """Wait until it has died by itself and give its exit code."""

        async def gone() -> bool:
            return not self._process.is_alive()

        await eventually(gone, within=within, expect=f"{self.name} ends")
        self._process.join(1)
        return int(self._process.exitcode)

    async def ready(self, *, within: float = 20.0) -> None:
        """Wait until it says that work can make progress."""
        async with httpx2.AsyncClient() as client:

            async def asks() -> bool:
                if not self._process.is_alive():
                    raise RuntimeError(f"{self.name} died with {self._process.exitcode}")
                answer = await client.get(f"{self.url}/health/ready")
                assert answer.status_code == 200, answer.text  # noqa: PLR2004
                return True

            await eventually(asks, within=within, expect=f"{self.name} is ready")


def preload(modules: Sequence[str]) -> None:
    """Have the fork server import these once; nothing in them may start a thread or a loop."""
    multiprocessing.set_forkserver_preload(list(modules))
