"""Does each means of making a fault do to real servers what it says?"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
import nats
import pytest
from house import House, ident
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from survival.means import clock, syscalls
from survival.means.clock import ShiftedService
from survival.means.disks import LoopDisk, SmallDisk
from survival.means.proxy import Proxy

from chassis.testing import eventually
from thidua.nats_server import NatsServer, healthy
from thidua.postgres import PostgresServer

pytestmark = pytest.mark.fault

UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}


def need(missing: str | None) -> None:
    if missing:
        pytest.skip(missing)


def port_of(bus: NatsServer) -> int:
    return int(urlsplit(bus.url).port or 0)


@contextlib.asynccontextmanager
async def stream(port: int) -> AsyncIterator[JetStreamContext]:
    """Connect to the bus behind this port, with a stream for the subject ``s``."""

    async def keep_quiet(_: Exception) -> None:
        """Broken connections are what these tests are about."""

    client = await nats.connect(f"nats://127.0.0.1:{port}", reconnect_time_wait=0.05, error_cb=keep_quiet)
    try:
        context = client.jetstream(timeout=1)
        await context.add_stream(name="S", subjects=["s"])
        yield context
    finally:
        await client.close()


async def acknowledged(context: JetStreamContext, *, seconds: float = 0.1, size: int = 500) -> int:
    """Publish one after the other and count what is acknowledged, until time is up or one is not."""
    count, ends = 0, time.monotonic() + seconds
    with contextlib.suppress(NatsError, TimeoutError):
        while time.monotonic() < ends:
            await context.publish("s", bytes(size))
            count += 1
    return count


async def stored(context: JetStreamContext) -> int:
    return int((await context.stream_info("S")).state.messages)


@contextlib.asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        connection.terminate()


async def test_a_proxy_delays_everything_but_not_one_after_the_other(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as bus:
        async with Proxy("127.0.0.1", port_of(bus)) as proxy, stream(proxy.port) as context:
            proxy.latency = 0.1
            begin = time.monotonic()
            await asyncio.gather(*(context.publish("s", b"x") for _ in range(50)))
            assert 0.2 <= time.monotonic() - begin < 2


async def test_a_proxy_loses_what_goes_one_way_and_resets(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as bus:
        async with (
            Proxy("127.0.0.1", port_of(bus)) as proxy,
            stream(proxy.port) as far,
            stream(port_of(bus)) as near,
        ):
            proxy.drop("to_client")
            assert await acknowledged(far) == 0
            assert await stored(near) == 1, "the server has it, the publisher does not know"

            proxy.reset_all()
            proxy.resume()
            await eventually(lambda: acknowledged(far), expect="the client has connected again")

            before = await stored(near)
            proxy.drop("to_server")
            assert await acknowledged(far) == 0
            assert await stored(near) == before
            proxy.resume()

            async def arrives_late() -> bool:
                return await stored(near) == before + 1

            await eventually(arrives_late)


async def test_a_proxy_tears_the_same_connections_for_the_same_seed(postgres: PostgresServer) -> None:
    address = urlsplit(postgres.url)
    (folder,) = parse_qs(address.query)["host"]

    async def survives(url: str) -> bool:
        try:
            async with session(url) as connection:
                await connection.execute(f"SELECT '{'x' * 50_000}'")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    async def fates(seed: int) -> list[bool]:
        async with Proxy(folder, 5432, seed=seed) as proxy:
            proxy.reset_share = 0.5
            url = address._replace(netloc=f"{address.netloc}127.0.0.1:{proxy.port}", query="").geturl()
            return [await survives(url) for _ in range(20)]

    seen = await fates(7)
    assert {True, False} == set(seen)
    assert seen == await fates(7)
    assert seen != await fates(8)


async def test_a_house_has_proxies_before_its_bus_its_databases_and_its_doors(house: House) -> None:
    await house.surround()
    async with house.between_bus_and("registry") as bus, house.between_database_and("registry") as database:
        await house.open(["registry"])
        async with house.office("registry") as office, Proxy("127.0.0.1", house.services["registry"].port) as door:
            bus.pause()
            database.latency = 0.1
            begin = time.monotonic()
            assert (await office.put(f"/units/{ident('a')}", json=UNIT)).status_code == 200
            assert time.monotonic() - begin > 0.4, "begin, statement and commit went through the proxy"
            assert await house.stream_events() == []
            database.latency = 0.0
            bus.resume()
            await house.quiet()
            assert len(await house.stream_events()) == 1

            office.base_url = httpx2.URL(f"http://127.0.0.1:{door.port}")
            door.cut_after(200)
            with pytest.raises(httpx2.TransportError):
                await office.put(f"/units/{ident('b')}", json=UNIT)
            assert (await office.put(f"/units/{ident('c')}", json=UNIT)).status_code == 200
    kept = {row["unit_id"] for row in await house.rows("registry", "SELECT unit_id FROM units")}
    assert kept == {ident("a"), ident("c")}


async def test_a_bus_on_a_small_disk_refuses_when_it_is_full_and_takes_more_when_it_has_grown(tmp_path: Path) -> None:
    need(SmallDisk.missing())
    with SmallDisk(tmp_path / "store", 12) as disk, NatsServer(tmp_path) as bus:
        async with stream(port_of(bus)) as context:
            count = await acknowledged(context, seconds=20, size=100_000)
            assert 60 < count < 130
            assert not healthy(bus.monitor_url)
        disk.grow(64)
        # A stream that a full disk has frozen stays so until its server is started again.
        bus.kill()
        bus.start()
        async with stream(port_of(bus)) as context:
            assert await stored(context) == count
            assert await acknowledged(context)


async def test_a_database_on_a_small_disk_refuses_when_it_is_full_and_takes_more_when_it_has_grown(
    tmp_path: Path,
) -> None:
    need(SmallDisk.missing())
    insert = "INSERT INTO t SELECT n, repeat('x', 500) FROM generate_series(1, 2000) n"
    with SmallDisk(tmp_path, 128) as disk, PostgresServer(tmp_path) as postgres:
        async with session(postgres.url) as connection:
            await connection.execute("CREATE TABLE t (n int, filling text)")
            disk.fill()
            with pytest.raises(asyncpg.DiskFullError):
                await connection.execute(insert)
            disk.grow(160)
            await connection.execute(insert)


@pytest.mark.parametrize(("sync_interval", "loses"), [("always", False), ("2m", True)])
async def test_a_power_cut_takes_from_a_bus_what_it_has_not_synced(
    tmp_path: Path, sync_interval: str, loses: bool
) -> None:
    need(LoopDisk.missing())
    with LoopDisk(tmp_path, 64) as disk, NatsServer(tmp_path, sync_interval=sync_interval) as bus:
        async with stream(port_of(bus)) as context:
            count = await acknowledged(context, seconds=1)
            disk.power_cut()
            bus.kill()
        disk.power_back()
        bus.start()
        async with stream(port_of(bus)) as context:
            assert count
            assert (await stored(context) < count) == loses


async def test_a_power_cut_takes_from_a_database_only_commits_that_did_not_wait(tmp_path: Path) -> None:
    need(LoopDisk.missing())
    insert = "INSERT INTO t VALUES ($1)"
    with LoopDisk(tmp_path, 256) as disk, PostgresServer(tmp_path) as postgres:
        async with session(postgres.url) as connection:
            await connection.execute("CREATE TABLE t (waited bool)")
            for _ in range(200):
                await connection.execute(insert, True)
            await connection.execute("SET synchronous_commit = off")
            for _ in range(200):
                await connection.execute(insert, False)
            disk.power_cut()
            postgres.kill()
        disk.power_back()
        postgres.start()
        async with session(postgres.url) as connection:
            assert await connection.fetchval("SELECT count(*) FROM t WHERE waited") == 200
            assert await connection.fetchval("SELECT count(*) FROM t WHERE NOT waited") < 200


async def test_slow_syncs_slow_a_bus_down_as_long_as_they_last(tmp_path: Path) -> None:
    need(syscalls.missing())
    with NatsServer(tmp_path) as bus:
        async with stream(port_of(bus)) as context:
            before = await acknowledged(context, seconds=0.5)
            with syscalls.slow_fsync(int(bus.pid or 0), 20):
                meanwhile = await acknowledged(context, seconds=0.5)
            after = await acknowledged(context, seconds=0.5)
            assert 0 < meanwhile <= 25, "an acknowledgement has waited for a sync"
            assert min(before, after) > 2 * meanwhile


async def test_a_bus_whose_syncs_fail_acknowledges_nothing_more(tmp_path: Path) -> None:
    need(syscalls.missing())
    with NatsServer(tmp_path) as bus:
        async with stream(port_of(bus)) as context:
            with syscalls.failing_fsync(int(bus.pid or 0), after=20):
                count = await acknowledged(context, seconds=10)
                assert count
                assert await acknowledged(context) == 0
        bus.kill()
        bus.start()
        async with stream(port_of(bus)) as context:
            assert await stored(context) >= count


async def test_a_shifted_service_has_a_wall_clock_of_its_own(house: House) -> None:
    need(clock.missing())
    await house.surround()
    environment, log = house.environment("registry"), house.home / "registry.log"
    registry = house.services["registry"] = ShiftedService("registry", environment, log=log, by="+2m")
    registry.start()
    await registry.ready()
    async with house.office("registry") as office:
        assert (await office.put(f"/units/{ident('a')}", json=UNIT)).status_code == 200
    ((said,),) = await house.rows("registry", "SELECT bytes FROM event_log")
    ahead = datetime.fromisoformat(json.loads(said)["time"]) - datetime.now(UTC)
    assert timedelta(seconds=110) < ahead < timedelta(seconds=121)
