"""The bus dies, hangs, loses power or room, repeats itself or is fed nonsense, each while reports come in."""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import city
import psutil
from house import EVENT_SERVICES, event_of
from survival import sets
from survival.means import syscalls
from survival.means.disks import LoopDisk, SmallDisk
from survival.scenarios.catalogue import scenario
from survival.stage import Stage

from chassis.testing import eventually
from contracts.catalog import STREAM
from contracts.registry import ReportSubmitted
from thidua import replay
from thidua.errors import Refusal


@scenario("F7", "the bus has forgotten what it stored, and every event is published once more")
async def window_has_passed(stage: Stage) -> None:
    await stage.pass_time(5)
    await stage.house.publish_again()


@scenario("F12", "fifty events that nobody can read or take up, among the good ones")
async def poison(stage: Stage) -> None:
    """Measure what they cost scoring: the time it needs for a backlog, without them and with them, five times each.

    The shortest of each are compared: whatever else the machine does in that second only adds to the others.
    """
    healthy, poisoned = [], []
    for _ in range(5):
        healthy.append(await take_up_backlog(stage, poison=0))
        poisoned.append(await take_up_backlog(stage, poison=50))
    share = min(healthy) / min(poisoned)
    stage.measures["good_throughput_under_poison"] = round(share, 2)
    if stage.scale >= 1 and share < _GOOD_SHARE:
        stage.complaints.append(f"I9: fifty poison events leave {share:.2f} of the throughput")


_GOOD_SHARE: Final = 0.8
_BACKLOG: Final = 400


async def take_up_backlog(stage: Stage, *, poison: int) -> float:
    """Let reports wait for scoring, with so many poison events spread among them; give the seconds it needs for the good."""
    scoring = stage.house.services["scoring"]
    await asyncio.to_thread(scoring.stop)
    backlog = [stage.workload.want() for _ in range(round(_BACKLOG * stage.scale))]
    async with stage.house.bus("registry") as bus:
        for number in range(poison):
            headers = {"Nats-Msg-Id": f"again-{uuid4()}"}
            subject = f"registry.report_submitted.v1.{uuid4()}"
            await bus.jetstream().publish(subject, _poison(number), stream=STREAM, headers=headers)
            await asyncio.sleep(0.05)

    async def waiting() -> bool:
        (head,) = await stage.house.rows("registry", "SELECT sequence - published AS open FROM event_head")
        return all(each.accepted for each in backlog) and not head["open"]

    await eventually(waiting, within=120, expect="the backlog is on the stream")
    wanted = [UUID(each.correlationid) for each in backlog]
    taken = "SELECT count(*) AS n, min(taken_at) AS began, clock_timestamp() AS now FROM inbox WHERE correlationid = ANY($1)"
    scoring.start()

    async def done() -> float:
        (row,) = await stage.house.rows("scoring", taken, wanted)
        assert row["n"] == len(wanted), f"{row['n']} of {len(wanted)}"
        return float((row["now"] - row["began"]).total_seconds())

    return await eventually(done, within=120, expect="scoring has taken the backlog up")


def _poison(number: int) -> bytes:
    """Give an event that is no JSON, one that is no event, or one whose receipt number no database can hold."""
    report = event_of(
        ReportSubmitted(
            report_id=uuid4(),
            receipt_number="BN\x00",
            version=1,
            campaign_id=city.CAMPAIGN,
            period_id=city.PERIOD,
            block_id=city.BLOCK,
            unit_id=uuid4(),
            accepted_at=datetime.now(UTC),
            late=False,
            values=(),
        )
    )
    return (b"{", b'{"specversion": "1.0", "data": {}}', report.model_dump_json().encode())[number % 3]


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
    """Cut the power of the bus and of its disk, and start it on what is left.

    First it stands still, then its disk does: nobody may hear from a server whose disk has no power any more.
    """
    stage.hold_bus()
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


@scenario("F22", "every sync of the bus takes 10 ms longer, then syncs fail", missing=syscalls.missing)
async def syncs_are_slow_and_fail(stage: Stage) -> None:
    pid = stage.house.nats.pid
    assert pid is not None
    with syscalls.slow_fsync(pid, 10):
        await stage.pass_time(20)
    with syscalls.failing_fsync(pid, after=60):
        await stage.pass_time(20)
    await stage.kill_bus()


@scenario("F28", "an operator deletes a service's durable")
async def durable_is_deleted(stage: Stage) -> None:
    async with stage.house.bus() as bus:
        await bus.jetstream().delete_consumer("EVENTS", "awards")
    await stage.not_ready(["awards"], within=30)
    await stage.house.make_durables()
    await stage.house.services["awards"].ready(within=60)


@scenario("F30", "everything is replayed into a shadow while the house is live, as far as scoring has come each time")
async def replay_while_live(stage: Stage) -> None:
    house = stage.house
    addresses = [house.templates.admin_url(house.database(service)) for service in ("scoring", "registry")]
    for _ in range(3):
        await stage.pass_time(5)
        told = await replay.replay_scoring(*addresses)
        stage.measures["events_replayed"] = told.events
        if told.compared.differing:
            stage.complaints.append(f"I2, I4: {replay.in_words(told)}")


@scenario("F34", "every event is delivered three times more, each time in another order")
async def everything_again(stage: Stage) -> None:
    for _ in range(3):
        await stage.pass_time(3)
        await stage.house.publish_again(shuffled_by=stage.chance)
