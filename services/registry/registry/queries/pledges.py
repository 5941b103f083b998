"""Pledges: one unit's with its steps, and the office's list with those who have not registered."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_

from chassis.clock import VIETNAM, business_now
from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from contracts.registry import UnitKind
from registry import rules
from registry.queries.designs import in_scope
from registry.rules import Registration
from registry.tables import campaigns, pledge_steps, pledges, units, year_records

Row = dict[str, Any]
PAGE: Final = 50


async def pledge(db: Read, campaign_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's pledge, version 0 and state ``none`` before the first; what it may promise; every step until now."""
    campaign = await _campaign(db, campaign_id)
    kind = (await db.execute(select(units.c.kind).where(units.c.unit_id == unit_id))).scalar_one_or_none()
    if kind is None:
        raise NotFound("Không có đơn vị này.")
    mine = (pledges.c.campaign_id == campaign_id, pledges.c.unit_id == unit_id)
    found = (await db.execute(select(pledges).where(*mine))).mappings().one_or_none()
    names = ("version", "state", "titles", "promises", "text", "reason", "pledged_on", "changed_at")
    none: Row = {"version": 0, "state": Registration.NONE, "titles": [], "promises": {}, "text": ""}
    stands: Row = {name: (found[name] if found else none.get(name)) for name in names}
    steps = await db.execute(
        select(pledge_steps)
        .where(pledge_steps.c.campaign_id == campaign_id, pledge_steps.c.unit_id == unit_id)
        .order_by(pledge_steps.c.version)
    )
    state = Registration(stands["state"])
    return {
        "campaign_id": campaign_id,
        "unit_id": unit_id,
        **stands,
        **_timing(campaign, stands["pledged_on"], await _today(db)),
        "possible": () if campaign["closed_at"] else rules.possible(rules.PLEDGE_STEPS, state),
        "goals": rules.goals_for(campaign["goals"], UnitKind(kind)),
        "steps": [dict(row) for row in steps.mappings()],
    }


async def list_pledges(
    db: Read, campaign_id: UUID, *, state: str | None = None, search: str = "", after: UUID | None = None
) -> Row:
    """List a page of the units that a campaign addresses with their pledges, and how many stand in each state.

    ``recorded_on`` is the day that a unit wrote into its year's figures: who registered on paper has no pledge here.
    """
    campaign = await _campaign(db, campaign_id)
    scope = rules.Scope.model_validate(campaign["scope"])
    of_campaign = and_(pledges.c.unit_id == units.c.unit_id, pledges.c.campaign_id == campaign_id)
    of_year = and_(year_records.c.unit_id == units.c.unit_id, year_records.c.year == campaign["year"])
    stands = func.coalesce(pledges.c.state, Registration.NONE.value).label("state")
    meant = select(stands, func.count().label("units")).select_from(units.outerjoin(pledges, of_campaign))
    counts = await db.execute(meant.where(in_scope(scope)).group_by(stands))
    listed = (
        select(
            units.c.unit_id,
            units.c.name,
            stands,
            pledges.c.version,
            pledges.c.titles,
            pledges.c.promises,
            pledges.c.text,
            pledges.c.reason,
            pledges.c.pledged_on,
            pledges.c.changed_at,
            year_records.c.pledged_on.label("recorded_on"),
        )
        .select_from(units.outerjoin(pledges, of_campaign).outerjoin(year_records, of_year))
        .where(in_scope(scope))
        .order_by(units.c.searched, units.c.unit_id)
        .limit(PAGE + 1)
    )
    if state == Registration.NONE:
        listed = listed.where(pledges.c.state.is_(None))
    elif state:
        listed = listed.where(pledges.c.state == state)
    if search:
        listed = listed.where(units.c.searched.contains(fold(search), autoescape=True))
    if after:
        seen = select(units.c.searched, units.c.unit_id).where(units.c.unit_id == after).scalar_subquery()
        listed = listed.where(tuple_(units.c.searched, units.c.unit_id) > seen)
    rows = (await db.execute(listed)).mappings().all()
    today = await _today(db)
    return {
        "register_by": rules.register_by(campaign["milestones"]),
        "counts": {row.state: row.units for row in counts},
        "items": [_item(row, campaign, today) for row in rows[:PAGE]],
        "next": rows[PAGE - 1]["unit_id"] if len(rows) > PAGE else None,
    }


def _item(row: Any, campaign: Any, today: date) -> Row:
    can = () if campaign["closed_at"] else rules.possible(rules.PLEDGE_STEPS, Registration(row["state"]))
    return {**row, **_timing(campaign, row["pledged_on"] or row["recorded_on"], today), "possible": can}


def _timing(campaign: Any, pledged_on: date | None, today: date) -> Row:
    """Say until when one registers, and whether that day has passed: before the registration, or without one."""
    due = rules.register_by(campaign["milestones"])
    return {"register_by": due, "late": bool(due and (pledged_on or today) > due)}


async def _campaign(db: Read, campaign_id: UUID) -> Any:
    found = await db.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có phong trào này, hoặc phong trào chưa phát động.")
    return row


async def _today(db: Read) -> date:
    return (await business_now(db)).astimezone(VIETNAM).date()
