"""The spine: from the registry's own door, with a signed identity, to a rank that can be read; product against floor.

Run ``make bench-quick`` (two minutes) or ``make bench`` on an otherwise idle machine. Both sides stand open side by side
and are measured in turn, A-B-B-A, so that a machine that slows down slows both. JSON comes last.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.big_city import Size
from benchmarks.contestants import Contestant, Floor, Product, opened
from benchmarks.load import Figures, Officers
from benchmarks.ratios import percentile, ratio
from house import Templates

from thidua.postgres import PostgresServer

_CITY: Final = Size(blocks=10, members=30)
_NICER: Final = 5


@dataclass
class Round:
    """What one contestant did in one turn."""

    reports_per_second: float
    cpu_ms_per_report: float
    own_cpu_ms_per_report: float
    wal_bytes_per_report: float


@dataclass
class Latency:
    """Milliseconds from the moment a report was due."""

    receipt_p50: float
    receipt_p99: float
    rank_p50: float
    rank_p99: float


@dataclass
class Side:
    """A contestant, those who report to it, and what was seen of it."""

    contestant: Contestant
    officers: Officers
    rounds: list[Round] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)

    async def as_fast_as_it_can(self, seconds: float) -> None:
        """Measure from the first report to the last rank."""
        before, began = await self._used(), time.perf_counter()
        figures = await self.officers.at_once(seconds)
        await self.contestant.drained()
        took = time.perf_counter() - began
        _nothing_refused(self, figures)
        after = await self._used()
        self.rounds.append(
            Round(
                figures.accepted / took,
                (after[0] - before[0]) / figures.accepted * 1000,
                (after[1] - before[1]) / figures.accepted * 1000,
                (after[2] - before[2]) / figures.accepted,
            )
        )

    async def at_rate(self, rate: float, seconds: float) -> None:
        """Measure how long receipts and ranks take at a rate that both sides can hold."""
        figures = await self.officers.at_rate(rate, seconds)
        await self.contestant.drained()
        _nothing_refused(self, figures)
        self.latencies.append(
            Latency(
                *[
                    percentile(seen, share) * 1000
                    for seen, share in (
                        (figures.receipts, 0.5),
                        (figures.receipts, 0.99),
                        (figures.ranks, 0.5),
                        (figures.ranks, 0.99),
                    )
                ]
            )
        )

    async def _used(self) -> tuple[float, float, float]:
        """Give CPU seconds of all its processes and servers, of its own alone, and bytes of write-ahead log so far."""
        own = sum(sum(process.cpu_times()[:2]) for process in self.contestant.processes())
        servers = sum(sum(process.cpu_times()[:2]) for process in self.contestant.servers())
        (row,) = await self.contestant.house.rows("registry", "SELECT pg_current_wal_lsn() - '0/0' AS bytes")
        return own + servers, own, float(row["bytes"])


def _nothing_refused(side: Side, figures: Figures) -> None:
    if figures.refused or not figures.accepted:
        raise RuntimeError(f"{side.contestant.name}: {figures.accepted} accepted, {figures.refused} refused")


async def measure(*, pairs: int, seconds: float) -> dict[str, Any]:
    """Give all figures and ratios of one session."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        async with AsyncExitStack() as stack:
            product, floor = [
                await _side(await stack.enter_async_context(opened(kind, templates, root / kind.name, _CITY)))
                for kind in (Product, Floor)
            ]
            # The load must not take the time of what it measures; whoever is measured has been started.
            os.nice(_NICER)
            for each in (product, floor):
                await each.as_fast_as_it_can(seconds / 2)
                each.rounds.clear()
            for number in range(pairs):
                for each in (product, floor) if number % 2 == 0 else (floor, product):
                    await each.as_fast_as_it_can(seconds)
            rate = (
                min(statistics.median(turn.reports_per_second for turn in each.rounds) for each in (product, floor)) / 2
            )
            for number in range(max(pairs // 2, 1)):
                for each in (product, floor) if number % 2 == 0 else (floor, product):
                    await each.at_rate(rate, seconds)
    return {"rate": round(rate), **summarise(product, floor)}


async def _side(contestant: Contestant) -> Side:
    return Side(contestant, Officers(contestant.target(), contestant.units()))


def summarise(product: Side, floor: Side) -> dict[str, Any]:
    """Give medians of each side, and the product's ratio to the floor for every figure."""
    told: dict[str, Any] = {"product": {}, "floor": {}, "ratios": {}}
    for kept in ("rounds", "latencies"):
        ours, theirs = ([asdict(each) for each in getattr(side, kept)] for side in (product, floor))
        for name in ours[0]:
            mine, its = [each[name] for each in ours], [each[name] for each in theirs]
            told["product"][name] = round(statistics.median(mine), 2)
            told["floor"][name] = round(statistics.median(its), 2)
            told["ratios"][name] = ratio(mine, its)._asdict()
    return told


def show(told: dict[str, Any]) -> None:
    """Print a table for people."""
    print(f"{'':<24}{'product':>12}{'floor':>12}   product / floor")
    for name, each in told["ratios"].items():
        bounds = f"{each['median']:.2f} ({each['low']:.2f}–{each['high']:.2f})"
        print(f"{name:<24}{told['product'][name]:>12.2f}{told['floor'][name]:>12.2f}   {bounds}")
    print(f"latencies at {told['rate']} reports a second")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.spine", description=__doc__)
    parser.add_argument("--pairs", type=int, default=10, help="how many turns each side has (default 10)")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a turn is (default 8)")
    given = parser.parse_args()
    seen = asyncio.run(measure(pairs=given.pairs, seconds=given.seconds))
    show(seen)
    print(json.dumps(seen))
