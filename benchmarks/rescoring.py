"""How long does a city take to stand on a new version of its sheet, against one SQL statement that does the same by heart?

A city of N units, each with a report scored on version 1, is copied: in one copy the product rescores it (the service as it
is, through its bus, with its relay), in the other ``rescoring.sql`` does. Both write the same scores with all sentences, the
same places and board versions, and an event a block into the log; that the rows are equal is checked. The statement knows
this one sheet and nothing else, locks nothing, keeps no place to go on from and publishes nothing: it is told how long the
product needs to the last commit, and to the last event on the stream. JSON comes last.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import psutil
from benchmarks.big_city import Size, settle
from benchmarks.contestants import Product
from city import CAMPAIGN, PERIOD, SHEET, SHEET_DOCUMENT
from house import House, Templates

from chassis.testing import eventually
from thidua.postgres import PostgresServer

_STATEMENT: Final = (Path(__file__).parent / "rescoring.sql").read_text()
_ROOM: Final = "SET work_mem = '512MB'"
"""Without it the statement sorts and joins a million rows on disk, and is the slower of the two."""
_CAUSE: Final = UUID(int=7)
_NOW: Final = "2023-11-15T08:00:00+07:00"
_FIRST: Final = {"m1": 90, "m2": 10, "floor": "0.70", "floor_percent": 70}
_SECOND: Final = {"m1": 80, "m2": 20, "floor": "0.60", "floor_percent": 60}


def second_sheet() -> dict[str, Any]:
    """Give the sheet that all are rescored on: other weights, another floor, so that nearly everybody's points change."""
    economy, emulation = SHEET_DOCUMENT["groups"]
    lines = [
        {**economy["criteria"][0], "maximum": "80", "rule": {"kind": "ratio_linear", "floor": "0.60"}},
        {**emulation["criteria"][0], "maximum": "20"},
    ]
    groups = [
        {**group, "maximum": line["maximum"], "criteria": [line]}
        for group, line in zip((economy, emulation), lines, strict=True)
    ]
    return {**SHEET_DOCUMENT, "groups": groups}


class Rescored(Product):
    """Scoring alone."""

    name = "rescored"
    services = ("scoring",)

    async def start(self) -> None:
        await self.house.open(self.services, **self.environment())


def statement(version: int, **figures: Any) -> str:
    """Give the statement for one version of the sheet."""
    return _STATEMENT.format(sheet_id=SHEET, version=version, cause=_CAUSE, now=_NOW, **figures)


async def report(house: House) -> None:
    """Have every unit's report scored and ranked on version 1, by the statement itself; then nothing is left in the log."""
    db = await asyncpg.connect(house.templates.admin_url(house.database("scoring")))
    try:
        for each in (
            f"""INSERT INTO reports (period_id, unit_id, campaign_id, block_id, version, values, late, receipt_number,
              accepted_at, event_id)
            SELECT '{PERIOD}', unit_id, '{CAMPAIGN}', block_id, 1, jsonb_build_array(
              jsonb_build_object('criterion', '1.1', 'value', (550 + abs(hashtext(unit_id::text)) % 550)::text),
              jsonb_build_object('criterion', '2.1', 'value', (abs(hashtext(unit_id::text || '2')) % 5 > 0)::int::text)),
              false, 'BN-' || unit_id, now(), gen_random_uuid()
            FROM blocks, unnest(members) AS unit_id""",
            f"""INSERT INTO scores (period_id, unit_id, campaign_id, block_id, version, report_version, sheet_id, sheet_version,
              points, maximum, percent, content, penalty, tie_points, tie_maximum, disqualified, score, inputs, caused_by,
              scored_at)
            SELECT period_id, unit_id, campaign_id, block_id, 0, 1, '{SHEET}', 0, 0, 0, 0, 0, 0, 0, 0, false, '{{}}', '{{}}',
              '{_CAUSE}', '{_NOW}' FROM reports""",
            f"INSERT INTO boards SELECT '{PERIOD}', block_id, 0, '{_NOW}', '{_CAUSE}' FROM blocks",
            "INSERT INTO places SELECT period_id, block_id, unit_id, NULL, NULL, NULL, NULL, NULL FROM scores",
            "ANALYZE",
            _ROOM,
            statement(1, **_FIRST),
            "TRUNCATE event_pending, event_order, event_log",
            "VACUUM FULL ANALYZE",
        ):
            await db.execute(each, timeout=1_000)
    finally:
        await db.close()


async def duplicate(templates: Templates, database: str, copy: str) -> None:
    db = await asyncpg.connect(templates.postgres.url)
    try:
        await db.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{database}" STRATEGY file_copy', timeout=1_000)
    finally:
        await db.close()


