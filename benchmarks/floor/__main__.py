"""``python -m benchmarks.floor '{"databases": {…}, "seeds": {…}, "nats": …, "key": …, "port": …}'``: be the floor.

``databases`` says how much of it: registry and scoring alone are the spine, all five are the whole ripple.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import asyncpg
import nats
import uvicorn
import uvloop
from benchmarks.floor.awards import Awards
from benchmarks.floor.events import Consumer, Relay
from benchmarks.floor.front import by_session, by_signature, front
from benchmarks.floor.notify import Notify
from benchmarks.floor.registry import Registry
from benchmarks.floor.scoring import Scoring

_CONSUMERS: Final[tuple[type[Consumer], ...]] = (Scoring, Awards, Notify)


async def main(given: dict[str, Any]) -> None:
    """Be the floor until told to stop."""
    pools = {
        name: await asyncpg.create_pool(address, min_size=8, max_size=8, server_settings={"enable_seqscan": "off"})
        for name, address in given["databases"].items()
    }
    buses = {
        name: await nats.connect(given["nats"], nkeys_seed=seed, inbox_prefix=f"_INBOX_{name}")
        for name, seed in given["seeds"].items()
    }
    relays = {name: Relay(pools[name], bus) for name, bus in buses.items()}
    registry = Registry(pools["registry"], relays["registry"])
    consumers = {
        kind.name: kind(pools[kind.name], relays[kind.name], buses[kind.name])
        for kind in _CONSUMERS
        if kind.name in buses
    }
    scoring = consumers["scoring"]
    assert isinstance(scoring, Scoring)
    await registry.learn()
    for consumer in consumers.values():
        await consumer.learn()
    who = by_session(pools["gateway"]) if "gateway" in pools else by_signature(Path(given["key"]))
    door = front(registry, scoring, who)
    server = uvicorn.Server(
        uvicorn.Config(door, port=given["port"], log_level="warning", access_log=False, lifespan="off")
    )
    async with asyncio.TaskGroup() as tasks:
        for relay in relays.values():
            tasks.create_task(relay.run())
        for consumer in consumers.values():
            tasks.create_task(consumer.listen())
        tasks.create_task(server.serve())


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
