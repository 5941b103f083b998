"""The whole house for tests: real PostgreSQL, real NATS, real service processes, each test with its own."""

import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx2
import nats
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from survival.cluster import Cluster
from survival.means.proxy import Proxy
from uuid_utils.compat import uuid7

from chassis import migrations
from chassis.clock import VIETNAM
from chassis.db import asyncpg_url, make_engine
from chassis.events import Cause, Source, Tx
from chassis.identity import HEADER, Grant, Identity, Signer, make_key, write_key
from chassis.settings import nats_servers
from chassis.testing import ServiceProcess, eventually, preload
from contracts.catalog import SERVICES, STREAM
from contracts.envelope import Event, Payload
from thidua.nats_server import NatsServer
from thidua.postgres import PostgresServer
from topology import accounts, streams

CITY = UUID(int=1)
NAMESPACE = UUID(int=2023)
PATIENCE_SECONDS = 2.0
"""How soon the bus gives a dead taker's events to the next; the product's value is right for a city, long for a test."""
PASSWORD = "mật khẩu để thử"
EVENT_SERVICES = ("registry", "scoring", "awards", "notify")
AGENCY = "000.00.00.H35"

P = TypeVar("P", bound=Payload)

preload(["chassis.testing", *(f"{service}.app" for service in SERVICES)])


def ident(name: str) -> UUID:
    """Give the same UUID for the same name in every test."""
    return uuid5(NAMESPACE, name)


def event_of(payload: P) -> Event[P]:
    """Give a new event with these facts, as it would come over the bus."""
    now = datetime.now(UTC)
    return Event[P](
        id=uuid4(),
        source=str(Source(AGENCY, payload.event_type.partition(".")[0])),
        type=payload.event_type,
        subject=str(payload.key),
        time=now,
        dataschema=f"https://thidua.vn/schemas/{payload.event_type}.json",
        correlationid=uuid4(),
        actor="test",
        businesstime=now,
        data=payload,
    )


class Templates:
    """One migrated database per service, copied for every test: a copy costs milliseconds, a migration does not."""

    def __init__(self, postgres: PostgresServer) -> None:
        self.postgres = postgres

    async def make(self) -> None:
        for service in SERVICES:
            await self._make(service)

    async def _make(self, service: str) -> None:
        role = f"thidua_{service}"
        await self._run(f"CREATE ROLE {role} LOGIN PASSWORD 'test'", f"CREATE DATABASE template_{service}")
        url = self.admin_url(f"template_{service}")
        await migrations.upgrade(service, url, role)
        start = datetime(2023, 11, 15, 8, 0, tzinfo=VIETNAM)
        await migrations.ensure_clock(url, start - datetime.now(VIETNAM))

    async def copy(self, service: str, to: str) -> str:
        """Copy a template; give the address for the service's own role."""
        await self._run(f'CREATE DATABASE "{to}" TEMPLATE template_{service} STRATEGY FILE_COPY')
        return self.postgres.url_of(to, f"thidua_{service}", "test")

    async def drop(self, name: str) -> None:
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def admin_url(self, database: str) -> str:
        return self.postgres.admin_url(database)

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.postgres.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