async def by_statement(house: House, copy: str) -> float:
    """Give the seconds of the one statement on the copy, its commit included."""
    db = await asyncpg.connect(house.templates.admin_url(copy))
    try:
        await db.execute("CHECKPOINT")
        await db.execute(_ROOM)
        began = time.perf_counter()
        await db.execute(statement(2, **_SECOND), timeout=1_000)
        return time.perf_counter() - began
    finally:
        await db.close()


async def by_product(product: Rescored) -> dict[str, float]:
    """Give the seconds from the command to the last commit and to the last event published, and the service's CPU."""
    house = product.house
    await house.run("scoring", "CHECKPOINT")
    process = psutil.Process(house.services["scoring"].pid)
    before = sum(process.cpu_times()[:2])
    async with house.office("scoring") as office:
        (await office.put(f"/sheets/{SHEET}", json=second_sheet())).raise_for_status()
        began = time.perf_counter()
        answer = await office.post(f"/sheets/{SHEET}/rescorings", json={})
        answer.raise_for_status()
        path = f"/rescorings/{answer.json()['rescoring_id']}"

        async def ended() -> bool:
            # A signed identity is good for five minutes, and a million units take longer.
            async with house.office("scoring") as office:
                return bool((await office.get(path)).json()["ended_at"])

        await eventually(ended, within=2_000, expect="the rescoring has ended")
        committed = time.perf_counter() - began

        async def published() -> bool:
            (row,) = await house.rows(
                "scoring",
                "SELECT sequence - published + (SELECT count(*) FROM event_pending) AS open FROM event_head",
            )
            return not row["open"]

        await eventually(published, within=1_000, expect="every event is on the stream")
    return {
        "committed": committed,
        "published": time.perf_counter() - began,
        "cpu": sum(process.cpu_times()[:2]) - before,
    }


_SAME: Final = {
    "scores": """SELECT count(*) AS n, sum(hashtextextended(concat_ws('|', unit_id, version, sheet_version, points, percent,
      maximum, content, penalty, tie_points, tie_maximum, disqualified, score, inputs), 0)) AS all FROM scores""",
    "places": """SELECT count(*) AS n, sum(hashtextextended(concat_ws('|', unit_id, among, previous_rank, points, percent,
      coalesce(decided_by, '-')), 0)) AS all FROM places""",
    "boards": "SELECT count(*) AS n, sum(hashtextextended(block_id || '|' || version, 0)) AS all FROM boards",
    "events": """SELECT count(*) AS n, 0 AS all FROM event_log WHERE type = 'scoring.block_rescored.v1'""",
}


async def ends(url: str) -> dict[str, tuple[Any, ...]]:
    """Give a digest of what stands in the tables."""
    db = await asyncpg.connect(url)
    try:
        await db.execute("SET extra_float_digits = 0")
        return {name: tuple(await db.fetchrow(query, timeout=1_000)) for name, query in _SAME.items()}
    finally:
        await db.close()


async def measure(units: int, members: int) -> dict[str, Any]:
    """Measure both on a city of about so many units."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_rescoring")
        product = Rescored(house, Size(blocks=max(units // members, 1), members=members))
        copy = f"{house.database('scoring')}_copy"
        try:
            await house.surround()
            await settle(house, product.size)
            await report(house)
            await duplicate(templates, house.database("scoring"), copy)
            pure = await by_statement(house, copy)
            print(f"the statement took {pure:.1f} s", file=sys.stderr, flush=True)
            await product.start()
            ours = await by_product(product)
            differing = [
                name
                for name, seen in (await ends(templates.admin_url(copy))).items()
                if seen != (await ends(templates.admin_url(house.database("scoring"))))[name]
            ]
        finally:
            await house.close()
            await templates.drop(copy)
    if differing:
        raise SystemExit(f"the two sides do not end with the same rows: {', '.join(differing)}")
    return {
        "units": product.size.blocks * members,
        "blocks": product.size.blocks,
        "statement_seconds": round(pure, 2),
        **{f"product_{name}_seconds": round(seconds, 2) for name, seconds in ours.items()},
        "ratio_committed": round(ours["committed"] / pure, 2),
        "ratio_published": round(ours["published"] / pure, 2),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.rescoring", description=__doc__)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--members", type=int, default=30, help="units in a block")
    given = parser.parse_args()
    seen = asyncio.run(measure(given.units, given.members))
    print(
        f"{seen['units']} units: statement {seen['statement_seconds']} s, product {seen['product_committed_seconds']} s"
    )
    print(json.dumps(seen))
