"""Three nats-servers on this machine that keep every stream together, in the place of one."""

import json
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from nats.aio.client import Client

from chassis.ports import free_port
from chassis.testing import eventually
from contracts.catalog import STREAM
from thidua.nats_server import NatsServer
from topology import accounts


class Cluster:
    """The product's server and configuration, three times with routes between them; nodes are numbered from 0."""

    def __init__(self, home: Path, keys: Path, *, size: int = 3) -> None:
        self._home = home
        routes = [f"nats://127.0.0.1:{free_port()}" for _ in range(size)]
        rights = accounts.authorization(keys)
        self.nodes = [
            NatsServer(
                home / f"n{number}",
                config_extra=f"{rights}cluster {{\n  name: thidua\n  listen: {json.dumps(route.removeprefix('nats://'))}"
                f"\n  routes: {json.dumps(routes)}\n}}\n",
                server_name=f"n{number}",
            )
            for number, route in enumerate(routes)
        ]

    @property
    def url(self) -> str:
        """Give the addresses of all nodes, dead or alive, as ``NATS_URL`` takes them."""
        return ",".join(node.url for node in self.nodes)

    @property
    def alive(self) -> list[int]:
        return [number for number, node in enumerate(self.nodes) if node.alive]

    def start(self, *numbers: int) -> None:
        """Start these nodes or all, at the same time: none is healthy before most of them know one another."""
        _together(self.nodes[number].start for number in numbers or range(len(self.nodes)))

    def stop(self, *numbers: int) -> None:
        """End these nodes or all in order."""
        _together(self.nodes[number].stop for number in numbers or range(len(self.nodes)))

    def kill(self, *numbers: int) -> None:
        """End these nodes or all as a power cut would."""
        _together(self.nodes[number].kill for number in numbers or range(len(self.nodes)))

    def store(self, number: int) -> Path:
        """Give the folder where a node keeps its streams."""
        return self._home / f"n{number}" / "store"

    def wipe(self, number: int) -> None:
        """Take away all that a dead node has kept."""
        shutil.rmtree(self.store(number))

    async def lead(self, number: int, admin: Client) -> None:
        """Have this node lead the stream: it answers from its own disk then."""
        wish = json.dumps({"placement": {"preferred": f"n{number}"}}).encode()

        async def leads() -> bool:
            if self.leader() != number:
                await admin.request(f"$JS.API.STREAM.LEADER.STEPDOWN.{STREAM}", wish, timeout=2)
                raise AssertionError(f"n{self.leader()} leads")
            return True

        await eventually(leads, within=60, expect=f"n{number} leads")

    async def led(self) -> int:
        """Wait until some node leads the stream, and give its number."""

        async def known() -> list[int]:
            leader = self.leader()
            return [] if leader is None else [leader]

        return (await eventually(known, within=30, expect="the stream has a leader"))[0]

    def leader(self) -> int | None:
        """Give the node that leads the stream by its own word, None while there is none."""
        for number in self.alive:
            if self._replica(number).get("cluster", {}).get("leader") == f"n{number}":
                return number
        return None

    def last_sequence(self, number: int) -> int:
        """Give how far this node's own copy of the stream reaches."""
        return int(self._replica(number).get("state", {}).get("last_seq", 0))

    def _replica(self, number: int) -> dict[str, Any]:
        """Ask one node what it itself holds and believes; whoever asks over the bus is answered by the leader."""
        try:
            with urlopen(f"{self.nodes[number].monitor_url}/jsz?accounts=true&streams=true", timeout=2) as answer:
                told = json.load(answer)
        except OSError:
            return {}
        for account in told.get("account_details", ()):
            for stream in account.get("stream_detail", ()):
                if stream["name"] == STREAM:
                    return dict(stream)
        return {}


def _together(calls: Iterable[Callable[[], None]]) -> None:
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(call) for call in calls]:
            done.result()
