"""What does one report cost that is scored and ranked alone, in a block of 30 and in one of 3,000?

Scoring's own action on a real database, one transaction a report. Three kinds of report: ``corrected`` moves the percent by at
most half a point, as a correction does; ``any`` moves a unit anywhere on the board, so that a third of the others are
passed, and told of; ``first`` is the first of its unit, so that half of them are. JSON comes last.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from benchmarks.big_city import Size, settle
from city import CAMPAIGN, PERIOD
from house import AGENCY, House, Templates, event_of
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import asyncpg_url, make_engine
from chassis.events import Cause, Source, Tx
from contracts.envelope import Event
from contracts.registry import ReportedValue, ReportSubmitted
from scoring import actions
from thidua.postgres import PostgresServer

_LEAST, _TARGET = 700, 1_000
_WARMING = 20


def _report(unit: UUID, block: UUID, version: int, amount: int) -> Event[ReportSubmitted]:
    values = {"1.1": amount, "2.1": 1}
    return event_of(
        ReportSubmitted(
            report_id=uuid4(),
            receipt_number=f"BN-{version}",
            version=version,
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=block,
            unit_id=unit,
            accepted_at=datetime.now(UTC),
            late=False,
            values=tuple(ReportedValue(criterion=code, value=Decimal(value)) for code, value in values.items()),
        )
    )


class Scoring:
    """Scoring's own action on a database of a city, each report in a transaction or many in one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.amount: dict[UUID, int] = {}
        self._version: dict[UUID, int] = {}

    @classmethod
    @asynccontextmanager
    async def at(cls, house: House) -> AsyncIterator["Scoring"]:
        engine = make_engine(asyncpg_url(house.urls["scoring"]), name="benchmark")
        yield cls(engine)
        await engine.dispose()

    async def take_up(self, block: UUID, amounts: dict[UUID, int]) -> None:
        """Take up a report of each of these units."""
        self.amount |= amounts
        self._version |= {unit: self._version.get(unit, 0) + 1 for unit in amounts}
        events = [_report(unit, block, self._version[unit], amount) for unit, amount in amounts.items()]
        async with self._engine.begin() as db:
            tx = Tx(db, Source(AGENCY, "scoring"), Cause("benchmark", uuid4()))
            await actions.take_up_reports(tx, events)
            await tx.write_log()

    async def first_reports(self, size: Size, chance: Random, *, without: int = 0) -> None:
        """Take up the first report of all units but the last so many."""
        of_block: dict[UUID, list[UUID]] = defaultdict(list)
        for unit, block in list(size.units())[: -without or None]:
            of_block[block].append(unit)
        for block, units in of_block.items():
            for start in range(0, len(units), 100):
                await self.take_up(block, {unit: _anything(chance) for unit in units[start : start + 100]})


def _anything(chance: Random) -> int:
    return chance.randrange(_LEAST, _TARGET)


class Block:
    """A city of one block, most of whose units have reported."""

    def __init__(self, scoring: Scoring, members: int, reports: int) -> None:
        size = Size(1, members)
        self._scoring, self._block, self._chance = scoring, size.block(0), Random(members)
        self._units = [unit for unit, _ in size.units()]
        self._newcomers = self._units[-min(reports + _WARMING, members // 2) :]

    @classmethod
    async def settled(cls, scoring: Scoring, house: House, members: int, reports: int) -> "Block":
        size = Size(1, members)
        await settle(house, size)
        block = cls(scoring, members, reports)
        await scoring.first_reports(size, block._chance, without=len(block._newcomers))
        return block

    async def take_up(self, kind: str) -> tuple[float, float] | None:
        """Take up one report; give its seconds and those of this process's CPU, None where nobody is left for it."""
        if kind == "first":
            if not self._newcomers:
                return None
            unit, amount = self._newcomers.pop(0), _anything(self._chance)
        else:
            unit = self._chance.choice(self._units)
            near = self._scoring.amount[unit] + self._chance.randrange(-5, 6)
            amount = min(max(near, _LEAST), _TARGET) if kind == "corrected" else _anything(self._chance)
        wall, cpu = time.perf_counter(), time.process_time()
        await self._scoring.take_up(self._block, {unit: amount})
        return time.perf_counter() - wall, time.process_time() - cpu


async def measure(blocks: dict[int, Block], reports: int) -> dict[str, dict[str, Any]]:
    """Give for each kind of report and each size the median milliseconds and those of CPU; the sizes take turns."""
    seen: dict[str, dict[str, Any]] = {}
    for kind in ("first", "corrected", "any"):
        times: dict[int, list[tuple[float, float]]] = {members: [] for members in blocks}
        for _ in range(reports + _WARMING):
            for members, block in blocks.items():
                if spent := await block.take_up(kind):
                    times[members].append(spent)
        seen[kind] = {
            str(members): {
                name: round(1_000 * median(each[place] for each in spent[min(_WARMING, len(spent) // 2) :]), 2)
                for place, name in enumerate(("ms", "cpu_ms"))
            }
            for members, spent in times.items()
        }
    return seen


async def main(sizes: list[int], reports: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, PostgresServer(Path(folder) / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        async with AsyncExitStack() as stack:
            blocks: dict[int, Block] = {}
            for members in sizes:
                house = House(templates, Path(folder), f"of{members}")
                stack.push_async_callback(house.close)
                for service in ("registry", "scoring"):
                    house.urls[service] = await templates.copy(service, house.database(service))
                scoring = await stack.enter_async_context(Scoring.at(house))
                blocks[members] = await Block.settled(scoring, house, members, reports)
            seen = await measure(blocks, reports)
    for kind, of in seen.items():
        sys.stdout.write(f"{kind}: {of}\n")
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 3_000])
    parser.add_argument("--reports", type=int, default=100, help="of each kind (default 100)")
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(main(asked.sizes, asked.reports))) + "\n")
