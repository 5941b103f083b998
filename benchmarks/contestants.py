"""The two sides of the spine: the product's registry and scoring, and the floor; each on a bus and databases of its own."""

import asyncio
import contextlib
import json
import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import orjson
import psutil
from benchmarks.big_city import Size, settle
from benchmarks.load import Line, Target, Unit, get, post
from benchmarks.rows import SCORED, Kept
from city import CAMPAIGN, PERIOD, report
from house import CITY, House, Templates, ident

from chassis.identity import HEADER, Grant, Identity
from chassis.ports import free_port
from chassis.testing import eventually
from contracts.catalog import STREAM
from thidua.nats_server import NatsServer

_SERVICES = ("registry", "scoring")
_FRESH_SECONDS = 120
AS_DELIVERED = {"RELAY_POLL_SECONDS": "0.5", "REDELIVERY_SECONDS": "1.0"}
"""Settings that the tests' house has set lower."""
_OK = 200


class Contestant(ABC):
    """Somebody who takes reports and shows ranks."""

    name: str
    services: tuple[str, ...] = ("registry", "scoring")
    """Those whose work must be done before a round is over."""
    sync_interval = "always"
    """What the bus does with a message before it says that it has it."""
    prefixes = ("", "")
    """What stands before the paths of reports and of boards."""
    tables: tuple[Kept, ...] = SCORED
    """What must be the same on both sides in the end."""

    def __init__(self, house: House, size: Size) -> None:
        self.house, self.size = house, size
        self._signed: dict[UUID, tuple[float, str]] = {}

    async def surround(self) -> None:
        """Make the bus and the databases."""
        await self.house.surround()

    async def settle(self) -> None:
        """Have the city stand before anything of its own does."""
        await settle(self.house, self.size)

    async def count_rows(self) -> None:
        """Have the planner know how many rows there are by now, as it does of a house that has stood for some minutes.

        Until then plans are kept that were made while tables were empty, and which ones is chance.
        """
        for service in self.house.urls:
            await self.house.run(service, "ANALYZE")

    @abstractmethod
    async def start(self) -> None:
        """Start what takes reports; the surroundings and the city stand."""

    @abstractmethod
    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Give where reports go and where boards are read."""

    @abstractmethod
    def processes(self) -> dict[str, psutil.Process]:
        """Give its own processes by what they are called, without servers."""

    def front(self) -> list[psutil.Process]:
        """Give those of them that only pass on."""
        return []

    @abstractmethod
    async def stop(self) -> None:
        """End it."""

    def units(self) -> list[Unit]:
        """Give the units that report."""
        return [Unit(unit, block) for unit, block in self.size.reporting()]

    def target(self) -> Target:
        (door, window), (reports, boards) = self.addresses(), self.prefixes

        def question(unit: Unit) -> bytes:
            body = orjson.dumps(report(unit.unit, str(unit.amount), version=unit.version))
            return post(f"{reports}/reports", self._who("registry", "unit_officer", unit.unit), body)

        def board(unit: Unit) -> bytes:
            path = f"{boards}/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{unit.block}"
            return get(path, self._who("scoring", "city_office", CITY))

        return Target(door, window, question, board)

    def _who(self, audience: str, role: str, scope: UUID) -> str:
        """Give the header that the gateway would send along; one is good for some minutes, as the gateway's are."""
        made, header = self._signed.get(scope, (float("-inf"), ""))
        if time.monotonic() - made > _FRESH_SECONDS:
            who = Identity(account=f"{role}-{scope}", post="Cán bộ thử", grants=(Grant(role=role, scope=scope),))
            header = f"{HEADER}: {self.house.signer.sign(who, audience)}"
            self._signed[scope] = time.monotonic(), header
        return header

    async def shows_boards(self) -> bool:
        """Tell whether it answers; it knows of a block that there is none."""
        try:
            line = await Line.to(*self.addresses()[1])
            status, _ = await line.ask(self.target().board(Unit(ident("none"), ident("none"))))
        except ConnectionError:
            return False
        line.hang_up()
        return status == _OK

    async def effects(self) -> dict[str, Counter[str]]:
        """Count what has come of all reports so far: events by type, and messages by the post that they are for."""
        events = Counter[str]()
        for service in self.services:
            events += await self._counted(service, "SELECT type, count(*) FROM event_log GROUP BY type")
        return {"events": events} | (await self.messages("notify") if "notify" in self.services else {})

    async def messages(self, service: str) -> dict[str, Counter[str]]:
        """Count the messages in a service's database."""
        return {"messages": await self._counted(service, "SELECT post, count(*) FROM messages GROUP BY post")}

    async def _counted(self, service: str, question: str) -> Counter[str]:
        return Counter(dict(await self.house.rows(service, question)))

    async def drained(self) -> None:
        """Wait until everything that was accepted has had all its effects, and every event is on the stream."""

        async def nothing_waits() -> bool:
            async with self.house.bus() as bus:
                # In the order in which they hear of one another: nothing new comes to one that was found idle.
                for service in self.services:
                    durable = await bus.jetstream().consumer_info(STREAM, service)
                    assert not durable.num_pending, f"{service}: {durable.num_pending} not delivered"
                    assert not durable.num_ack_pending, f"{service}: {durable.num_ack_pending} not acknowledged"
                    (row,) = await self.house.rows(
                        service,
                        "SELECT (SELECT count(*) FROM event_pending) + (SELECT sequence - published FROM event_head) AS open",
                    )
                    assert not row["open"], f"{service}: {row['open']} not published"
            return True

        await eventually(nothing_waits, within=120, expect=f"{self.name} has caught up")

    def servers(self) -> list[psutil.Process]:
        """Give the bus and the database, with all their processes."""
        assert isinstance(self.house.nats, NatsServer)
        roots = [psutil.Process(self.house.nats.pid), psutil.Process(self.house.templates.postgres.pid)]
        return [*roots, *roots[1].children(recursive=True)]


