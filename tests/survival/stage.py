"""The stage on which a scenario plays: a whole house, its workload, and the hands that break and mend its parts."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import httpx2
from house import EVENT_SERVICES, House
from survival.workload import Workload

ALL: Final = (*EVENT_SERVICES, "gateway")
_LONGEST_SILENCE: Final = 10.0


@dataclass
class Stage:
    """``chance`` decides everything that a seed can decide; ``scale`` shortens what takes minutes at full length."""

    house: House
    chance: random.Random
    workload: Workload
    prop: Any = None
    """What the set gave the scenario in hand."""
    scale: float = 1.0
    killed: list[tuple[str, float]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    async def pass_time(self, seconds: float) -> None:
        """Let the workload go on, ``seconds`` at full length."""
        await asyncio.sleep(seconds * self.scale)

    async def kill(self, service: str, *, away: float = 0.0, **life: str) -> None:
        """Kill a service as a power cut would, and start it again."""
        self.killed.append((service, time.time()))
        self.house.services[service].kill()
        await asyncio.sleep(away)
        self.house.services[service].start(**life)

    async def dies_at(self, service: str, failpoint: str) -> None:
        """Give a service a life that ends by itself at this passage, then a new one."""
        process = self.house.services[service]
        process.stop()
        process.start(FAILPOINTS=failpoint)
        await process.ended(within=60)
        self.killed.append((service, time.time()))
        process.start()
        await process.ready(within=60)

    async def kill_bus(self, *, away: float = 0.0) -> None:
        self.killed.append(("nats", time.time()))
        self.house.nats.kill()
        await asyncio.sleep(away)
        await asyncio.to_thread(self.house.nats.start)

    def hold_bus(self) -> None:
        """Have the bus stand still for good: it answers nobody, and can only be killed."""
        pid = self.house.nats.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

    async def kill_database(self, *, away: float = 0.0) -> None:
        self.killed.append(("postgres", time.time()))
        self.house.templates.postgres.kill()
        await asyncio.sleep(away)
        await asyncio.to_thread(self.house.templates.postgres.start)

    @contextlib.asynccontextmanager
    async def frozen(self, pid: int | None) -> AsyncIterator[None]:
        """Hold a process still: it neither works nor closes anything."""
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def not_ready(self, services: Iterable[str], *, within: float) -> None:
        """I12: these services say by themselves, soon enough, that no progress is possible."""
        ends = time.monotonic() + within
        async with httpx2.AsyncClient(timeout=5) as client:
            for service in services:
                while await _status(client, self.house, service) == httpx2.codes.OK:
                    if time.monotonic() > ends:
                        self.complaints.append(f"I12: {service} called itself ready {within:.0f} s into the fault")
                        break
                    await asyncio.sleep(0.2)

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """I12: complain if events wait, none moves, and the registry calls itself ready all the while."""
        over = asyncio.Event()
        watch = asyncio.create_task(self._watch(over))
        try:
            yield
        finally:
            over.set()
            await watch

    async def _watch(self, over: asyncio.Event) -> None:
        moved, published = time.monotonic(), 0
        async with httpx2.AsyncClient(timeout=5) as client:
            while not over.is_set():
                await asyncio.sleep(0.5)
                try:
                    (now,) = await self.house.rows(
                        "registry", "SELECT (SELECT count(*) FROM event_log) AS logged, published FROM event_head"
                    )
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    moved = time.monotonic()
                    continue
                idle = now["published"] == now["logged"] or now["published"] > published
                if idle or await _status(client, self.house, "registry") != httpx2.codes.OK:
                    moved = time.monotonic()
                published = now["published"]
                if time.monotonic() - moved > _LONGEST_SILENCE:
                    self.complaints.append("I12: events wait, none moves, and the registry calls itself ready")
                    return

    async def heal(self) -> None:
        """Have every part run again, whatever a scenario left behind."""
        if not self.house.templates.postgres.alive:
            await asyncio.to_thread(self.house.templates.postgres.start)
        await asyncio.to_thread(self.house.nats.start)
        for process in self.house.services.values():
            if process.exit_code is not None:
                process.start()
        for process in self.house.services.values():
            await process.ready(within=60)


async def _status(client: httpx2.AsyncClient, house: House, service: str) -> int:
    try:
        return (await client.get(f"{house.services[service].url}/health/ready")).status_code
    except httpx2.TransportError:
        return 0
