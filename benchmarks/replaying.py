"""How near does a replay come to reading and parsing the same events and doing nothing with them?

Units of a city report and amend through the registry's door, registry and scoring as they are, until the stream holds so
many reports. One reader then fetches and decodes them from the stream; another takes them from the registry's log, where a
replay finds them; then ``thidua replay scoring`` does its work: it reads, keeps, scores, ranks, and compares every row with
what is stored. That nothing differs is checked. The ratio is against the stream; JSON comes last.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import asyncpg
from benchmarks.big_city import Size, settle
from benchmarks.contestants import Product
from benchmarks.load import Officers
from city import BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT
from house import House, Templates
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from contracts.catalog import STREAM
from contracts.envelope import Event
from contracts.registry import BlockFormed, CampaignLaunched, ReportSubmitted
from thidua import replay
from thidua.postgres import PostgresServer

_SIZE: Final = Size(blocks=100, members=30)


async def measure(reports: int) -> dict[str, Any]:
    """Give events a second of each, and the ratios."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_replaying")
        product = Product(house, _SIZE)
        try:
            await house.surround()
            await settle(house, product.size)
            await product.start()
            await _founded(house)
            events = await _accepted(product, reports)
            urls = {each: templates.admin_url(house.database(each)) for each in ("scoring", "registry")}
            fetched = await _fetch(house, events)
            logged = await _read(urls["registry"])
            began = time.perf_counter()
            told = await asyncio.to_thread(replay.scoring, urls["scoring"], urls["registry"])
            replayed = told.events / (time.perf_counter() - began)
        finally:
            await house.close()
    if told.compared.differing or told.events < events:
        raise SystemExit(f"the replay does not agree: {replay.in_words(told)}")
    return {
        "events": told.events,
        "units": _SIZE.blocks * _SIZE.members,
        "fetched_and_decoded_per_second": round(fetched),
        "read_from_the_log_per_second": round(logged),
        "replayed_per_second": round(replayed),
        "ratio": round(replayed / fetched, 3),
        "ratio_to_the_log": round(replayed / logged, 3),
    }


async def _accepted(product: Product, reports: int) -> int:
    officers = Officers(product.target(), product.units())
    count = 0
    while count < reports:
        count += (await officers.at_once(2)).accepted
    await product.drained()
    return count


async def _founded(house: House) -> None:
    """Have the registry say what was written straight into the tables, so that the log tells of the whole city."""
    launched = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1}
    async with house.at_work("registry") as tx:
        tx.record(CampaignLaunched.model_validate(launched))
        for number in range(_SIZE.blocks):
            members = [_SIZE.unit(number, each) for each in range(_SIZE.members)]
            formed = {**BLOCK_DOCUMENT, "block_id": _SIZE.block(number), "version": 1, "head_unit_id": None}
            tx.record(BlockFormed.model_validate({**formed, "member_unit_ids": members}))


async def _fetch(house: House, events: int) -> float:
    """Have the stream push all it has: nats-py's way to ask for many lingers after the first (docs/adr/0003)."""
    over = asyncio.Event()
    seen = 0

    async def hear(message: Msg) -> None:
        nonlocal seen
        Event[ReportSubmitted].decoded(message.data)
        seen += 1
        if seen == events:
            over.set()

    async with house.bus() as bus:
        began = time.perf_counter()
        await bus.jetstream().subscribe(
            "registry.report_submitted.v1.*",
            stream=STREAM,
            cb=hear,
            manual_ack=True,
            config=ConsumerConfig(ack_policy=AckPolicy.NONE),
        )
        await over.wait()
        return seen / (time.perf_counter() - began)


async def _read(url: str) -> float:
    registry = await asyncpg.connect(url)
    try:
        began, seen = time.perf_counter(), 0
        async for some in replay.logged(registry):
            seen += len(some)
        return seen / (time.perf_counter() - began)
    finally:
        await registry.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.replaying", description=__doc__)
    parser.add_argument("--reports", type=int, default=6_000, help="how many at least (default 6,000)")
    seen = asyncio.run(measure(parser.parse_args().reports))
    print(
        f"{seen['events']} events: fetched and decoded {seen['fetched_and_decoded_per_second']} a second, "
        f"replayed {seen['replayed_per_second']}"
    )
    print(json.dumps(seen))
