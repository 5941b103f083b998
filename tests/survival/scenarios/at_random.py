"""What a seed plays: a few faults of every kind, one after the other."""

import asyncio
import os
import signal
from typing import Final

from survival.scenarios.catalogue import Play, Scenario
from survival.stage import ALL, Stage


def of_seed(seed: int) -> Scenario:
    """Give the scenario that a seed plays."""
    return Scenario(f"seed{seed}", "a few faults of every kind, one after the other", at_random)


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
