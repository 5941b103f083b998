"""How long does a page of a block's board take, in a block of 30 and in one of 3,000: at the gateway, and at scoring's own door?

A whole house; the office looks at the board as it stands, page after page of a hundred units. JSON comes last.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.big_city import Size, settle
from benchmarks.one_report import Scoring
from city import CAMPAIGN, PERIOD
from desks import ACCOUNTS, at_the_pages
from house import EVENT_SERVICES, House, Templates

from thidua.postgres import PostgresServer

_WARMING = 20


async def timed(ask: Callable[[int], Awaitable[Any]], pages: int) -> dict[str, float]:
    """Give p50 and p95 of so many answers, in milliseconds."""
    times = []
    for number in range(pages + _WARMING):
        begun = time.perf_counter()
        answer = await ask(number)
        if number >= _WARMING:
            times.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.text
    times.sort()
    return {name: round(1_000 * times[int(share * len(times))], 1) for name, share in (("p50", 0.5), ("p95", 0.95))}


async def measure(house: House, members: int, pages: int) -> dict[str, Any]:
    size = Size(1, members)
    await house.surround()
    await settle(house, size)
    async with Scoring.at(house) as scoring:
        await scoring.first_reports(size, Random(members))
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=house.write_accounts(**ACCOUNTS))
    await house.quiet()
    board = size.block(0)
    # The pages of a large board, one after the other.
    starts = range(0, members, 100)
    path = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{board}"
    async with house.office("scoring") as door, at_the_pages(house, "noi-vu") as office:
        return {
            "door": await timed(lambda n: door.get(f"{path}?start={starts[n % len(starts)]}&most=100"), pages),
            "page": await timed(lambda n: office.get(f"/bang-khoi/{board}?tu={starts[n % len(starts)]}"), pages),
        }


async def main(sizes: list[int], pages: int) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, PostgresServer(Path(folder) / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        for members in sizes:
            house = House(templates, Path(folder) / f"of{members}", f"of{members}")
            try:
                seen[str(members)] = await measure(house, members, pages)
            finally:
                await house.close()
            sys.stdout.write(f"{members} units: {seen[str(members)]}\n")
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 3_000])
    parser.add_argument("--pages", type=int, default=100)
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(main(asked.sizes, asked.pages))) + "\n")
