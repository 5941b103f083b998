"""The last hours before a deadline, replayed: does the way from report to rank hold while a nation sends at once?

The curve of docs/performance.md: six of ten reports come in the last eight hours, a quarter of all in the last hour, and
the busiest minute has five times that hour's mean. Eight hours are played in two minutes; the busiest minute comes at the
rate that a million units would make, 350 reports a second. JSON comes last.
"""

import argparse
import asyncio
import json
import tempfile
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.big_city import Size
from benchmarks.contestants import Contestant, Floor, Product, opened
from benchmarks.load import Officers
from benchmarks.ratios import percentile
from house import Templates

from contracts.catalog import STREAM
from thidua.postgres import PostgresServer

_HOURS: Final = 8.0
_PEAK_PER_SECOND: Final = 350
# Share of the played time until which a rate holds, and that rate as a share of the peak. A quarter of a million reports
# in the last hour are 69 a second, five times that is the busiest minute; 350,000 in the seven hours before are 14.
_CURVE: Final = ((0.875, 0.04), (0.97, 0.2), (0.985, 1.0), (1.0, 0.2))
_SLICES: Final = 48
_LOOK_SECONDS: Final = 0.25


def rate(share: float) -> float:
    """Give how many reports a second come when this share of the eight hours is over."""
    place = bisect_right([until for until, _ in _CURVE], share)
    return _PEAK_PER_SECOND * _CURVE[min(place, len(_CURVE) - 1)][1]


@dataclass
class Seen:
    """What one contestant did: per slice of the played time the rate, the slowest receipts and what waited for its rank."""

    accepted: int
    receipt_p50_ms: float
    receipt_p99_ms: float
    receipt_p99_ms_at_peak: float
    most_waiting: int
    drained_seconds: float
    """From the last report until everything had its rank."""
    rates: list[float]
    receipts_p99_ms: list[float]
    waiting: list[int]


async def _waiting(contestant: Contestant) -> int:
    """Count the reports that have no rank yet: events not yet published, and events scoring has not acknowledged."""
    (row,) = await contestant.house.rows(
        "registry", "SELECT (SELECT count(*) FROM event_pending) + (SELECT sequence - published FROM event_head) AS n"
    )
    async with contestant.house.bus() as bus:
        durable = await bus.jetstream().consumer_info(STREAM, "scoring")
    return int(row["n"]) + (durable.num_pending or 0) + (durable.num_ack_pending or 0)


async def play(contestant: Contestant, seconds: float) -> Seen:
    """Play the curve in so many seconds."""
    officers = Officers(contestant.target(), contestant.units())
    await officers.at_once(2)
    await contestant.drained()
    began = time.perf_counter()
    waiting: list[list[int]] = [[] for _ in range(_SLICES)]

    def part(moment: float) -> int:
        return min(int((moment - began) / seconds * _SLICES), _SLICES - 1)

    over = asyncio.Event()

    async def look() -> None:
        # Asked to end, never cancelled: nats-py swallows that now and then.
        while not over.is_set():
            waiting[part(time.perf_counter())].append(await _waiting(contestant))
            await asyncio.sleep(_LOOK_SECONDS)

    looking = asyncio.create_task(look())
    figures = await officers.at_rate(lambda: rate((time.perf_counter() - began) / seconds), seconds, watched=False)
    ended = time.perf_counter()
    await contestant.drained()
    drained = time.perf_counter() - ended
    over.set()
    await looking
    if figures.refused:
        raise RuntimeError(f"{contestant.name}: {figures.refused} refused: {figures.refusal.decode()}")
    slices: list[list[float]] = [[] for _ in range(_SLICES)]
    at_peak = []
    for due, took in zip(figures.due, figures.receipts, strict=True):
        slices[part(due)].append(took)
        if rate((due - began) / seconds) == _PEAK_PER_SECOND:
            at_peak.append(took)
    return Seen(
        accepted=figures.accepted,
        receipt_p50_ms=round(percentile(figures.receipts, 0.5) * 1000, 1),
        receipt_p99_ms=round(percentile(figures.receipts, 0.99) * 1000, 1),
        receipt_p99_ms_at_peak=round(percentile(at_peak, 0.99) * 1000, 1),
        most_waiting=max(max(each, default=0) for each in waiting),
        drained_seconds=round(drained, 2),
        rates=[round(len(each) / seconds * _SLICES, 1) for each in slices],
        receipts_p99_ms=[round(percentile(each, 0.99) * 1000, 1) if each else 0.0 for each in slices],
        waiting=[max(each, default=0) for each in waiting],
    )


async def measure(seconds: float) -> dict[str, Any]:
    """Play it for the product, then for the floor."""
    told: dict[str, Any] = {"hours": _HOURS, "played_seconds": seconds, "peak_per_second": _PEAK_PER_SECOND}
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        for kind in (Product, Floor):
            async with opened(kind, templates, root / kind.name, Size(blocks=50, members=30)) as contestant:
                told[kind.name] = vars(await play(contestant, seconds))
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.deadline", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the eight hours take (default 120)")
    seen = asyncio.run(measure(parser.parse_args().seconds))
    for name in (Product.name, Floor.name):
        each = seen[name]
        print(
            f"{name}: {each['accepted']} reports, receipts p50 {each['receipt_p50_ms']} ms, p99 {each['receipt_p99_ms']} ms "
            f"({each['receipt_p99_ms_at_peak']} ms at the peak), most waiting {each['most_waiting']}, "
            f"all ranked {each['drained_seconds']} s after the last"
        )
    print(json.dumps(seen))
