"""The sets that scenarios play on: a house before it opens, with whatever stands between or under its parts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from house import EVENT_SERVICES, House, Templates
from survival.means.disks import LoopDisk, SmallDisk
from survival.means.proxy import Proxy

from thidua.postgres import PostgresServer

PATIENCE_SECONDS = 5.0
"""The product's own ``ack_wait``."""

Set = Callable[[Templates, Path], AbstractAsyncContextManager[tuple[House, Any]]]
"""Gives the house, and what the scenario needs in hand."""


@asynccontextmanager
async def plain(
    templates: Templates, folder: Path, *, sync_interval: str = "always", replicas: int = 1
) -> AsyncIterator[tuple[House, Any]]:
    """Give a house with nothing between its parts."""
    name = "survival_" + "".join(letter for letter in folder.name.lower() if letter.isalnum())
    house = House(templates, folder, name, patience=PATIENCE_SECONDS, sync_interval=sync_interval, replicas=replicas)
    try:
        yield house, None
    finally:
        await house.close()


@asynccontextmanager
async def three_buses(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose stream three servers keep together."""
    async with plain(templates, folder, replicas=3) as (house, _):
        yield house, house.nats


@asynccontextmanager
async def behind_proxies(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose services reach bus and database through proxies: ``[(service, "bus" | "database")]``."""
    async with plain(templates, folder) as (house, _), AsyncExitStack() as stack:
        await house.surround()
        proxies: dict[tuple[str, str], Proxy] = {}
        for seed, service in enumerate(EVENT_SERVICES):
            proxies[service, "bus"] = await stack.enter_async_context(house.between_bus_and(service, seed=seed))
            proxies[service, "database"] = await stack.enter_async_context(
                house.between_database_and(service, seed=seed)
            )
        yield house, proxies


@asynccontextmanager
async def bus_on_a_small_disk(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose bus can fill its disk."""
    with SmallDisk(folder / "nats" / "store", 24) as disk:
        async with plain(templates, folder) as (house, _):
            yield house, disk


@asynccontextmanager
async def bus_without_sync(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose bus may lose power and syncs every two minutes, as nats-server does unless told."""
    async with _bus_on_a_loop_disk(templates, folder, "2m") as given:
        yield given


@asynccontextmanager
async def bus_with_sync(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose bus may lose power and syncs before it acknowledges, as ours does."""
    async with _bus_on_a_loop_disk(templates, folder, "always") as given:
        yield given


@asynccontextmanager
async def _bus_on_a_loop_disk(templates: Templates, folder: Path, sync: str) -> AsyncIterator[tuple[House, Any]]:
    with LoopDisk(folder / "nats" / "store", 128) as disk:
        async with plain(templates, folder, sync_interval=sync) as (house, _):
            yield house, disk


@asynccontextmanager
async def database_on_a_small_disk(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose database can fill its disk."""
    with SmallDisk(folder / "postgres", 512) as disk:
        async with _own_database(folder) as (house, _):
            yield house, disk


@asynccontextmanager
async def database_on_a_loop_disk(templates: Templates, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """Give a house whose database may lose power."""
    with LoopDisk(folder / "postgres", 512) as disk:
        async with _own_database(folder) as (house, _):
            yield house, disk


@asynccontextmanager
async def _own_database(folder: Path) -> AsyncIterator[tuple[House, Any]]:
    with PostgresServer(folder / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        async with plain(templates, folder) as given:
            yield given