class Product(Contestant):
    """Registry and scoring as they are; awards and notify are not started."""

    name = "product"

    async def start(self) -> None:
        await self.house.open(_SERVICES, **self.environment())

    def environment(self) -> dict[str, str]:
        """Give what differs from the tests' house."""
        return AS_DELIVERED

    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return tuple(("127.0.0.1", self.house.services[service].port) for service in _SERVICES)  # type: ignore[return-value]

    def processes(self) -> dict[str, psutil.Process]:
        return {name: psutil.Process(service.pid) for name, service in self.house.services.items()}

    async def stop(self) -> None:
        """The house ends its services when it is closed."""


class Traced(Product):
    """The product with a collector that takes a tenth of all traces."""

    name = "traced"
    share = 0.1

    async def start(self) -> None:
        self._collector = await asyncio.start_server(_swallow, "127.0.0.1", 0)
        await super().start()

    def environment(self) -> dict[str, str]:
        port = self._collector.sockets[0].getsockname()[1]
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "TRACE_SHARE": str(self.share)}
        return {**super().environment(), **given}

    async def stop(self) -> None:
        self._collector.close()


class TracedWhole(Traced):
    """The product with a collector that takes all traces."""

    name = "traced_whole"
    share = 1.0


class Lazy(Product):
    """The product on servers that say they have what they may still lose: the price of durability, not a way to run it."""

    name = "lazy"
    sync_interval = "2m"

    async def start(self) -> None:
        for service in _SERVICES:
            name = self.house.database(service)
            await self.house.run(service, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        await super().start()


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take spans as a collector does, and forget them."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


class Floor(Contestant):
    """The program in ``floor/``."""

    name = "floor"
    databases: tuple[str, ...] = _SERVICES

    async def start(self) -> None:
        self.port = free_port()
        given = {
            "databases": {name: self.house.urls[name] for name in self.databases},
            "nats": self.house.nats.url,
            "seeds": {name: str(self.house.keys[name]) for name in self.services},
            "key": str(self.house.home / "public.jwk"),
            "port": self.port,
        }
        log = (self.house.home / "floor.log").open("w")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.floor", json.dumps(given), stdout=log, stderr=log
        )

        async def answers() -> bool:
            if self._process.returncode is not None:
                raise RuntimeError((self.house.home / "floor.log").read_text())
            return await self.shows_boards()

        await eventually(answers, within=30, expect="the floor answers")

    def addresses(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return ("127.0.0.1", self.port), ("127.0.0.1", self.port)

    def processes(self) -> dict[str, psutil.Process]:
        return {self.name: psutil.Process(self._process.pid)}

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def opened(kind: type[Contestant], templates: Templates, folder: Path, size: Size) -> AsyncIterator[Contestant]:
    """Give a contestant in fresh surroundings: its own bus, stream and databases."""
    house = House(templates, folder, f"bench_{kind.name}", patience=5.0, sync_interval=kind.sync_interval)
    contestant = kind(house, size)
    try:
        await contestant.surround()
        await contestant.settle()
        try:
            await contestant.start()
            yield contestant
        finally:
            await contestant.stop()
    finally:
        await house.close()
