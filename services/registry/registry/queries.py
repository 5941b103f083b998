"""What the registry can be asked. Everything here reads one snapshot and gives plain rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold, sort_key
from registry.tables import (
    block_members,
    blocks,
    campaigns,
    periods,
    reports,
    submissions,
    targets,
    units,
    year_records,
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


async def list_campaigns(db: Read) -> list[Row]:
    """List campaigns with their periods, newest year first, without their documents."""
    query = select(*[column for column in campaigns.c if column is not campaigns.c.document]).order_by(
        campaigns.c.year.desc(), campaigns.c.campaign_id
    )
    found = [dict(row) for row in (await db.execute(query)).mappings()]
    for campaign in found:
        campaign["periods"] = await _periods(db, campaign["campaign_id"])
    return found


async def campaign(db: Read, campaign_id: UUID) -> Row:
    """Give one campaign whole; raises ``NotFound``."""
    row = (await db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có phong trào này.")
    return {**row, "periods": await _periods(db, campaign_id)}


async def _periods(db: Read, campaign_id: UUID) -> list[Row]:
    rows = await db.execute(select(periods).where(periods.c.campaign_id == campaign_id).order_by(periods.c.number))
    return [dict(row) for row in rows.mappings()]


async def unit_targets(db: Read, campaign_id: UUID, unit_id: UUID) -> Row:
    """Give the plan values of one unit; version 0 and an empty list when none were assigned."""
    found = await db.execute(
        select(targets.c.version, targets.c.targets).where(
            targets.c.campaign_id == campaign_id, targets.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else {"version": 0, "targets": []}


async def report(db: Read, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's report of a period as it was typed; state ``none`` and version 0 before the first word."""
    found = await db.execute(
        select(reports).where(
            reports.c.campaign_id == campaign_id, reports.c.period_id == period_id, reports.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    if row:
        return dict(row)
    return {
        "report_id": None,
        "state": "none",
        "version": 0,
        "fields": {},
        "saved_at": None,
        "receipt_number": None,
        "accepted_at": None,
        "late": None,
    }


async def reports_of(db: Read, unit_id: UUID) -> list[Row]:
    """List a unit's reports without what was typed, newest first."""
    query = (
        select(*[column for column in reports.c if column is not reports.c.fields])
        .where(reports.c.unit_id == unit_id)
        .order_by(reports.c.saved_at.desc())
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def receipt(db: Read, number: str) -> Row:
    """Give a receipt; raises ``NotFound``."""
    query = (
        select(
            *[column for column in submissions.c if column is not submissions.c.fields],
            reports.c.unit_id,
            reports.c.campaign_id,
            reports.c.period_id,
        )
        .join(reports, reports.c.report_id == submissions.c.report_id)
        .where(submissions.c.receipt_number == number)
    )
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Không có biên nhận {number}. Hãy xem lại số, ví dụ BN-2311-0417.")
    return dict(row)


async def year_record(db: Read, unit_id: UUID, year: int) -> Row:
    """Give a unit's year in figures; version 0 and no figures before the first record."""
    found = await db.execute(select(year_records).where(year_records.c.unit_id == unit_id, year_records.c.year == year))
    row = found.mappings().one_or_none()
    if row:
        return dict(row)
    return {**dict.fromkeys(column.name for column in year_records.c), "unit_id": unit_id, "year": year, "version": 0}
