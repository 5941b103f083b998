"""Networks, clients, clocks and collectors misbehave, each while reports come in."""

import asyncio
import contextlib

import httpx2
from house import EVENT_SERVICES
from survival import sets
from survival.means import clock
from survival.means.clock import ShiftedService
from survival.means.proxy import Proxy
from survival.scenarios.catalogue import scenario
from survival.stage import Stage


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


@scenario("F6", "the bus stores, and its acknowledgement is lost", on=sets.behind_proxies)
async def acknowledgement_is_lost(stage: Stage) -> None:
    proxy: Proxy = stage.prop["registry", "bus"]
    for _ in range(4):
        proxy.drop("to_client")
        await stage.pass_time(4)
        proxy.reset_all()
        proxy.resume()
        await stage.pass_time(3)


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