class House:
    """Five services on their own bus, one server or a replicated cluster, and their own databases."""

    def __init__(
        self,
        templates: Templates,
        home: Path,
        name: str,
        *,
        patience: float = PATIENCE_SECONDS,
        sync_interval: str = "always",
        replicas: int = 1,
    ) -> None:
        self.templates = templates
        self.home = home
        self.name = name
        self.patience = patience
        self.replicas = replicas
        home.mkdir(parents=True, exist_ok=True)
        self.keys = accounts.ensure_keys(home / "nkeys")
        rights = accounts.authorization(home / "nkeys")
        self.nats: NatsServer | Cluster = (
            NatsServer(home / "nats", config_extra=rights, sync_interval=sync_interval)
            if replicas == 1
            else Cluster(home / "nats", home / "nkeys", size=replicas)
        )
        key = make_key()
        self.signer = Signer(key)
        write_key(key, home / "private.jwk", private=True)
        write_key(key, home / "public.jwk", private=False)
        self.services: dict[str, ServiceProcess] = {}
        self.urls: dict[str, str] = {}
        self.detours: dict[str, dict[str, str]] = {}

    def database(self, service: str) -> str:
        return f"{self.name}_{service}"

    async def open(self, services: Iterable[str] = EVENT_SERVICES, **environment: str) -> None:
        """Make the surroundings unless they stand, start these services and wait until all are ready."""
        if not self.urls:
            await self.surround()
        for service in services:
            self.services[service] = self.process(service, **environment)
            self.services[service].start()
        for service in self.services.values():
            await service.ready()

    async def surround(self) -> None:
        """Start the bus and make the databases, without any service."""
        self.nats.start()
        await self.make_stream()
        for service in SERVICES:
            self.urls[service] = await self.templates.copy(service, self.database(service))

    async def make_stream(self) -> None:
        """Make the stream and its durables, or what is missing of them."""

        async def made() -> bool:
            async with self.bus() as bus:
                await streams.apply(bus.jetstream(), protected=False, replicas=self.replicas)
            return True

        # Servers that have just met may take their time over a leader for each durable; applying again is harmless.
        await eventually(made, within=60, expect="the stream stands")
        await self.make_durables()

    async def make_durables(self) -> None:
        """Make the durables, or those that somebody deleted."""

        async def made() -> bool:
            async with self.bus() as bus:
                for service in EVENT_SERVICES:
                    wanted = replace(streams.durable(service), ack_wait=self.patience)
                    await bus.jetstream().add_consumer(STREAM, wanted)
            return True

        await eventually(made, within=60, expect="the durables stand")

    def process(self, service: str, **environment: str) -> ServiceProcess:
        """Give a process of this service, not started."""
        return ServiceProcess(service, {**self.environment(service), **environment}, log=self.home / f"{service}.log")

    def write_accounts(self, **accounts: tuple[str, UUID]) -> str:
        """Write the gateway's accounts file, one grant to an account, all with ``PASSWORD``; give its path."""
        path = self.home / "accounts.json"
        path.write_text(
            json.dumps(
                [
                    {
                        "account": account,
                        "post": f"Cán bộ {account}",
                        "password": PASSWORD,
                        "grants": [{"role": role, "scope": str(scope)}],
                    }
                    for account, (role, scope) in accounts.items()
                ]
            )
        )
        return str(path)

    def environment(self, service: str) -> dict[str, str]:
        upstream = {f"{name.upper()}_URL": process.url for name, process in self.services.items()}
        return {
            "DATABASE_URL": self.urls[service],
            "NATS_URL": self.nats.url,
            "NATS_NKEY_SEED": str(self.keys[service]),
            "IDENTITY_KEY": str(self.home / ("private.jwk" if service == "gateway" else "public.jwk")),
            "ASSETS_DIR": str(Path.cwd() / "build" / "assets"),
            "EVIDENCE_DIR": str(self.home / "evidence"),
            "REDELIVERY_SECONDS": "0.1",
            "RELAY_POLL_SECONDS": "0.05",
            **(upstream if service == "gateway" else {}),
            **self.detours.get(service, {}),
        }

    @contextlib.asynccontextmanager
    async def between_bus_and(self, service: str, *, seed: int = 0) -> AsyncIterator[Proxy]:
        """Have this service reach the bus through a proxy; after ``surround``, before it starts."""
        address = urlsplit(self.nats.url)
        async with Proxy(str(address.hostname), int(address.port or 0), seed=seed) as proxy:
            self._detour(service, NATS_URL=f"nats://127.0.0.1:{proxy.port}")
            yield proxy

    @contextlib.asynccontextmanager
    async def between_database_and(self, service: str, *, seed: int = 0) -> AsyncIterator[Proxy]:
        """Have this service reach its database through a proxy; after ``surround``, before it starts."""
        address = urlsplit(self.urls[service])
        (folder,) = parse_qs(address.query)["host"]
        async with Proxy(folder, 5432, seed=seed) as proxy:
            self._detour(
                service,
                DATABASE_URL=address._replace(netloc=f"{address.netloc}127.0.0.1:{proxy.port}", query="").geturl(),
            )
            yield proxy

    def _detour(self, service: str, **environment: str) -> None:
        self.detours.setdefault(service, {}).update(environment)

    async def close(self) -> None:
        for service in self.services.values():
            service.kill()
        self.nats.kill()
        for service in SERVICES:
            await self.templates.drop(self.database(service))

    @contextlib.asynccontextmanager
    async def bus(self, name: str = accounts.ADMIN) -> AsyncIterator[Client]:
        """Connect as the topology does, or with the key and the rights of one service."""
        connection = await nats.connect(
            nats_servers(self.nats.url), nkeys_seed=str(self.keys[name]), inbox_prefix=accounts.inbox_prefix(name)
        )
        try:
            yield connection
        finally:
            await connection.close()

    def said(self, service: str) -> str:
        """Give what a service has written to its log."""
        return (self.home / f"{service}.log").read_text()

    def client(
        self, service: str, *grants: tuple[str, UUID], account: str = "test", **options: Any
    ) -> httpx2.AsyncClient:
        """Give a client that speaks to one service with a signed identity."""
        who = Identity(
            account=account, post="Cán bộ thử", grants=[Grant(role=role, scope=scope) for role, scope in grants]
        )
        return httpx2.AsyncClient(
            base_url=self.services[service].url,
            headers={HEADER: self.signer.sign(who, service)},
            timeout=10,
            **options,
        )

    def office(self, service: str) -> httpx2.AsyncClient:
        return self.client(service, ("city_office", CITY), ("operator", CITY), account="office")

    @contextlib.asynccontextmanager
    async def at_work(self, service: str) -> AsyncIterator[Tx]:
        """Open a transaction on a service's database, with no process around it; it commits as the edges do."""
        if service not in self.urls:
            self.urls[service] = await self.templates.copy(service, self.database(service))
        engine = make_engine(asyncpg_url(self.urls[service]), name="test")
        try:
            async with engine.begin() as db:
                tx = Tx(db, Source(AGENCY, service), Cause("test", uuid7()))
                yield tx
                await tx.write_log()
        finally:
            await engine.dispose()

    async def set_clock(self, service: str, moment: str) -> None:
        """Have business time go on from this moment in one service."""
        await self.run(service, f"UPDATE business_clock SET ahead = timestamptz '{moment}' - clock_timestamp()")

    async def connect(self, service: str) -> asyncpg.Connection:
        """Connect to a service's database as its owner."""
        return await asyncpg.connect(self.templates.admin_url(self.database(service)))

    async def run(self, service: str, *statements: str) -> None:
        """Do something to a service's database as its owner."""
        connection = await self.connect(service)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def rows(self, service: str, query: str, *arguments: Any) -> list[Any]:
        """Ask a service's database as its owner."""
        connection = await self.connect(service)
        try:
            return list(await connection.fetch(query, *arguments))
        except asyncpg.InternalClientError as error:
            # asyncpg's word for a server that died between two of its own questions.
            raise ConnectionError(str(error)) from error
        finally:
            await connection.close()

    async def publish_again(self, *, since: int = 1, shuffled_by: random.Random | None = None) -> None:
        """Publish every event of the stream once more, as its own service and past the server's duplicate window."""
        async with self.bus() as reader, contextlib.AsyncExitStack() as stack:
            senders = {name: (await stack.enter_async_context(self.bus(name))).jetstream() for name in EVENT_SERVICES}
            last = (await reader.jetstream().stream_info(STREAM)).state.last_seq
            sequences = list(range(since, last + 1))
            if shuffled_by:
                shuffled_by.shuffle(sequences)
            for sequence in sequences:
                message = await reader.jetstream().get_msg(STREAM, sequence)
                if (message.headers or {})["Nats-Msg-Id"].startswith("again-"):
                    continue
                subject = str(message.subject)
                await senders[subject.partition(".")[0]].publish(
                    subject, message.data or b"", headers={"Nats-Msg-Id": f"again-{uuid4()}"}
                )

    async def stream_events(self, *, of: int | None = None) -> list[tuple[str, str]]:
        """Give (event id, subject) of everything on the stream, in order; of a cluster, in the copy of the node ``of``."""
        async with self.bus() as bus:
            if of is not None:
                assert isinstance(self.nats, Cluster)
                await self.nats.lead(of, bus)
            js = bus.jetstream()
            # One that has just begun to lead says so before it answers.
            state = (await eventually(lambda: js.stream_info(STREAM), within=30, expect="the stream answers")).state
            found = []
            for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
                # What the server cannot read is not on the stream.
                with contextlib.suppress(NotFoundError):
                    message = await js.get_msg(STREAM, sequence)
                    found.append(((message.headers or {})["Nats-Msg-Id"], str(message.subject)))
            return found

    async def _extent(self) -> list[int]:
        """Count what every service has logged and what is on the stream."""
        services = sorted(self.services.keys() & set(EVENT_SERVICES))
        logged = [(await self.rows(each, "SELECT count(*) AS n FROM event_log"))[0]["n"] for each in services]
        async with self.bus() as bus:
            return [*logged, (await bus.jetstream().stream_info(STREAM)).state.last_seq]

    async def quiet(self, *, within: float = 20.0) -> None:
        """Wait until nothing is on its way: every log is published, every durable has acknowledged all."""

        async def settled() -> bool:
            before = await self._extent()
            async with self.bus() as bus:
                for service in self.services.keys() & set(EVENT_SERVICES):
                    info = await bus.jetstream().consumer_info(STREAM, service)
                    assert not info.num_pending, f"{service}: {info.num_pending} not delivered"
                    assert not info.num_ack_pending, f"{service}: {info.num_ack_pending} not acknowledged"
            for service in self.services.keys() & set(EVENT_SERVICES):
                pending = await self.rows(
                    service,
                    "SELECT (SELECT count(*) FROM event_pending) + (SELECT sequence - published FROM event_head) AS open",
                )
                assert pending[0]["open"] == 0, f"{service}: {pending[0]['open']} events not published"
            # What was looked at first may have moved while the rest was looked at.
            assert await self._extent() == before, "something still moves"
            return True

        await eventually(settled, within=within, expect="the house is quiet")
