"""Pledges: one unit's with its steps, and the office's list with those who have not registered."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_

from chassis.clock import VIETNAM, business_now
from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from contracts.registry import UnitKind
from registry import rules
from registry.rules import Registration
from registry.tables import campaigns, pledge_steps, pledges, units, year_records
from registry.tables.addressed import LAUNCHED_AT, could_register, in_scope

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
    state = Registration(stands["state"])
    steps = await db.execute(
        select(pledge_steps)
        .where(pledge_steps.c.campaign_id == campaign_id, pledge_steps.c.unit_id == unit_id)
        .order_by(pledge_steps.c.version)
    )
    return {
        "campaign_id": campaign_id,
        "unit_id": unit_id,
        **stands,
        **_timing(campaign, stands["pledged_on"] if state is not Registration.WITHDRAWN else None, await _today(db)),
        "possible": () if campaign["closed_at"] else rules.possible(rules.PLEDGE_STEPS, state),
        "goals": rules.goals_for(campaign["goals"], UnitKind(kind)),
        "steps": [dict(row) for row in steps.mappings()],
    }


class PledgeOrder(StrEnum):
    """In which order pledges are listed: by the unit's name, or the newest step first, of those that have taken one."""

    NAME = "name"
    NEWEST = "newest"


class PledgesAsked(BaseModel):
    """Which pledges of a campaign, in which order; ``after`` is the last unit of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Registration | None = None
    search: Annotated[str, Field(max_length=100)] = ""
    sort: PledgeOrder = PledgeOrder.NAME
    after: UUID | None = None


_SHOWN: Final = ("version", "titles", "promises", "text", "reason", "pledged_on", "changed_at")


def find_pledges(campaign: Any, asked: PledgesAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for the units that a campaign addresses with their pledges; the search may lack its marks, as that of units.

    ``recorded_on`` is the day that a unit wrote into its year's figures: who registered on paper has no pledge here.
    """
    of_year = and_(year_records.c.unit_id == units.c.unit_id, year_records.c.year == campaign["year"])
    newest = asked.sort is PledgeOrder.NEWEST and asked.state is not Registration.NONE
    query = (
        select(
            units.c.unit_id,
            units.c.name,
            _STANDS,
            *[pledges.c[name] for name in _SHOWN],
            year_records.c.pledged_on.label("recorded_on"),
        )
        .select_from(
            units.join(pledges, _of(campaign), isouter=not newest).outerjoin(year_records, of_year),
        )
        .where(_meant(campaign))
        .limit(limit)
    )
    if asked.state is Registration.NONE:
        # Asked like this the planner knows that there are some, and goes by name instead of sorting all of them.
        other = pledges.alias()
        of_unit = and_(other.c.campaign_id == campaign["campaign_id"], other.c.unit_id == units.c.unit_id)
        query = query.where(~exists().where(of_unit))
    elif asked.state:
        query = query.where(pledges.c.state == asked.state.value)
    if asked.search:
        query = query.where(units.c.searched.contains(fold(asked.search), autoescape=True))
    if newest:
        step = tuple_(pledges.c.changed_at, pledges.c.unit_id)
        seen = select(pledges.c.changed_at, pledges.c.unit_id).where(
            pledges.c.campaign_id == campaign["campaign_id"], pledges.c.unit_id == asked.after
        )
        query = query.where(step < seen.scalar_subquery()) if asked.after else query
        return query.order_by(pledges.c.changed_at.desc(), pledges.c.unit_id.desc())
    if asked.after:
        seen = select(units.c.sorted, units.c.unit_id).where(units.c.unit_id == asked.after)
        query = query.where(tuple_(units.c.sorted, units.c.unit_id) > seen.scalar_subquery())
    return query.order_by(units.c.sorted, units.c.unit_id)


_STANDS: Final = func.coalesce(pledges.c.state, Registration.NONE.value).label("state")


def _meant(campaign: Any) -> ColumnElement[bool]:
    """Leave out who had ended before one could register, but for a pledge that stands."""
    there = or_(could_register(campaign), pledges.c.unit_id.is_not(None))
    return and_(in_scope(rules.Scope.model_validate(campaign["scope"])), there)


def _of(campaign: Any) -> ColumnElement[bool]:
    return and_(pledges.c.unit_id == units.c.unit_id, pledges.c.campaign_id == campaign["campaign_id"])


def count_pledges(campaign: Any, scope: rules.Scope) -> Select[Any]:
    """Ask how many addressed units have a pledge in each state: nobody's but those of this campaign are looked at."""
    counted = select(pledges.c.state, func.count().label("units")).where(
        pledges.c.campaign_id == campaign["campaign_id"]
    )
    if scope.reach != "all":
        counted = counted.where(pledges.c.unit_id.in_(select(units.c.unit_id).where(in_scope(scope))))
    return counted.group_by(pledges.c.state)


def count_addressed(campaign: Any, scope: rules.Scope) -> Select[Any]:
    """Ask how many units a campaign addresses: all of its scope but the few that had ended before, without a pledge."""
    left = (
        select(units.c.unit_id)
        .where(units.c.ended_on.is_not(None), ~could_register(campaign), ~exists().where(_of(campaign)))
        .correlate(None)
    )
    return select(func.count()).select_from(units).where(in_scope(scope), units.c.unit_id.not_in(left))


async def list_pledges(db: Read, campaign_id: UUID, asked: PledgesAsked) -> Row:
    """List a page of the units that a campaign addresses with their pledges, and how many stand in each state."""
    campaign = await _campaign(db, campaign_id)
    scope = rules.Scope.model_validate(campaign["scope"])
    counts = {row.state: row.units for row in await db.execute(count_pledges(campaign, scope))}
    addressed = (await db.execute(count_addressed(campaign, scope))).scalar_one()
    if others := addressed - sum(counts.values()):
        counts[Registration.NONE] = others
    rows = (await db.execute(find_pledges(campaign, asked, limit=PAGE + 1))).mappings().all()
    today = await _today(db)
    return {
        "register_by": rules.register_by(campaign["milestones"]),
        "counts": counts,
        "items": [_item(row, campaign, today) for row in rows[:PAGE]],
        "next": rows[PAGE - 1]["unit_id"] if len(rows) > PAGE else None,
    }


def _item(row: Any, campaign: Any, today: date) -> Row:
    state = Registration(row["state"])
    can = () if campaign["closed_at"] else rules.possible(rules.PLEDGE_STEPS, state)
    pledged_on = None if state is Registration.WITHDRAWN else row["pledged_on"]
    return {**row, **_timing(campaign, pledged_on or row["recorded_on"], today), "possible": can}


def _timing(campaign: Any, pledged_on: date | None, today: date) -> Row:
    """Say until when one registers, and whether that day has passed: before the registration, or without one."""
    due = rules.register_by(campaign["milestones"])
    return {"register_by": due, "late": bool(due and (pledged_on or today) > due)}


async def _campaign(db: Read, campaign_id: UUID) -> Any:
    found = await db.execute(select(campaigns, LAUNCHED_AT).where(campaigns.c.campaign_id == campaign_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có phong trào này, hoặc phong trào chưa phát động.")
    return row


async def _today(db: Read) -> date:
    return (await business_now(db)).astimezone(VIETNAM).date()
