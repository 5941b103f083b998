"""How long does the office wait to see what another sheet would have made of a past period?

A city of N units stands on the wards' real sheet, 37 lines, each with a report whose figures are drawn at random: shares and
counts as they are in life, and money to the million. A second version changes a target, a floor and two weights. The product
rehearses it as it is: the service, its bus, its relay. The places that it would give are held against the same rules done in
one process here. Kept scores hold what ranks but no sentences: a rehearsal does not read them. JSON comes last.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
import psutil
import yaml
from benchmarks.big_city import Size, settle
from benchmarks.rescoring import Rescored
from city import CAMPAIGN, PERIOD, SHEET
from house import House, Templates

from chassis.testing import eventually
from scoring import rules
from scoring.rules import Facts, Ranked, Remembered, Sheet
from thidua.postgres import PostgresServer

_REAL: Final = yaml.safe_load(Path("data/lai-chau-2023/sheets/xa-phuong.yaml").read_text())
_NOW: Final = datetime.fromisoformat("2023-11-15T08:00:00+07:00")
_CAUSE: Final = UUID(int=7)
_SEED: Final = 2024
_YES_NO: Final = ("yes_no", "checklist")
_MOST_OF_A_COUNT: Final = 5


def second() -> dict[str, Any]:
    """Give the sheet that is rehearsed: another target, another floor, two weights that change places."""
    document: dict[str, Any] = json.loads(json.dumps(_REAL, default=str))
    first, second, third, *_ = document["groups"][0]["criteria"]
    first |= {"target": "1300", "maximum": "6"}
    third |= {"rule": {"kind": "ratio_linear", "floor": "0.50"}, "maximum": "8"}
    second["hint"] = "Sản phẩm được công nhận trong năm."
    return document


def figures(sheet: Sheet, draw: random.Random) -> dict[str, Decimal]:
    """Draw what a unit reports."""
    values: dict[str, Decimal] = {}
    for _, line in sheet.criteria():
        kind = line.rule.kind
        if kind == "late" or not line.role.has_points:
            continue
        for code in [f"{line.code}.{item.code}" for item in line.rule.asks()] or [line.code]:
            if kind in _YES_NO:
                values[code] = Decimal(draw.random() < 0.8)
            elif line.measure.startswith("%"):
                values[code] = Decimal(draw.randint(600, 1000)) / 10
            elif kind == "per_item":
                values[code] = Decimal(draw.randint(0, _MOST_OF_A_COUNT))
            else:
                most = int(line.target or 100)
                values[code] = Decimal(draw.randint(most // 2, most * 3 // 2))
    return values


def report_all(sheet: Sheet, size: Size) -> Iterator[tuple[UUID, dict[UUID, Facts]]]:
    """Give each block with what its units report, the same every time it is asked."""
    draw = random.Random(_SEED)
    for number in range(size.blocks):
        units = [size.unit(number, member) for member in range(size.members)]
        yield size.block(number), {unit: Facts(values=figures(sheet, draw)) for unit in units}


def places(sheet: Sheet, units: dict[UUID, Facts], known: Remembered) -> tuple[dict[UUID, rules.Score], list[Ranked]]:
    scores = {unit: rules.score(sheet, facts, None, known) for unit, facts in units.items()}
    return scores, rules.rank(scores)


async def stand(house: House, size: Size) -> int:
    """Have every unit's report scored and ranked on version 1; give how many would have another place on version 2."""
    sheet = Sheet.model_validate({**_REAL, "sheet_id": SHEET, "version": 1})
    other = Sheet.model_validate({**second(), "sheet_id": SHEET, "version": 2})
    known, known_other, moved = Remembered(sheet), Remembered(other), 0
    db = await asyncpg.connect(house.templates.admin_url(house.database("scoring")))
    try:
        document = sheet.model_dump(mode="json", exclude={"version", "sheet_id"})
        await db.execute("UPDATE sheets SET document = $1 WHERE sheet_id = $2", json.dumps(document), SHEET)
        reports, scores, boards, ranks = [], [], [], []
        for block_id, units in report_all(sheet, size):
            boards.append((PERIOD, block_id, 1, _NOW, _CAUSE))
            made, ranked = places(sheet, units, known)
            would = {each.unit_id: each.rank for each in places(other, units, known_other)[1]}
            moved += sum(would[each.unit_id] != each.rank for each in ranked)
            for unit, facts in units.items():
                values = [{"criterion": code, "value": str(value)} for code, value in facts.values.items()]
                said = orjson.dumps(values).decode()
                reports.append((PERIOD, unit, CAMPAIGN, block_id, 1, said, False, f"BN-{unit}", _NOW, _CAUSE, False))
                figures_of = rules.standing(made[unit])[:-1]
                row = (PERIOD, unit, CAMPAIGN, block_id, 1, 1, SHEET, 1, *figures_of, "{}", "{}", _CAUSE, _NOW, False)
                scores.append(row)
            ranks += [
                (PERIOD, block_id, each.unit_id, each.among, None, each.points, each.percent, each.decided_by)
                for each in ranked
            ]
        ranking = list(rules.Standing._fields)[:-1]
        head = ["period_id", "unit_id", "campaign_id", "block_id"]
        columns = {
            "reports": [*head, "version", "values", "late", "receipt_number", "accepted_at", "event_id", "withdrawn"],
            "scores": [
                *head,
                "version",
                "report_version",
                "sheet_id",
                "sheet_version",
                *ranking,
                "score",
                "inputs",
                "caused_by",
                "scored_at",
                "withdrawn",
            ],
            "boards": ["period_id", "block_id", "version", "changed_at", "caused_by"],
            "places": ["period_id", "block_id", "unit_id", "among", "previous_rank", "points", "percent", "decided_by"],
        }
        for table, rows in {"reports": reports, "scores": scores, "boards": boards, "places": ranks}.items():
            await db.copy_records_to_table(table, columns=columns[table], records=rows, timeout=1_000)
        await db.execute("ANALYZE")
    finally:
        await db.close()
    return moved


