"""What becomes of acknowledged reports while servers of the replicated bus die? (reliability.md D3: F25, F26)"""

import asyncio
import contextlib
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from uuid import UUID

import city
import httpx2
import psutil
from city import UNITS, submit
from house import EVENT_SERVICES, House
from survival.cluster import Cluster

from chassis.testing import eventually
from contracts.catalog import STREAM


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario has seen; ``lost`` and ``duplicated`` count reports and events, on every node's own copy."""

    name: str
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    recovery_seconds: float = 0.0
    """The longest time from a fault until what was acknowledged after it was on the stream."""
    silent_seconds: float = 0.0
    """The longest time in which events waited, none moved, and the registry called itself ready."""
    repaired: int = 0
    """How many events a node's copy lacked, unnoticed by it, until its store was wiped and filled anew."""
    idle_cpu: float = 0.0
    """What share of a core a service without work took while the stream had no leader."""
    not_run: str | None = None


class Load:
    """Reports of every unit at a fixed pace, whatever becomes of those before; each amends the unit's last one."""

    def __init__(self, house: House, *, every: float = 0.2) -> None:
        self.house = house
        self.every = every
        self.receipts: list[str] = []
        self.amounts: dict[UUID, int] = {}
        self.recovery = self.silent = 0.0
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._running = [asyncio.create_task(each) for each in (*map(self._unit, UNITS), self._watch())]
        await self.more()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await asyncio.gather(*self._running)

    async def _unit(self, unit: UUID) -> None:
        version, due = 0, time.monotonic()
        while not self._over.is_set():
            amount = 1000 - 50 * (version % 5)
            answer = await submit(self.house, unit, str(amount), version=version)
            assert answer.status_code == 201, answer.text
            version = answer.json()["version"]
            self.receipts.append(answer.json()["receipt_number"])
            self.amounts[unit] = amount
            due += self.every
            await self._pass(due - time.monotonic())

    async def _watch(self) -> None:
        """See how long the registry says that all is well while nothing moves."""
        before, since = -1, time.monotonic()
        async with httpx2.AsyncClient(base_url=self.house.services["registry"].url) as registry:
            while not self._over.is_set():
                logged, published = await self._progress()
                ready = (await registry.get("/health/ready")).status_code == 200
                if before < published or published == logged or not ready:
                    since = time.monotonic()
                before = published
                self.silent = max(self.silent, time.monotonic() - since)
                await self._pass(0.1)

    async def _pass(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), max(seconds, 0))

    async def _progress(self) -> tuple[int, int]:
        """Give how many events the registry has logged and how many of them it has published."""
        (row,) = await self.house.rows(
            "registry", "SELECT (SELECT count(*) FROM event_log) AS logged, published FROM event_head"
        )
        return row["logged"], row["published"]

    async def more(self, reports: int = 15) -> None:
        """Wait until so many more reports are acknowledged."""
        enough = len(self.receipts) + reports

        async def acknowledged() -> bool:
            return len(self.receipts) >= enough

        await eventually(acknowledged, within=60, expect=f"{reports} more reports are acknowledged")

    async def told(self) -> None:
        """Wait until every service says that the bus stands in its way, also one that has nothing to publish."""

        async def says_so() -> bool:
            async with httpx2.AsyncClient() as client:
                for service in self.house.services.values():
                    answer = await client.get(f"{service.url}/health/ready")
                    assert answer.status_code == 503, f"{service.name} is ready"
                    assert "NATS" in answer.text, answer.text
            return True

        await eventually(says_so, within=30, expect="readiness tells of the bus")

    async def resumed(self, *, within: float = 90.0) -> None:
        """Measure, right after a fault, how long it takes until what is acknowledged from now on is on the stream."""
        began = time.monotonic()
        await self.more(1)
        wanted, _ = await self._progress()

        async def published() -> bool:
            return (await self._progress())[1] >= wanted

        await eventually(published, within=within, expect="what was acknowledged after the fault is on the stream")
        self.recovery = max(self.recovery, time.monotonic() - began)


async def leader_killed(house: House) -> Result:
    """The node that leads the stream dies under load and comes back."""
    cluster = await opened(house)
    async with Load(house) as load:
        leader = await led(cluster)
        cluster.kill(leader)
        await load.resumed()
        await back(cluster, leader)
        await load.more()
    return await settled(house, "leader killed", load)


async def all_in_turn(house: House) -> Result:
    """A node loses all it kept and rejoins; then the others die in turn, so that writes need the one that rejoined."""
    cluster = await opened(house)
    async with Load(house) as load:
        wiped = await led(cluster)
        cluster.kill(wiped)
        await load.resumed()
        cluster.wipe(wiped)
        await back(cluster, wiped)
        await load.more()
        for other in {0, 1, 2} - {wiped}:
            cluster.kill(other)
            await load.resumed()
            await back(cluster, other)
            await load.more()
    return await settled(house, "one wiped, then the others killed in turn", load)


