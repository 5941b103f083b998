"""The spine: from the registry's own door, with a signed identity, to a rank that can be read; one contestant against another.

Run ``make bench-quick`` (two minutes) on an otherwise idle machine. Both sides stand open side by side and are measured in
turn, A-B-B-A, so that a machine that slows down slows both. JSON comes last.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
from benchmarks.big_city import Size
from benchmarks.contestants import Contestant, Floor, Lazy, Product, Traced, TracedWhole, opened
from benchmarks.load import Figures, Line, Officers, Unit
from benchmarks.ratios import percentile, ratio
from benchmarks.rows import Rows, difference, rows
from benchmarks.whole import Whole, WholeFloor
from house import Templates

from thidua.postgres import PostgresServer

_KNOWN: Final = {kind.name: kind for kind in (Product, Floor, Traced, TracedWhole, Lazy, Whole, WholeFloor)}
_YIELDING: Final = 5
"""The load's priority while it takes all there is: it must not take the time of what it measures."""
_PUNCTUAL: Final = 0
"""And while it measures time: a clock that waits for its turn would tell its own waiting."""
_LOADS: Final = (50, 80)
"""Percent of what the slower of the two can take."""


@dataclass
class Round:
    """What one contestant did in one turn."""

    reports_per_second: float
    cpu_ms_per_report: float
    own_cpu_ms_per_report: float
    wal_bytes_per_report: float
    wal_syncs_per_report: float
    """PostgreSQL's alone, of all services: the bus tells nobody how often it syncs its own files."""
    events_per_report: float
    """What arrives together is told together, so the faster side may tell less."""
    front_cpu_ms_per_report: float
    """Of its own, what only passes on: the gateway's."""
    front_share_percent: float
    """The same, in percent of its own."""


@dataclass
class Side:
    """A contestant, those who report to it, and what was seen of it."""

    contestant: Contestant
    officers: Officers
    units: list[Unit]
    """Some of one block, with whose reports it is tried whether both sides do the same."""
    rounds: list[Round] = field(default_factory=list)
    memory: list[dict[str, float]] = field(default_factory=list)
    """For each turn, the proportional set size of its own processes right after the load, MiB, in all and of each."""
    latencies: list[dict[str, float]] = field(default_factory=list)
    """For each turn, milliseconds from the moment a report was due, by what, load and percentile."""

    async def as_fast_as_it_can(self, seconds: float) -> None:
        """Measure from the first report to the last rank."""
        before, began = await self._used(), time.perf_counter()
        figures = await self.officers.at_once(seconds)
        await self.contestant.drained()
        took = time.perf_counter() - began
        _nothing_refused(self, figures)
        everything, own, wal_bytes, wal_syncs, front, events = (
            (now - then) / figures.accepted for now, then in zip(await self._used(), before, strict=True)
        )
        self.rounds.append(
            Round(
                figures.accepted / took,
                everything * 1000,
                own * 1000,
                wal_bytes,
                wal_syncs,
                events,
                front * 1000,
                front / own * 100,
            )
        )
        held = {name: process.memory_full_info().pss / 2**20 for name, process in self.contestant.processes().items()}
        each = {f"memory_{name}_mib": held[name] for name in held if len(held) > 1}
        self.memory.append({"memory_mib": sum(held.values()), **each})

    async def at_rate(self, load: int, rate: float, seconds: float) -> dict[str, float]:
        """Measure how long receipts and ranks take at a rate that both sides can hold."""
        figures = await self.officers.at_rate(rate, seconds)
        await self.contestant.drained()
        _nothing_refused(self, figures)
        return {
            f"{what}_p{share}_ms_at_{load}": percentile(seen, share / 100) * 1000
            for what, seen in (("receipt", figures.receipts), ("rank", figures.ranks))
            for share in (50, 99)
        }

    async def _used(self) -> tuple[float, ...]:
        """Give so far: CPU seconds of all, of its own, bytes and syncs of write-ahead log, CPU seconds of its front, events."""
        own, servers, front = (
            sum(map(_cpu_seconds, some))
            for some in (self.contestant.processes().values(), self.contestant.servers(), self.contestant.front())
        )
        (row,) = await self.contestant.house.rows(
            "registry",
            "SELECT pg_current_wal_lsn() - '0/0' AS bytes, (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal') AS syncs",
        )
        events = (await self.contestant.effects()).get("events", Counter())
        return own + servers, own, float(row["bytes"]), float(row["syncs"] or 0), front, float(events.total())


_TRIED_UNITS: Final = 4
_TRIED_TIMES: Final = 3


async def _same_effects(both: list[Side]) -> None:
    """Have both take the same reports one by one, and refuse to compare where not the same comes of them.

    What both of them count must agree, and every row that both of them have: of a peer in the spine nothing, in the whole
    ripple its messages, from a unit's second report on. Of its first one the product tells what titles say without a place,
    and then with one.
    """
    came: list[dict[str, Counter[str]]] = []
    for side in both:
        contestant, target = side.contestant, side.contestant.target()
        line = await Line.to(*target.door)
        first: dict[str, Counter[str]] = {}
        for _ in range(_TRIED_TIMES):
            for unit in side.units:
                status, answer = await line.ask(target.question(unit))
                if status != 201:
                    raise RuntimeError(f"{contestant.name}: {answer.decode()}")
                unit.version += 1
                await contestant.drained()
            first = first or await contestant.effects()
        line.hang_up()
        effects = await contestant.effects()
        if "messages" in effects:
            effects["messages"] -= first["messages"]
        came.append(effects)
    for what in came[0].keys() & came[1].keys():
        if came[0][what] != came[1][what]:
            raise RuntimeError(f"{_named(both)}: other {what} of the same reports: {came[0][what]}, {came[1][what]}")
    await _same_rows(both, alone=True)


