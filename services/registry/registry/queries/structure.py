"""Units and blocks, in Vietnamese order."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.text import fold, sort_key
from registry.tables import (
    block_members,
    blocks,
    units,
)

Row = dict[str, Any]


async def list_units(db: Read, *, search: str = "") -> list[Row]:
    """List units in Vietnamese order; ``search`` may lack its marks."""
    query = select(units.c.unit_id, units.c.name, units.c.kind, units.c.code, units.c.parent_id)
    if search:
        query = query.where(units.c.searched.contains(fold(search), autoescape=True))
    rows = [dict(row) for row in (await db.execute(query)).mappings()]
    return sorted(rows, key=lambda row: sort_key(row["name"]))


async def list_blocks(db: Read, *, year: int | None = None) -> list[Row]:
    """List blocks with their members, in Vietnamese order."""
    query = select(blocks)
    if year is not None:
        query = query.where(blocks.c.year == year)
    found = [dict(row) for row in (await db.execute(query)).mappings()]
    members: dict[UUID, list[UUID]] = {}
    for block_id, unit_id in await db.execute(
        select(block_members.c.block_id, block_members.c.unit_id).order_by(block_members.c.unit_id)
    ):
        members.setdefault(block_id, []).append(unit_id)
    for block in found:
        block["member_unit_ids"] = members.get(block["block_id"], [])
    return sorted(found, key=lambda row: sort_key(row["name"]))
