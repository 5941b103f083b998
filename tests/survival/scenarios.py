"""The faults of the catalogue, each a scenario that plays while reports come in (docs/reliability.md tells the outcome)."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import asyncpg
import httpx2
import psutil
from city import SHEET, SHEET_DOCUMENT
from house import EVENT_SERVICES
from survival import sets
from survival.means import clock, syscalls
from survival.means.clock import ShiftedService
from survival.means.disks import LoopDisk, SmallDisk
from survival.means.proxy import Proxy
from survival.sets import Set, plain
from survival.stage import ALL, Stage

from thidua.errors import Refusal

Play = Callable[[Stage], Awaitable[None]]


def _nothing() -> None:
    """Every machine can play it."""


@dataclass(frozen=True)
class Scenario:
    """``what`` is one sentence for the report; ``missing`` says why a machine cannot play it, or gives None."""

    name: str
    what: str
    play: Play
    on: Set = plain
    missing: Callable[[], str | None] = _nothing
    measured: bool = False
    """Whether its kills stand apart, so that each one's recovery can be told."""
    must_lose: bool = False
    """Whether it is a control: a checker that finds nothing here would find nothing anywhere."""


CATALOGUE: Final[dict[str, Scenario]] = {}


def scenario(
    name: str,
    what: str,
    *,
    on: Set = plain,
    missing: Callable[[], str | None] = _nothing,
    measured: bool = False,
    must_lose: bool = False,
) -> Callable[[Play], Play]:
    """Enter a fault into the catalogue."""

    def enter(play: Play) -> Play:
        CATALOGUE[name] = Scenario(name, what, play, on, missing, measured, must_lose)
        return play

    return enter


def of_seed(seed: int) -> Scenario:
    """Give the scenario that a seed plays."""
    return Scenario(f"seed{seed}", "a few faults of every kind, one after the other", at_random)


@scenario("KILL", "each process is killed three times, with time to recover between", measured=True)
async def kill_each(stage: Stage) -> None:
    for _ in range(3):
        for service in ALL:
            await stage.kill(service)
            await stage.pass_time(12)
        await stage.kill_bus()
        await stage.pass_time(12)
        await stage.kill_database()
        await stage.pass_time(12)


@scenario("F1", "registry dies between the report's rows and its event")
async def dies_before_the_log(stage: Stage) -> None:
    for _ in range(3):
        await stage.dies_at("registry", f"events.before_log@{stage.chance.randint(1, 5)}")


