"""``make faults``: every scenario at full length, then seed after seed; writes docs/reliability.md and .json.

``python -m survival --seed 17`` repeats one seed, ``--only F16`` one scenario; what a failed run left behind is kept and
its folder named.
"""

import argparse
import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from house import EVENT_SERVICES, House, Templates
from survival import mutants, report
from survival.checker import Verdict, check
from survival.history import History
from survival.scenarios import CATALOGUE, Scenario, of_seed
from survival.stage import ALL, Stage
from survival.workload import Workload, accounts, found

from thidua.postgres import PostgresServer

Scenes = Iterable[tuple[Scenario, int]]

_HEAL_SECONDS: Final = 90.0
_STOP_SECONDS: Final = 20.0
_AROUND_A_KILL_SECONDS: Final = 2.0


@dataclass
class Run:
    """How one scenario or seed ended."""

    name: str
    verdict: Verdict
    seconds: float
    recoveries: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)
    commit: str = ""
    """What was played: runs that are taken up again may be of several."""


async def play(
    templates: Templates, folder: Path, scene: Scenario, *, seed: int, rate: float, scale: float, least: int
) -> Run:
    """Open a house, let the scene play under load, heal, wait for quiet, check, close."""
    began = time.monotonic()
    chance = random.Random(seed)
    async with scene.on(templates, folder) as (house, prop):
        await house.open(ALL, ACCOUNTS_FILE=accounts(house))
        await found(house)
        workload = Workload(house, chance, rate=rate)
        stage = Stage(house, chance, workload, prop, scale)
        async with workload.running(patience=_HEAL_SECONDS):
            await stage.pass_time(1)
            async with stage.watched():
                await scene.play(stage)
                await stage.heal()
            await workload.wanted(least)
        verdict = await settle(stage)
        if scene.must_lose:
            verdict = as_control(verdict)
        recoveries = await recovered(house, workload.history, stage.killed) if scene.measured else []
        stops = await stop_all(house, verdict)
        if verdict.violations:
            workload.history.dump(folder / "history.jsonl")
        return Run(scene.name, verdict, time.monotonic() - began, recoveries, stops, stage.measures)


def as_control(verdict: Verdict) -> Verdict:
    """Turn a control's verdict round: its losses are wanted, and are nobody's figures."""
    found = verdict.lost and any(each.startswith("I3") for each in verdict.violations)
    return Verdict(0, violations=[] if found else ["the checker found no loss where there must be one"])


async def settle(stage: Stage) -> Verdict:
    """I9: everything that was under way comes to rest; then the checker looks."""
    history = stage.workload.history
    try:
        await stage.house.quiet(within=_HEAL_SECONDS)
    except AssertionError as error:
        return Verdict(len(history.accepted), violations=[f"I9: {error}", *stage.complaints])
    verdict = await check(stage.house, history)
    verdict.violations += stage.complaints
    return verdict


async def recovered(house: House, history: History, killed: list[tuple[str, float]]) -> list[float]:
    """Give, for each kill, the seconds until everything acknowledged around it had reached its last consumer."""
    ended: dict[str, float] = {}
    for service in EVENT_SERVICES:
        for row in await house.rows(
            service, "SELECT correlationid, max(extract(epoch FROM taken_at)) AS at FROM inbox GROUP BY correlationid"
        ):
            correlationid = str(row["correlationid"])
            ended[correlationid] = max(ended.get(correlationid, 0.0), float(row["at"]))
    return [
        max(
            (
                max(ended.get(str(each.correlationid), 0.0), each.answered or 0.0) - at
                for each in history.accepted
                if abs(each.scheduled - at) < _AROUND_A_KILL_SECONDS
            ),
            default=0.0,
        )
        for _, at in killed
    ]


async def stop_all(house: House, verdict: Verdict) -> list[float]:
    """I9: a told service ends in order, soon."""
    seconds = []
    for name, process in house.services.items():
        began = time.monotonic()
        try:
            code = await asyncio.to_thread(process.stop, within=_STOP_SECONDS)
        except AssertionError as error:
            verdict.violations.append(f"I9: {error}")
            continue
        seconds.append(time.monotonic() - began)
        if code:
            verdict.violations.append(f"I9: {name} ended with {code}")
    return seconds


async def main(wanted: argparse.Namespace) -> int:
    seeds = [wanted.seed] if wanted.seed is not None else range(1, 0 if wanted.only else wanted.seeds + 1)
    chosen = [] if wanted.seed is not None else [wanted.only] if wanted.only else list(CATALOGUE)
    not_run = {name: why for name in chosen if (why := CATALOGUE[name].missing())}
    root = Path(tempfile.mkdtemp(prefix="survival-"))
    played = Played(wanted.onto)
    scenes = [(CATALOGUE[name], 1) for name in chosen if name not in not_run]
    waiting = [(of_seed(seed), seed) for seed in seeds]
    await lane(root / "catalogue", wanted.scale, played.without(scenes), played)
    still = played.without(waiting)
    await asyncio.gather(*[lane(root / f"lane{n}", wanted.scale, still, played) for n in range(wanted.lanes)])
    runs = played.runs
    summary = summarise(runs, len(seeds), not_run)
    if wanted.mutants:
        tried = mutants.run()
        summary["mutants"] = len(tried)
        summary["mutants_killed"] = sum(each.verdict == "killed" for each in tried)
    if wanted.write:
        report.write(summary, [asdict(run) for run in runs])
    print(json.dumps(summary))
    failed = [run.name for run in runs if run.verdict.violations]
    if not failed:
        shutil.rmtree(root)
    return 1 if failed else 0


