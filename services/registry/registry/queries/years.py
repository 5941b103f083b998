"""A unit's year in figures."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from registry.tables import (
    year_records,
)

Row = dict[str, Any]


async def year_record(db: Read, unit_id: UUID, year: int) -> Row:
    """Give a unit's year in figures; version 0 and no figures before the first record."""
    found = await db.execute(select(year_records).where(year_records.c.unit_id == unit_id, year_records.c.year == year))
    row = found.mappings().one_or_none()
    if row:
        return dict(row)
    return {**dict.fromkeys(column.name for column in year_records.c), "unit_id": unit_id, "year": year, "version": 0}