async def rehearse(product: Rescored) -> dict[str, Any]:
    """Give the seconds from the command to the last commit, the service's CPU, and what it found."""
    house = product.house
    await house.run("scoring", "CHECKPOINT")
    process = psutil.Process(house.services["scoring"].pid)
    before = sum(process.cpu_times()[:2])
    async with house.office("scoring") as office:
        (await office.put(f"/sheets/{SHEET}", json=second())).raise_for_status()
        began = time.perf_counter()
        what = {"period_id": str(PERIOD), "sheet_id": str(SHEET), "version": 2}
        answer = await office.post("/rehearsals", json=what)
        answer.raise_for_status()
        path = f"/rehearsals/{answer.json()['rehearsal_id']}"

        async def ended() -> bool:
            return bool((await office.get(path)).json()["ended_at"])

        await eventually(ended, within=1_000, expect="the rehearsal has ended")
        seconds = time.perf_counter() - began
        told = (await office.get(path)).json()
    cpu = sum(process.cpu_times()[:2]) - before
    return {"seconds": round(seconds, 2), "cpu": round(cpu, 2), "units": told["units"], "moved": told["places_changed"]}


async def measure(units: int, members: int) -> dict[str, Any]:
    """Measure a rehearsal of a city of about so many units."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    with PostgresServer(root / "postgres") as postgres:
        templates = Templates(postgres)
        await templates.make()
        house = House(templates, root / "house", "bench_rehearsal")
        product = Rescored(house, Size(blocks=max(units // members, 1), members=members))
        try:
            await house.surround()
            await settle(house, product.size)
            moved = await stand(house, product.size)
            await product.start()
            seen = await rehearse(product)
        finally:
            await house.close()
    if seen["moved"] != moved:
        raise SystemExit(f"rehearsed, {seen['moved']} units move; by the rules alone {moved}")
    return {**seen, "blocks": product.size.blocks, "load": [round(each, 1) for each in psutil.getloadavg()]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--members", type=int, default=30, help="units in a block")
    given = parser.parse_args()
    seen = asyncio.run(measure(given.units, given.members))
    print(f"{seen['units']} units: rehearsed in {seen['seconds']} s, {seen['moved']} would have another place")
    print(json.dumps(seen))
