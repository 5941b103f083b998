"""The list of targets: what stands is looked up, what is new is assigned as by hand."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import FieldError, Invalid
from chassis.events import Tx
from contracts.registry import Target
from registry import rules
from registry.actions.campaigns import assign_targets
from registry.rules.lists import About, KnownTargets, Plan, Row
from registry.tables import block_members, blocks, campaigns, sheets, targets, units
from registry.tables.sheets import EVERY_PERIOD, standing_sheet


async def plan_rows_of_targets(db: AsyncConnection, about: About, rows: Sequence[Row], _post: str) -> list[Plan]:
    known = await _known_targets(db, about.campaign_id, rows)
    return await to_thread.run_sync(rules.lists.plan_targets, rows, known)


async def _known_targets(db: AsyncConnection, campaign_id: UUID | None, rows: Sequence[Row]) -> list[KnownTargets]:
    """Give the units that rows may mean, with what is assigned to them; raises ``Invalid`` for no campaign."""
    found = await db.execute(select(campaigns.c.year).where(campaigns.c.campaign_id == campaign_id))
    year = found.scalar_one_or_none()
    if year is None:
        remedy = FieldError(field="campaign_id", message="không có phong trào này", remedy="Chọn một phong trào")
        raise Invalid("Chỉ tiêu được giao trong một phong trào đã phát động.", errors=[remedy])
    stands = (
        select(block_members.c.block_id)
        .where(block_members.c.unit_id == units.c.unit_id, block_members.c.year == year)
        .order_by(block_members.c.from_on.desc())
        .limit(1)
        .lateral("stands")
    )
    named = sorted({row.values["unit"] for row in rows if "unit" in row.values})
    given = sorted({row.values["unit_id"] for row in rows if "unit_id" in row.values})
    asked = await db.execute(
        select(
            units.c.unit_id,
            units.c.name,
            func.coalesce(targets.c.version, 0).label("version"),
            func.coalesce(targets.c.targets, func.jsonb_build_array()).label("targets"),
            blocks.c.sheet_id,
        )
        .select_from(units)
        .outerjoin(stands, true())
        .outerjoin(blocks, blocks.c.block_id == stands.c.block_id)
        .outerjoin(targets, (targets.c.unit_id == units.c.unit_id) & (targets.c.campaign_id == campaign_id))
        .where(
            or_(
                units.c.unit_id == any_(bindparam("ids", given, type_=ARRAY(Uuid))),
                units.c.name == any_(bindparam("names", named, type_=ARRAY(Text))),
            )
        )
    )
    meant = [dict(row) for row in asked.mappings()]
    items = await _items(db, {row["sheet_id"] for row in meant if row["sheet_id"]})
    return [KnownTargets.model_validate({**row, **_lines(items.get(row["sheet_id"]))}) for row in meant]


def _lines(items: Mapping[str, bool | None] | None) -> dict[str, Any]:
    less = {code: better for code, better in (items or {}).items() if better is not None}
    return {"items": None if items is None else frozenset(items), "less": less}


async def _items(db: AsyncConnection, sheet_ids: set[UUID]) -> dict[UUID, dict[str, bool | None]]:
    """Give the lines of sheets; of each whether less is better, where that was told."""
    wanted = select(sheets.c.sheet_id).where(sheets.c.sheet_id.in_(sheet_ids)).distinct().subquery()
    sheet = standing_sheet(wanted.c.sheet_id, EVERY_PERIOD)
    found = await db.execute(select(sheet.c.sheet_id, sheet.c.criteria).select_from(wanted).join(sheet, true()))
    return {row.sheet_id: {each["criterion"]: each.get("less_is_better") for each in row.criteria} for row in found}


async def keep_targets(tx: Tx, about: About, rows: Sequence[Mapping[str, Any]], _post: str) -> set[str]:
    """Assign what has not moved since the check, unit by unit; give the ids of the units that have."""
    assert about.campaign_id
    of = [UUID(row["content"]["unit_id"]) for row in rows]
    found = await tx.db.execute(
        select(targets)
        .where(targets.c.campaign_id == about.campaign_id, targets.c.unit_id.in_(of))
        .order_by(targets.c.unit_id)
        .with_for_update()
    )
    stands = {str(row["unit_id"]): row for row in found.mappings()}
    moved = set()
    for unit_id, group in groupby(rows, key=lambda row: row["content"]["unit_id"]):
        lines = list(group)
        before = stands.get(unit_id)
        if lines[0]["seen"] != (before["version"] if before else 0):
            moved.add(unit_id)
            continue
        new = [
            Target.model_validate({name: line["content"].get(name) for name in Target.model_fields}) for line in lines
        ]
        kept = [Target.model_validate(each) for each in before["targets"]] if before else []
        await assign_targets(tx, about.campaign_id, UUID(unit_id), rules.lists.merged(kept, new))
    return moved