async def _same_end(both: list[Side]) -> None:
    """Have every unit report once more, the same on both sides, and refuse to tell figures where other rows come of it."""
    if not all(side.contestant.tables for side in both):
        return
    for side in both:
        await side.officers.at_last()
        await side.contestant.drained()
    await _same_rows(both, alone=False)


async def _same_rows(both: list[Side], *, alone: bool) -> None:
    kept: list[Rows] = [await rows(side.contestant.house, side.contestant.tables, alone=alone) for side in both]
    if differs := difference(*kept):
        raise RuntimeError(f"{_named(both)} have other rows after the same reports: {differs}")


def _named(both: list[Side]) -> str:
    return " and ".join(side.contestant.name for side in both)


def _cpu_seconds(process: psutil.Process) -> float:
    """Give what a process has used, with those of its children that have ended; a connection's may end while it is asked."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])
    return 0.0


def _nothing_refused(side: Side, figures: Figures) -> None:
    if figures.refused or not figures.accepted:
        raise RuntimeError(
            f"{side.contestant.name}: {figures.accepted} accepted, {figures.refused} refused: {figures.refusal.decode()}"
        )


async def measure(
    ours: type[Contestant], theirs: type[Contestant], size: Size, *, pairs: int, seconds: float, latencies: bool = True
) -> dict[str, Any]:
    """Give all figures and ratios of one session."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        async with AsyncExitStack() as stack:
            both = [
                await _side(await stack.enter_async_context(opened(kind, templates, root / kind.name, size)))
                for kind in (ours, theirs)
            ]
            await _same_effects(both)
            _load_at(_YIELDING)
            for each in both:
                await each.as_fast_as_it_can(seconds / 2)
                await each.contestant.count_rows()
                each.rounds.clear()
                each.memory.clear()
            for number in range(pairs):
                for each in _turns(both, number):
                    await each.as_fast_as_it_can(seconds)
            capacity = min(statistics.median(turn.reports_per_second for turn in each.rounds) for each in both)
            rates = {load: round(capacity * load / 100) for load in _LOADS} if latencies else {}
            _load_at(_PUNCTUAL)
            for number in range(max(pairs // 2, 1) if latencies else 0):
                for each in _turns(both, number):
                    seen: dict[str, float] = {}
                    for load, rate in rates.items():
                        seen |= await each.at_rate(load, rate, seconds)
                    each.latencies.append(seen)
            await _same_end(both)
    shutil.rmtree(root, ignore_errors=True)
    return {"units": size.blocks * size.members, "members": size.members, "rates": rates, **summarise(*both)}


def _load_at(priority: int) -> None:
    """Set the priority of this process alone; raising it again is root's to do, and who is not stays where he was."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, priority)


def _turns(both: list[Side], number: int) -> list[Side]:
    return both if number % 2 == 0 else both[::-1]


async def _side(contestant: Contestant) -> Side:
    units = contestant.units()
    tried = units[:_TRIED_UNITS]
    return Side(contestant, Officers(contestant.target(), units), tried)


def summarise(ours: Side, theirs: Side) -> dict[str, Any]:
    """Give medians of each side, and the ratio of the first to the second for every figure."""
    names = ours.contestant.name, theirs.contestant.name
    told: dict[str, Any] = {names[0]: {}, names[1]: {}, "ratios": {}}
    for mine, its in (
        ([asdict(each) for each in ours.rounds], [asdict(each) for each in theirs.rounds]),
        (ours.memory, theirs.memory),
        (ours.latencies, theirs.latencies),
    ):
        for figure in mine[0] if mine else ():
            # Of a process of its own the other side has none.
            both = [each[figure] for each in mine], [each.get(figure, 0.0) for each in its]
            for name, values in zip(names, both, strict=True):
                told[name][figure] = round(statistics.median(values), 2)
            # What one side has none of has no ratio.
            if all(both[1]):
                told["ratios"][figure] = ratio(*both)._asdict()
    return told


def show(told: dict[str, Any]) -> None:
    """Print a table for people."""
    ours, theirs = (name for name in told if name in _KNOWN)
    print(f"{'':<24}{ours:>12}{theirs:>12}   {ours} / {theirs}")
    for figure, seen in told[ours].items():
        ratio = told["ratios"].get(figure)
        bounds = f"{ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})" if ratio else ""
        print(f"{figure:<24}{seen:>12.2f}{told[theirs][figure]:>12.2f}   {bounds}")
    print(f"{told['units']} units in blocks of {told['members']}; rates {told['rates']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.spine", description=__doc__)
    parser.add_argument("--ours", choices=_KNOWN, default=Product.name)
    parser.add_argument("--theirs", choices=_KNOWN, default=Floor.name)
    parser.add_argument("--blocks", type=int, default=10, help="how many blocks the city has (default 10)")
    parser.add_argument("--members", type=int, default=30, help="how many units a block has (default 30)")
    parser.add_argument("--pairs", type=int, default=10, help="how many turns each side has (default 10)")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a turn is (default 8)")
    parser.add_argument("--no-latencies", action="store_true", help="measure throughput alone")
    given = parser.parse_args()
    seen = asyncio.run(
        measure(
            _KNOWN[given.ours],
            _KNOWN[given.theirs],
            Size(given.blocks, given.members),
            pairs=given.pairs,
            seconds=given.seconds,
            latencies=not given.no_latencies,
        )
    )
    show(seen)
    print(json.dumps(seen))
