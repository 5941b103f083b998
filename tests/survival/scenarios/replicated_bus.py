"""Three servers keep the stream together and one or two of them fail, each while reports come in."""

import asyncio
import os
import time
from pathlib import Path
from typing import Final

import psutil
from house import EVENT_SERVICES
from survival.cluster import Cluster
from survival.scenarios.catalogue import scenario
from survival.sets import three_buses
from survival.stage import Stage

from chassis.testing import eventually
from contracts.catalog import STREAM

_RESUME_SECONDS: Final = 30.0
"""How soon after the servers are there again what is acknowledged must be on the stream."""
_SPINNING: Final = 0.3


@scenario("F25-leader", "the server that leads three is killed, three times", on=three_buses, measured=True)
async def leader_dies(stage: Stage) -> None:
    for _ in range(3):
        leader = await stage.prop.led()
        stage.killed.append((f"n{leader}", time.time()))
        stage.prop.kill(leader)
        await stage.pass_time(12)
        await back(stage.prop, leader)
        await stage.pass_time(3)


@scenario("F25-majority", "two of three servers die at once and come back (nats-server #8519)", on=three_buses)
async def most_die(stage: Stage) -> None:
    for first in (1, 0):
        leader = await stage.prop.led()
        victims = [(leader + first + step) % 3 for step in (0, 1)]
        stage.prop.kill(*victims)
        await stage.not_ready(EVENT_SERVICES, within=15)
        notify, began = psutil.Process(stage.house.services["notify"].pid), time.monotonic()
        before = sum(notify.cpu_times()[:2])
        # Long enough for the survivor to fill up with writes that it cannot commit.
        await stage.pass_time(20)
        share = (sum(notify.cpu_times()[:2]) - before) / (time.monotonic() - began)
        if share > _SPINNING:
            stage.complaints.append(f"I9: notify used {share:.0%} of a core while the stream had no leader")
        await asyncio.to_thread(stage.prop.start, *victims)
        await resumed(stage)


@scenario("F26-wiped", "a server loses all it kept and rejoins; then the others die in turn", on=three_buses)
async def all_in_turn(stage: Stage) -> None:
    wiped = await stage.prop.led()
    stage.prop.kill(wiped)
    await resumed(stage)
    stage.prop.wipe(wiped)
    await back(stage.prop, wiped)
    for other in {0, 1, 2} - {wiped}:
        # From here on no write is possible without the one that rejoined.
        stage.prop.kill(other)
        await resumed(stage)
        await back(stage.prop, other)


@scenario(
    "F26-bit", "a bit turns in the copy of a server that was killed, then of one that was stopped", on=three_buses
)
async def bit_turns(stage: Stage) -> None:
    """One that was killed reads its blocks anew, finds the damage and fetches what it lacks.

    One that was stopped in order trusts its index (nats-server 2.15.1): only comparing its copy finds it out, and an
    operator has it begin anew.
    """
    for end in (stage.prop.kill, stage.prop.stop):
        await stage.pass_time(5)
        held = {identity for identity, _ in await stage.house.stream_events()}
        hurt = await stage.prop.led()
        end(hurt)
        flip(stage.prop.store(hurt))
        await back(stage.prop, hurt)
        if held - {identity for identity, _ in await stage.house.stream_events(of=hurt)}:
            stage.prop.kill(hurt)
            stage.prop.wipe(hurt)
            await back(stage.prop, hurt)


def flip(store: Path) -> None:
    """Turn a bit in the middle of the stream's largest block: inside some event that was acknowledged long ago."""
    blocks = store.rglob(f"streams/{STREAM}/msgs/*.blk")
    with max(blocks, key=lambda block: block.stat().st_size).open("r+b") as block:
        middle = block.seek(0, os.SEEK_END) // 2
        block.seek(middle)
        (byte,) = block.read(1)
        block.seek(middle)
        block.write(bytes([byte ^ 1]))


async def resumed(stage: Stage) -> None:
    """Wait until what is acknowledged from now on is on the stream; complain when it takes too long."""
    wanted, began = len(stage.workload.history.accepted) + 1, time.monotonic()

    async def acknowledged() -> bool:
        return len(stage.workload.history.accepted) >= wanted

    await eventually(acknowledged, within=60, expect="a report is acknowledged after the fault")
    (logged,) = await stage.house.rows("registry", "SELECT count(*) AS events FROM event_log")

    async def published() -> bool:
        (head,) = await stage.house.rows("registry", "SELECT published FROM event_head")
        return bool(head["published"] >= logged["events"])

    await eventually(published, within=90, expect="what was acknowledged after the fault is on the stream")
    if (took := time.monotonic() - began) > _RESUME_SECONDS:
        stage.complaints.append(f"I9: writes resumed {took:.0f} s after the servers were back")


async def back(cluster: Cluster, number: int) -> None:
    """Start a dead server and wait until its own copy reaches as far as the leader's did."""
    await asyncio.to_thread(cluster.start, number)
    reach = cluster.last_sequence(await cluster.led())

    async def caught_up() -> bool:
        return cluster.last_sequence(number) >= reach

    await eventually(caught_up, within=60, expect=f"n{number} has caught up to {reach}")
