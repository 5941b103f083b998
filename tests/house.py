"""The whole house for tests: real PostgreSQL, real NATS, real service processes, each test with its own."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import httpx2
import nats
from cluster import Cluster
from nats.aio.client import Client

from chassis import migrations
from chassis.clock import VIETNAM
from chassis.identity import HEADER, Grant, Identity, Signer, make_key, write_key
from chassis.settings import nats_servers
from chassis.testing import ServiceProcess, eventually, preload
from contracts.catalog import SERVICES, STREAM
from thidua.nats_server import NatsServer
from thidua.postgres import PostgresServer
from topology import accounts, streams

CITY = UUID(int=1)
NAMESPACE = UUID(int=2023)
PASSWORD = "mật khẩu để thử"
EVENT_SERVICES = ("registry", "scoring", "awards", "notify")

preload(["chassis.testing", *(f"{service}.app" for service in SERVICES if service != "gateway")])


def ident(name: str) -> UUID:
    """Give the same UUID for the same name in every test."""
    return uuid5(NAMESPACE, name)


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
        await self._run(f'CREATE DATABASE "{to}" TEMPLATE template_{service}')
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

    def __init__(self, templates: Templates, home: Path, name: str, *, replicas: int = 1) -> None:
        self.templates = templates
        self.home = home
        self.name = name
        self.replicas = replicas
        home.mkdir(parents=True, exist_ok=True)
        self.keys = accounts.ensure_keys(home / "nkeys")
        self.nats: NatsServer | Cluster = (
            NatsServer(home / "nats", config_extra=accounts.authorization(home / "nkeys"))
            if replicas == 1
            else Cluster(home / "nats", home / "nkeys", size=replicas)
        )
        key = make_key()
        self.signer = Signer(key)
        write_key(key, home / "private.jwk", private=True)
        write_key(key, home / "public.jwk", private=False)
        self.services: dict[str, ServiceProcess] = {}
        self.urls: dict[str, str] = {}

    def database(self, service: str) -> str:
        return f"{self.name}_{service}"

    async def open(self, services: Iterable[str] = EVENT_SERVICES, **environment: str) -> None:
        """Make the surroundings, start these services and wait until all are ready."""
        await self.surround()
        for service in services:
            self.services[service] = self.process(service, **environment)
            self.services[service].start()
        for service in self.services.values():
            await service.ready()

    async def surround(self) -> None:
        """Start the bus and make the databases, without any service."""
        self.nats.start()
        async with self.bus() as bus:
            await streams.apply(bus.jetstream(), protected=False, replicas=self.replicas)
            for service in EVENT_SERVICES:
                # A minute is right for a city and long for a test.
                await bus.jetstream().add_consumer(STREAM, replace(streams.durable(service), ack_wait=2.0))
        for service in SERVICES:
            self.urls[service] = await self.templates.copy(service, self.database(service))

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
            "REDELIVERY_SECONDS": "0.1",
            "RELAY_POLL_SECONDS": "0.05",
            **(upstream if service == "gateway" else {}),
        }

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

    async def run(self, service: str, *statements: str) -> None:
        """Do something to a service's database as its owner."""
        connection = await asyncpg.connect(self.templates.admin_url(self.database(service)))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def rows(self, service: str, query: str, *arguments: Any) -> list[Any]:
        """Ask a service's database as its owner."""
        connection = await asyncpg.connect(self.templates.admin_url(self.database(service)))
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def publish_again(self) -> None:
        """Publish every event of the stream once more, as its own service and past the server's duplicate window."""
        async with self.bus() as reader, contextlib.AsyncExitStack() as stack:
            senders = {name: (await stack.enter_async_context(self.bus(name))).jetstream() for name in EVENT_SERVICES}
            last = (await reader.jetstream().stream_info(STREAM)).state.last_seq
            for sequence in range(1, last + 1):
                message = await reader.jetstream().get_msg(STREAM, sequence)
                subject = str(message.subject)
                await senders[subject.partition(".")[0]].publish(
                    subject, message.data or b"", headers={"Nats-Msg-Id": f"again-{sequence}"}
                )

    async def stream_events(self) -> list[tuple[str, str]]:
        """Give (event id, subject) of everything on the stream, in order."""
        async with self.bus() as bus:
            js = bus.jetstream()
            state = (await js.stream_info(STREAM)).state
            found = []
            for sequence in range(state.first_seq, state.last_seq + 1):
                message = await js.get_msg(STREAM, sequence)
                found.append(((message.headers or {})["Nats-Msg-Id"], str(message.subject)))
            return found

    async def quiet(self, *, within: float = 20.0) -> None:
        """Wait until nothing is on its way: every log is published, every durable has acknowledged all."""

        async def settled() -> bool:
            for service in self.services.keys() & set(EVENT_SERVICES):
                pending = await self.rows(
                    service,
                    "SELECT (SELECT count(*) FROM event_pending) + (SELECT sequence - published FROM event_head) AS open",
                )
                assert pending[0]["open"] == 0, f"{service}: {pending[0]['open']} events not published"
            async with self.bus() as bus:
                for service in self.services.keys() & set(EVENT_SERVICES):
                    info = await bus.jetstream().consumer_info(STREAM, service)
                    assert not info.num_pending, f"{service}: {info.num_pending} not delivered"
                    assert not info.num_ack_pending, f"{service}: {info.num_ack_pending} not acknowledged"
            return True

        await eventually(settled, within=within, expect="the house is quiet")