@scenario("F2", "registry dies after its commit, before its answer")
async def dies_before_the_answer(stage: Stage) -> None:
    for moment in ("edge.before_commit", "edge.after_commit"):
        await stage.dies_at("registry", f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F3", "clients vanish in the middle of a request, at a random byte")
async def clients_vanish(stage: Stage) -> None:
    gateway = stage.house.services["gateway"]
    async with Proxy("127.0.0.1", gateway.port, seed=stage.chance.randrange(1000)) as door:
        for _ in range(40):
            door.cut_after(stage.chance.randint(1, 900))
            with contextlib.suppress(httpx2.TransportError):
                async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{door.port}", timeout=5) as client:
                    await client.post("/api/registry/reports", content=b"{" + bytes(800))
    left = await stage.house.rows(
        "registry",
        """SELECT count(*) AS n FROM pg_stat_activity
        WHERE state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - interval '3 seconds'""",
    )
    if left[0]["n"]:
        stage.complaints.append(f"I9: {left[0]['n']} transactions were left open")


@scenario("F4", "a relay dies before it publishes, and after the acknowledgement")
async def dies_while_publishing(stage: Stage) -> None:
    for service in ("registry", "scoring"):
        for moment in ("relay.before_publish", "relay.after_ack"):
            await stage.dies_at(service, f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F5", "two relays of one service publish at once")
async def two_relays(stage: Stage) -> None:
    second = stage.house.process("registry")
    second.start()
    await second.ready()
    await stage.pass_time(10)
    second.stop()


@scenario("F6", "the bus stores, and its acknowledgement is lost", on=sets.behind_proxies)
async def acknowledgement_is_lost(stage: Stage) -> None:
    proxy: Proxy = stage.prop["registry", "bus"]
    for _ in range(4):
        proxy.drop("to_client")
        await stage.pass_time(4)
        proxy.reset_all()
        proxy.resume()
        await stage.pass_time(3)


@scenario("F8", "writers hold transactions open, commit out of order or roll back")
async def slow_writers(stage: Stage) -> None:
    async def write() -> None:
        connection = await asyncpg.connect(stage.house.urls["registry"].replace("+asyncpg", ""))
        for _ in range(6):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SELECT txid_current()")
            await stage.pass_time(stage.chance.uniform(0, 2))
            await (transaction.rollback() if stage.chance.random() < 0.2 else transaction.commit())
        await connection.close()

    await asyncio.gather(*[write() for _ in range(8)])


@scenario("F9", "an idle transaction holds the oldest snapshot for a minute")
async def idle_transaction(stage: Stage) -> None:
    connection = await asyncpg.connect(stage.house.templates.admin_url(stage.house.database("registry")))
    async with connection.transaction(isolation="repeatable_read"):
        await connection.execute("SELECT txid_current()")
        await stage.pass_time(60)
    await connection.close()


@scenario("F10", "a consumer dies before its commit, and between commit and acknowledgement")
async def dies_while_taking(stage: Stage) -> None:
    for service in ("scoring", "awards", "notify"):
        for moment in ("bus.before_commit", "bus.after_commit"):
            await stage.dies_at(service, f"{moment}@{stage.chance.randint(1, 5)}")


@scenario("F11", "a handler takes longer than the bus has patience")
async def slow_handler(stage: Stage) -> None:
    await stage.house.run(
        "scoring",
        """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(4); RETURN NEW; END $$""",
        "CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON boards FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    await stage.pass_time(20)
    await stage.house.run("scoring", "DROP TRIGGER slow ON boards", "DROP FUNCTION slow")


@scenario("F12", "fifty events that nobody can read, among the good ones")
async def poison(stage: Stage) -> None:
    async with stage.house.bus("registry") as bus:
        for number in range(50):
            body = b"{" if number % 2 else b'{"specversion": "1.0", "data": {}}'
            headers = {"Nats-Msg-Id": f"again-{uuid4()}"}
            subject = f"registry.report_submitted.v1.{uuid4()}"
            await bus.jetstream().publish(subject, body, stream="EVENTS", headers=headers)
    await stage.pass_time(10)


@scenario("F13", "scoring's database refuses it for half a minute")
async def database_refuses(stage: Stage) -> None:
    await stage.house.run("scoring", "ALTER ROLE thidua_scoring NOLOGIN", _HANG_UP.format("scoring"))
    await stage.not_ready(["scoring"], within=15)
    await stage.pass_time(30)
    await stage.house.run("scoring", "ALTER ROLE thidua_scoring LOGIN")


_HANG_UP: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'thidua_{}'"


@scenario("F14", "the database server is killed")
async def database_dies(stage: Stage) -> None:
    for _ in range(3):
        await stage.kill_database(away=stage.chance.uniform(0, 2))
        await stage.pass_time(8)


@scenario("F15", "the database loses its power", on=sets.database_on_a_loop_disk, missing=LoopDisk.missing)
async def database_loses_power(stage: Stage) -> None:
    for _ in range(3):
        await stage.pass_time(4)
        stage.prop.power_cut()
        stage.house.templates.postgres.kill()
        stage.prop.power_back()
        await asyncio.to_thread(stage.house.templates.postgres.start)


@scenario("F16", "the bus is killed twenty times")
async def bus_dies_often(stage: Stage) -> None:
    for _ in range(20):
        await stage.kill_bus(away=stage.chance.uniform(0, 1))
        await stage.pass_time(stage.chance.uniform(0.5, 4))


@scenario("F17", "the bus loses its power", on=sets.bus_with_sync, missing=LoopDisk.missing)
async def bus_loses_power(stage: Stage) -> None:
    for _ in range(3):
        await stage.pass_time(4)
        await lose_power(stage)


async def lose_power(stage: Stage) -> None:
    """Cut the power of the bus's disk, and start it on what is left."""
    stage.prop.power_cut()
    stage.house.nats.kill()
    stage.prop.power_back()
    await asyncio.to_thread(stage.house.nats.start)


@scenario(
    "CONTROL",
    "the bus loses its power and had not synced, as nats-server does unless told: the checker must find losses",
    on=sets.bus_without_sync,
    missing=LoopDisk.missing,
    must_lose=True,
)
async def unsynced_bus_loses_power(stage: Stage) -> None:
    await stage.pass_time(4)
    try:
        await lose_power(stage)
    except Refusal:
        # The server cannot read what is left: an operator can only begin with nothing.
        shutil.rmtree(stage.prop.path / "jetstream")
        await asyncio.to_thread(stage.house.nats.start)
    await stage.house.make_stream()


@scenario("F18", "the bus is away for five minutes")
async def bus_is_away(stage: Stage) -> None:
    stage.house.nats.kill()
    await stage.not_ready(EVENT_SERVICES, within=15)
    processes = {name: psutil.Process(each.pid) for name, each in stage.house.services.items()}
    before, began = {name: sum(each.cpu_times()[:2]) for name, each in processes.items()}, time.monotonic()
    await stage.pass_time(300)
    for name, process in processes.items():
        share = (sum(process.cpu_times()[:2]) - before[name]) / (time.monotonic() - began)
        if share > _SPINNING:
            stage.complaints.append(f"I9: {name} used {share:.0%} of a core while it could do nothing")
    await asyncio.to_thread(stage.house.nats.start)


_SPINNING: Final = 0.9


@scenario("F19", "the bus hangs for a minute and closes nothing")
async def bus_hangs(stage: Stage) -> None:
    async with stage.frozen(stage.house.nats.pid):
        await stage.not_ready(EVENT_SERVICES, within=30)
        await stage.pass_time(60)


@scenario("F20", "the disk of the bus is full, then given room", on=sets.bus_on_a_small_disk, missing=SmallDisk.missing)
async def bus_disk_is_full(stage: Stage) -> None:
    stage.prop.fill()
    await stage.not_ready(["registry"], within=30)
    await stage.pass_time(15)
    (stage.prop.path / "ballast").unlink()
    stage.prop.grow(256)
    # A stream that a full disk has frozen stays so until its server is started again.
    await stage.kill_bus()


@scenario(
    "F21",
    "the disk of the database is full, then given room",
    on=sets.database_on_a_small_disk,
    missing=SmallDisk.missing,
)
async def database_disk_is_full(stage: Stage) -> None:
    stage.prop.fill()
    await stage.pass_time(15)
    (stage.prop.path / "ballast").unlink()
    stage.prop.grow(768)
    if not stage.house.templates.postgres.alive:
        await asyncio.to_thread(stage.house.templates.postgres.start)


@scenario("F22", "every sync of the bus takes 10 ms longer, then syncs fail", missing=syscalls.missing)
async def syncs_are_slow_and_fail(stage: Stage) -> None:
    pid = stage.house.nats.pid
    assert pid is not None
    with syscalls.slow_fsync(pid, 10):
        await stage.pass_time(20)
    with syscalls.failing_fsync(pid, after=60):
        await stage.pass_time(20)
    await stage.kill_bus()


@scenario("F23", "200 ms of latency and a fifth of all connections torn", on=sets.behind_proxies)
async def bad_network(stage: Stage) -> None:
    for proxy in stage.prop.values():
        proxy.latency, proxy.reset_share = 0.2, 0.2
        proxy.reset_all()
    await stage.pass_time(40)
    for proxy in stage.prop.values():
        proxy.latency, proxy.reset_share = 0.0, 0.0


@scenario("F24", "scoring cannot reach its database while the bus is there", on=sets.behind_proxies)
async def partition(stage: Stage) -> None:
    proxy: Proxy = stage.prop["scoring", "database"]
    proxy.drop("to_client")
    await stage.not_ready(["scoring"], within=15)
    await stage.pass_time(30)
    proxy.reset_all()
    proxy.resume()


@scenario("F27", "the machine of a consumer is 45 minutes ahead, then behind", missing=clock.missing)
async def wrong_clock(stage: Stage) -> None:
    house = stage.house
    honest = house.services["scoring"]
    for shift in ("+45m", "-45m"):
        await asyncio.to_thread(house.services["scoring"].stop)
        shifted = ShiftedService("scoring", honest.environment, log=house.home / "scoring.log", by=shift)
        shifted.port = honest.port
        shifted.environment = honest.environment
        house.services["scoring"] = shifted
        shifted.start()
        await shifted.ready(within=60)
        await stage.pass_time(10)
    await asyncio.to_thread(house.services["scoring"].stop)
    house.services["scoring"] = honest
    honest.start()


@scenario("F28", "an operator deletes a service's durable")
async def durable_is_deleted(stage: Stage) -> None:
    async with stage.house.bus() as bus:
        await bus.jetstream().delete_consumer("EVENTS", "awards")
    await stage.not_ready(["awards"], within=30)
    await stage.house.make_durables()
    await stage.house.services["awards"].ready(within=60)


@scenario("F29", "every service is replaced in order, twice, under load")
async def rolling_restart(stage: Stage) -> None:
    for service in (*ALL, *ALL):
        began = time.monotonic()
        code = await asyncio.to_thread(stage.house.services[service].stop, within=20)
        if code:
            stage.complaints.append(f"I9: {service} ended with {code} after {time.monotonic() - began:.1f} s")
        stage.house.services[service].start()
        await stage.house.services[service].ready(within=60)


@scenario(
    "F30", "everything is replayed into a shadow while the house is live", missing=lambda: "no replay command yet"
)
async def replay(_stage: Stage) -> None:
    raise NotImplementedError


@scenario("F33", "the collector of traces accepts connections and never answers")
async def deaf_collector(stage: Stage) -> None:
    async def deaf(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for service in EVENT_SERVICES:
        await stage.kill(service, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}")
        await stage.house.services[service].ready(within=60)
    await stage.pass_time(15)
    for service in EVENT_SERVICES:
        await stage.kill(service)
        await stage.house.services[service].ready(within=60)
    server.close()


@scenario("F34", "every event is delivered again and again, past the duplicate window (F7 too)")
async def everything_again(stage: Stage) -> None:
    for _ in range(3):
        await stage.pass_time(3)
        await stage.house.publish_again()


@scenario("F35", "the sheet is published anew and everything rescored while reports come in")
async def rescoring(stage: Stage) -> None:
    async with stage.house.office("scoring") as office:
        for number in range(5):
            changed = {**SHEET_DOCUMENT, "note": f"Mẫu – chưa phải quy định, bản {number}"}
            (await office.put(f"/sheets/{SHEET}", json=changed)).raise_for_status()
            await stage.pass_time(2)


async def at_random(stage: Stage) -> None:
    """Play a few faults of every kind, one after the other."""
    for _ in range(stage.chance.randint(1, 3)):
        await stage.pass_time(stage.chance.uniform(0.2, 1.5))
        await stage.chance.choice(_MOVES)(stage)


async def _kill_somebody(stage: Stage) -> None:
    await stage.kill(stage.chance.choice(ALL), away=stage.chance.uniform(0, 1))


async def _kill_several(stage: Stage) -> None:
    victims = stage.chance.sample(ALL, 3)
    await asyncio.gather(*[stage.kill(each, away=stage.chance.uniform(0, 1)) for each in victims])


async def _kill_bus(stage: Stage) -> None:
    await stage.kill_bus(away=stage.chance.uniform(0, 1.5))


async def _kill_database(stage: Stage) -> None:
    await stage.kill_database(away=stage.chance.uniform(0, 1))


async def _freeze_somebody(stage: Stage) -> None:
    async with stage.frozen(stage.house.services[stage.chance.choice(ALL)].pid):
        await stage.pass_time(stage.chance.uniform(0.5, 4))


async def _freeze_bus(stage: Stage) -> None:
    async with stage.frozen(stage.house.nats.pid):
        await stage.pass_time(stage.chance.uniform(0.5, 3))


async def _repeat_everything(stage: Stage) -> None:
    await stage.house.publish_again()


async def _at_a_failpoint(stage: Stage) -> None:
    service = stage.chance.choice(("registry", "scoring"))
    moments = ["events.before_log", "relay.before_publish", "relay.after_ack"]
    moments += ["edge.before_commit", "edge.after_commit"] if service == "registry" else []
    moments += ["bus.before_commit", "bus.after_commit"] if service == "scoring" else []
    await stage.dies_at(service, f"{stage.chance.choice(moments)}@{stage.chance.randint(1, 3)}")


async def _end_in_order(stage: Stage) -> None:
    process = stage.house.services[stage.chance.choice(ALL)]
    os.kill(process.pid, signal.SIGTERM)
    await process.ended(within=20)
    process.start()


_MOVES: Final[tuple[Play, ...]] = (
    _kill_somebody,
    _kill_several,
    _kill_bus,
    _kill_database,
    _freeze_somebody,
    _freeze_bus,
    _repeat_everything,
    _at_a_failpoint,
    _end_in_order,
)
