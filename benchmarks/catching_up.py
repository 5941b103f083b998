"""How fast does scoring take up what came while it was away, and how near is that to reading and parsing alone?

The registry accepts reports while scoring is down; then one reader fetches and decodes the whole stream and does nothing
with it, and after that scoring starts: inbox, scores, places and its own events, as always. JSON comes last.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.big_city import Size, settle
from benchmarks.contestants import Product
from benchmarks.load import Officers
from house import House, Templates
from nats.errors import TimeoutError as NothingMore

from chassis.testing import eventually
from contracts.catalog import STREAM
from contracts.envelope import Event
from contracts.registry import ReportSubmitted
from thidua.postgres import PostgresServer


async def measure(reports: int) -> dict[str, Any]:
    """Give events a second of both, and their ratio."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_catching_up")
        product = Product(house, Size(blocks=10, members=30))
        try:
            await house.surround()
            await settle(house, product.size)
            await product.start()
            house.services["scoring"].kill()
            waiting = await _accepted(product, house, reports)
            alone = await _read(house, waiting)
            taken_up = await _take_up(product, house, waiting)
        finally:
            await house.close()
    return {
        "events": waiting,
        "read_and_decoded_per_second": round(alone),
        "taken_up_per_second": round(taken_up),
        "ratio": round(taken_up / alone, 3),
    }


async def _accepted(product: Product, house: House, reports: int) -> int:
    officers = Officers(product.target(), product.units())
    count = 0
    while count < reports:
        count += (await officers.at_once(2)).accepted

    async def published() -> bool:
        (row,) = await house.rows("registry", "SELECT published FROM event_head")
        return bool(row["published"] >= count)

    await eventually(published, within=60, expect="all are on the stream")
    return count


async def _read(house: House, events: int) -> float:
    async with house.bus() as bus:
        reader = await bus.jetstream().pull_subscribe("registry.report_submitted.v1.*", stream=STREAM)
        began, seen = time.perf_counter(), 0
        while seen < events:
            try:
                messages = await reader.fetch(500, timeout=1)
            except NothingMore:
                break
            for message in messages:
                Event[ReportSubmitted].decoded(message.data)
            seen += len(messages)
        return seen / (time.perf_counter() - began)


async def _take_up(product: Product, house: House, events: int) -> float:
    """Measure between the first and the last event taken, by the inbox's own times."""
    house.services["scoring"].start()

    async def all_taken() -> bool:
        (row,) = await house.rows("scoring", "SELECT count(*) AS n FROM inbox")
        return bool(row["n"] >= events)

    await eventually(all_taken, within=300, expect="scoring has caught up")
    await product.drained()
    (row,) = await house.rows(
        "scoring", "SELECT count(*) / extract(epoch FROM max(taken_at) - min(taken_at)) AS rate FROM inbox"
    )
    return float(row["rate"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.catching_up", description=__doc__)
    parser.add_argument("--reports", type=int, default=5_000, help="how many wait (default 5,000)")
    seen = asyncio.run(measure(parser.parse_args().reports))
    print(
        f"{seen['events']} events: read and decoded {seen['read_and_decoded_per_second']} a second, taken up {seen['taken_up_per_second']}"
    )
    print(json.dumps(seen))
