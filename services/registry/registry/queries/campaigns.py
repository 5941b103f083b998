"""Campaigns, their periods and targets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from registry import rules
from registry.tables import (
    campaigns,
    periods,
    targets,
)

Row = dict[str, Any]


async def list_campaigns(db: Read, *, limit: int | None = None) -> list[Row]:
    """List launched campaigns with their periods, without their documents: the one that a city works in comes first.

    That is the newest year's campaign that is not closed; themed and special ones stand behind it.
    """
    query = (
        select(*[column for column in campaigns.c if column is not campaigns.c.document])
        .order_by(
            campaigns.c.closed_at.is_not(None),
            campaigns.c.kind != "yearly",
            campaigns.c.year.desc(),
            campaigns.c.campaign_id,
        )
        .limit(limit)
    )
    found = [dict(row) for row in (await db.execute(query)).mappings()]
    of = await _periods(db, [campaign["campaign_id"] for campaign in found])
    return [_standing(campaign) | {"periods": of.get(campaign["campaign_id"], [])} for campaign in found]


async def campaign(db: Read, campaign_id: UUID) -> Row:
    """Give one campaign whole; raises ``NotFound``."""
    row = (await db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có phong trào này.")
    of = await _periods(db, [campaign_id])
    return _standing(row) | {"periods": of.get(campaign_id, [])}


def _standing(row: Any) -> Row:
    """Add where a campaign stands and what can be done with it."""
    state = rules.CampaignState.CLOSED if row["closed_at"] else rules.CampaignState.LAUNCHED
    return {**row, "state": state, "possible": rules.possible(rules.CAMPAIGN_STEPS, state)}


async def _periods(db: Read, campaign_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    rows = await db.execute(
        select(periods).where(periods.c.campaign_id.in_(campaign_ids)).order_by(periods.c.campaign_id, periods.c.number)
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows.mappings():
        found.setdefault(row["campaign_id"], []).append(dict(row))
    return found


async def unit_targets(db: Read, campaign_id: UUID, unit_id: UUID) -> Row:
    """Give the plan values of one unit; version 0 and an empty list when none were assigned."""
    found = await db.execute(
        select(targets.c.version, targets.c.targets).where(
            targets.c.campaign_id == campaign_id, targets.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else {"version": 0, "targets": []}