class Played:
    """What has been played; kept in a file, if one is named, so that hours of runs can be taken up again."""

    def __init__(self, kept: Path | None) -> None:
        self._kept = kept
        self.runs: list[Run] = []
        if kept and kept.exists():
            for line in kept.read_text().splitlines():
                told = json.loads(line)
                self.runs.append(Run(**{**told, "verdict": Verdict(**told["verdict"])}))

    def without(self, scenes: Scenes) -> "deque[tuple[Scenario, int]]":
        """Give those that have not been played."""
        done = {run.name for run in self.runs}
        return deque(each for each in scenes if each[0].name not in done)

    def add(self, run: Run) -> None:
        run.commit = _commit()
        self.runs.append(run)
        if self._kept:
            with self._kept.open("a") as kept:
                kept.write(json.dumps(asdict(run)) + "\n")


_ONE_AFTER_THE_OTHER: Final = asyncio.Lock()
"""Alembic keeps what it is at in its own module: two upgrades in one process take it out of each other's hands."""


async def lane(folder: Path, scale: float, waiting: "deque[tuple[Scenario, int]]", played: Played) -> None:
    """Play what waits, one after the other, on a database server of its own."""
    if not waiting:
        return
    with PostgresServer(folder / "postgres") as postgres:
        templates = Templates(postgres)
        async with _ONE_AFTER_THE_OTHER:
            await templates.make()
        while waiting:
            scene, seed = waiting.popleft()
            home = folder / scene.name
            try:
                run = await play(templates, home, scene, seed=seed, rate=_RATE, scale=scale, least=_LEAST)
            except Exception as error:  # noqa: BLE001 - one that cannot be played must not end the others
                traceback.print_exc()
                run = Run(scene.name, Verdict(0, violations=[f"not played to its end: {error!r}"]), 0.0)
            _tell(run, home)
            played.add(run)


_RATE: Final = 12.0
"""Reports wanted in a second."""
_LEAST: Final = 55
"""Reports a run at least: two hundred seeds make more than ten thousand."""


def _tell(run: Run, folder: Path) -> None:
    worst = max(run.recoveries, default=0.0)
    state = "ok" if not run.verdict.violations else "FAILED"
    print(
        f"{run.name:<8} {state}  {run.verdict.acknowledged} reports, {run.seconds:.0f} s, recovery {worst:.1f} s",
        flush=True,
    )
    if run.verdict.violations:
        print("\n".join(f"    {each}" for each in run.verdict.violations[:20]))
        again = f"--seed {run.name[4:]}" if run.name.startswith("seed") else f"--only {run.name}"
        print(f"    again: python -m survival {again}; kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _commit() -> str:
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def summarise(runs: list[Run], seeds: int, not_run: dict[str, str]) -> dict[str, Any]:
    """Give the document of docs/reliability.json."""
    recoveries = sorted(each for run in runs for each in run.recoveries)
    return {
        "commit": _commit(),
        "seeds": seeds,
        "scenarios": [run.name for run in runs if not run.name.startswith("seed")],
        "not_run": not_run,
        "acknowledged": sum(run.verdict.acknowledged for run in runs),
        "lost": sum(run.verdict.lost for run in runs),
        "duplicated": sum(run.verdict.duplicated for run in runs),
        "violations": [f"{run.name}: {each}" for run in runs for each in run.verdict.violations],
        "recovery_p50_s": round(statistics.median(recoveries), 1) if recoveries else None,
        "recovery_p95_s": round(recoveries[int(len(recoveries) * 0.95)], 1) if recoveries else None,
        **{name: value for run in runs for name, value in run.measures.items()},
        "slowest_stop_s": round(max((each for run in runs for each in run.stops), default=0.0), 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="survival", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many random seeds (default 200)")
    parser.add_argument("--seed", type=int, help="play this seed alone")
    parser.add_argument("--only", choices=CATALOGUE, help="play this scenario alone")
    parser.add_argument(
        "--onto", type=Path, help="a file of runs: those in it are not played again, new ones are added"
    )
    parser.add_argument("--lanes", type=int, default=1, help="how many seeds at once (default 1)")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="shortens what takes minutes (default 1.0: full length)"
    )
    parser.add_argument("--mutants", action="store_true", help="try the seeded bugs as well")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md and docs/reliability.json")
    sys.exit(asyncio.run(main(parser.parse_args())))
