"""Campaigns, their periods and targets."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from registry.tables import (
    campaigns,
    periods,
    targets,
)

Row = dict[str, Any]


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