async def most_restarted(house: House, *, leader_survives: bool = True) -> Result:
    """Two of three die at once under load, stay away until readiness tells of it, and come back (nats-server #8519)."""
    cluster = await opened(house)
    async with Load(house) as load:
        leader = await led(cluster)
        victims = [(leader + step) % 3 for step in ((1, 2) if leader_survives else (0, 1))]
        cluster.kill(*victims)
        await load.told()
        began, notify = time.monotonic(), psutil.Process(house.services["notify"].pid)
        before = sum(notify.cpu_times()[:2])
        # Long enough for the survivor to fill up with writes that it cannot commit.
        await load.more(200)
        idle = (sum(notify.cpu_times()[:2]) - before) / (time.monotonic() - began)
        await asyncio.gather(asyncio.to_thread(cluster.start, *victims), load.resumed())
        await load.more()
    result = await settled(house, f"two of three restarted, {'not' if leader_survives else 'and'} the leader", load)
    return replace(result, idle_cpu=round(idle, 2))


async def bit_flipped(house: House, *, killed: bool) -> Result:
    """One bit of one node's copy turns while the node is down.

    A node that was killed reads its blocks anew, finds the damage and fetches what it lacks. One that was stopped in order
    trusts its index (nats-server 2.15.1) and is found out only by comparing its copy with the event logs.
    """
    cluster = await opened(house)
    async with Load(house) as load:
        await load.more(100)
        hurt = await led(cluster)
        (cluster.kill if killed else cluster.stop)(hurt)
        flip(cluster.store(hurt))
        await back(cluster, hurt)
        await load.more()
    await house.quiet(within=90)
    logged, found = await events(house), await copy(house, hurt)
    if logged != found:
        cluster.kill(hurt)
        cluster.wipe(hurt)
        await back(cluster, hurt)
    result = await settled(house, f"a bit turned on a node that was {'killed' if killed else 'stopped'}", load)
    return replace(result, repaired=(logged - found).total())


def flip(store: Path) -> None:
    """Turn a bit in the middle of the stream's largest block: inside some event that was acknowledged long ago."""
    blocks = store.rglob(f"streams/{STREAM}/msgs/*.blk")
    with max(blocks, key=lambda block: block.stat().st_size).open("r+b") as block:
        middle = block.seek(0, os.SEEK_END) // 2
        block.seek(middle)
        (byte,) = block.read(1)
        block.seek(middle)
        block.write(bytes([byte ^ 1]))


async def back(cluster: Cluster, number: int) -> None:
    """Start a dead node and wait until its own copy reaches as far as the leader's did."""
    await asyncio.to_thread(cluster.start, number)
    reach = cluster.last_sequence(await led(cluster))

    async def caught_up() -> bool:
        return cluster.last_sequence(number) >= reach

    await eventually(caught_up, within=60, expect=f"n{number} has caught up to {reach}")


async def opened(house: House) -> Cluster:
    await house.open()
    await city.found(house)
    assert isinstance(house.nats, Cluster)
    return house.nats


async def led(cluster: Cluster) -> int:
    """Wait until some node leads the stream and give its number."""

    async def known() -> list[int]:
        leader = cluster.leader()
        return [] if leader is None else [leader]

    return (await eventually(known, within=30, expect="the stream has a leader"))[0]


async def settled(house: House, name: str, load: Load) -> Result:
    """Wait until nothing is on its way, then count on every node's own copy; the scores must be those of the end."""
    await house.quiet(within=90)
    expected = {UNITS[unit]: f"{amount * 90 / 1000 + 10:.2f}" for unit, amount in load.amounts.items()}
    shown = {unit: points for unit, _, points in await city.board(house)}
    assert shown == expected, f"{shown} instead of {expected}"
    kept = [row["receipt_number"] for row in await house.rows("registry", "SELECT receipt_number FROM submissions")]
    logged = await events(house)
    copies = [await copy(house, number) for number in range(house.replicas)]
    pairs = [(Counter(load.receipts), Counter(kept)), *((logged, each) for each in copies)]
    return Result(
        name,
        acknowledged=len(load.receipts),
        lost=sum((wanted - found).total() for wanted, found in pairs),
        duplicated=sum((found - wanted).total() for wanted, found in pairs),
        recovery_seconds=round(load.recovery, 1),
        silent_seconds=round(load.silent, 1),
    )


async def events(house: House) -> Counter[str]:
    """Give the ids of all events in the logs of all services."""
    rows = [row for each in EVENT_SERVICES for row in await house.rows(each, "SELECT id FROM event_log")]
    return Counter(str(row["id"]) for row in rows)


async def copy(house: House, number: int) -> Counter[str]:
    """Make this node the leader, so that it answers from its own disk, and read the ids of all events there."""
    async with house.bus() as bus:

        async def told() -> Counter[str]:
            if house.nats.leader() != number:
                wish = {"placement": {"preferred": f"n{number}"}}
                await bus.request(f"$JS.API.STREAM.LEADER.STEPDOWN.{STREAM}", json.dumps(wish).encode(), timeout=2)
                raise AssertionError(f"n{house.nats.leader()} leads")
            return Counter(identity for identity, _ in await house.stream_events())

        return await eventually(told, within=60, expect=f"n{number} tells what it holds")
