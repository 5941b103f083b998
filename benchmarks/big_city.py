"""A city of any size for both sides of a comparison, written straight into the databases of registry and scoring."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

import asyncpg
import orjson
from city import CAMPAIGN, CAMPAIGN_DOCUMENT, PERIOD, SHEET, SHEET_DOCUMENT
from house import House

from chassis.text import fold, sort_bytes
from scoring import rules

_NAMESPACE = UUID(int=2024)
_MOST_REPORTING = 3_000
"""About so many: of a larger city one block in several reports, the others only stand in the tables."""
_PERIOD = CAMPAIGN_DOCUMENT["periods"][0]


@dataclass(frozen=True)
class Size:
    """So many blocks of so many units."""

    blocks: int
    members: int

    def block(self, number: int) -> UUID:
        return uuid5(_NAMESPACE, f"block-{number}")

    def unit(self, block: int, number: int) -> UUID:
        return uuid5(_NAMESPACE, f"unit-{block}-{number}")

    def units(self) -> Iterator[tuple[UUID, UUID]]:
        """Give (unit, its block) of all."""
        return self._of(range(self.blocks))

    def reporting(self) -> Iterator[tuple[UUID, UUID]]:
        """Give (unit, its block) of those that report: whole blocks, spread over a city too large to report at once."""
        return self._of(range(0, self.blocks, max(self.blocks * self.members // _MOST_REPORTING, 1)))

    def _of(self, blocks: Iterable[int]) -> Iterator[tuple[UUID, UUID]]:
        for block in blocks:
            for number in range(self.members):
                yield self.unit(block, number), self.block(block)


async def settle(house: House, size: Size) -> None:
    """Have the city stand in both databases, as if its events had come; the analyser knows its size."""
    registry = await asyncpg.connect(house.templates.admin_url(house.database("registry")))
    scoring = await asyncpg.connect(house.templates.admin_url(house.database("scoring")))
    try:
        await _in_the_registry(registry, size)
        await _in_scoring(scoring, size)
        for each in (registry, scoring):
            await each.execute("ANALYZE")
    finally:
        await registry.close()
        await scoring.close()


def sheet() -> rules.Sheet:
    """Give the sheet that every block is scored on."""
    return rules.Sheet.model_validate({**SHEET_DOCUMENT, "sheet_id": str(SHEET), "version": 1})


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _named(name: str) -> tuple[str, str, bytes]:
    return name, fold(name), sort_bytes(name)


async def _in_the_registry(db: asyncpg.Connection, size: Size) -> None:
    times = [datetime.fromisoformat(_PERIOD[name]) for name in ("opens_at", "due_at", "closes_at")]
    criteria = [each.model_dump(mode="json") for each in rules.form_criteria(sheet())]
    await db.execute("INSERT INTO sheets VALUES ($1, 1, $2, $3)", SHEET, SHEET_DOCUMENT["name"], _json(criteria))
    await db.execute(
        """INSERT INTO campaigns (campaign_id, version, year, name, starts_on, ends_on, document, kind, scope, milestones, goals)
        VALUES ($1, 1, 2023, $2, $3, $4, '{}', 'yearly', '{}', '[]', '[]')""",
        CAMPAIGN,
        CAMPAIGN_DOCUMENT["name"],
        date(2023, 1, 1),
        date(2023, 12, 31),
    )
    await db.execute(
        "INSERT INTO periods VALUES ($1, $2, 1, $3, $4, $5, $6)", PERIOD, CAMPAIGN, _PERIOD["name"], *times
    )
    founded = date(2013, 12, 27)
    await db.copy_records_to_table(
        "units",
        columns=["unit_id", "version", "name", "searched", "sorted", "kind", "valid_from"],
        records=((unit, 1, *_named(f"Đơn vị {unit}"), "ward", founded) for unit, _ in size.units()),
    )
    await db.copy_records_to_table(
        "unit_states",
        columns=["unit_id", "from_on", "first", "ended", "name", "searched", "sorted", "kind", "contact"],
        records=((unit, founded, True, False, *_named(f"Đơn vị {unit}"), "ward", "{}") for unit, _ in size.units()),
    )
    await db.copy_records_to_table(
        "blocks",
        columns=["block_id", "version", "year", "name", "sorted", "sheet_id"],
        records=(
            (size.block(number), 1, 2023, f"Khối {number}", sort_bytes(f"Khối {number}"), SHEET)
            for number in range(size.blocks)
        ),
    )
    await db.copy_records_to_table(
        "block_members",
        columns=["year", "unit_id", "from_on", "block_id"],
        records=((2023, unit, date(2023, 1, 1), block) for unit, block in size.units()),
    )


async def _in_scoring(db: asyncpg.Connection, size: Size) -> None:
    document = sheet().model_dump(mode="json", exclude={"version", "sheet_id"})
    await db.execute("INSERT INTO sheets VALUES ($1, 1, $2)", SHEET, _json(document))
    await db.execute(
        "INSERT INTO periods (period_id, campaign_id, version, number, closes_on, year) VALUES ($1, $2, 1, 1, $3, 2023)",
        PERIOD,
        CAMPAIGN,
        date(2023, 12, 15),
    )
    await db.copy_records_to_table(
        "blocks",
        columns=["block_id", "version", "year", "sheet_id", "members"],
        records=(
            (size.block(block), 1, 2023, SHEET, [size.unit(block, number) for number in range(size.members)])
            for block in range(size.blocks)
        ),
    )
