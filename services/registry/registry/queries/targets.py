"""What each unit of a campaign is to reach, where that is another figure than the sheet's."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, or_, select

from chassis.db import Read
from chassis.errors import NotFound
from chassis.text import fold
from registry import rules
from registry.queries.paging import NameOrder, cut, in_turn
from registry.tables import campaigns, targets, units
from registry.tables.addressed import in_scope

Row = dict[str, Any]


class TargetsAsked(BaseModel):
    """Which units of a campaign: those with plan values of their own (``given``), those without, or all, and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search: Annotated[str, Field(max_length=100)] = ""
    given: bool | None = None
    sort: NameOrder = NameOrder.NAME
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def find_targets(
    campaign_id: UUID, scope: rules.Scope, asked: TargetsAsked, *, limit: int | None = None
) -> Select[Any]:
    """Ask for the units that a campaign addresses, or ever gave a plan value to, in Vietnamese order; ``search`` may lack its marks."""
    of_unit = (targets.c.unit_id == units.c.unit_id) & (targets.c.campaign_id == campaign_id)
    query = select(
        units.c.unit_id,
        units.c.name,
        func.coalesce(targets.c.version, 0).label("version"),
        func.coalesce(targets.c.targets, func.jsonb_build_array()).label("targets"),
    )
    begun = or_(units.c.ended_on.is_(None), units.c.ended_on > units.c.valid_from)
    if asked.given:
        # Few may have any: then one begins with those, where many have some one goes by name until a page is full.
        query = query.select_from(units.join(targets, of_unit))
        query = query.where(begun, func.jsonb_array_length(targets.c.targets) > 0)
    else:
        query = query.select_from(units.outerjoin(targets, of_unit))
        query = query.where(begun, or_(in_scope(scope), targets.c.unit_id.is_not(None)))
    if asked.given is False:
        # Asked of each unit in turn, so that one goes by name until a page is full instead of sorting all of them.
        other = targets.alias()
        of_other = (other.c.unit_id == units.c.unit_id) & (other.c.campaign_id == campaign_id)
        own = select(func.jsonb_array_length(other.c.targets)).where(of_other).correlate(units).scalar_subquery()
        query = query.where(func.coalesce(own, 0) < 1)
    if asked.search:
        query = query.where(units.c.searched.contains(fold(asked.search), autoescape=True))
    place = (units.c.sorted, units.c.unit_id)
    last = select(*place).where(units.c.unit_id == asked.after) if asked.after else None
    return in_turn(query, place, last, backwards=asked.sort is NameOrder.NAME_DESC).limit(limit)


async def list_targets(db: Read, campaign_id: UUID, asked: TargetsAsked) -> Row:
    """List a page of a campaign's units with their own plan values; ``next`` is None on the last."""
    scope = (
        await db.execute(select(campaigns.c.scope).where(campaigns.c.campaign_id == campaign_id))
    ).scalar_one_or_none()
    if scope is None:
        raise NotFound("Không có phong trào này, hoặc phong trào chưa phát động.")
    query = find_targets(campaign_id, rules.Scope.model_validate(scope), asked, limit=asked.limit + 1)
    return cut([dict(row) for row in (await db.execute(query)).mappings()], asked.limit, "unit_id")


async def unit_targets(db: Read, campaign_id: UUID, unit_id: UUID) -> Row:
    """Give the plan values of one unit; version 0 and an empty list when none were assigned."""
    found = await db.execute(
        select(targets.c.version, targets.c.targets).where(
            targets.c.campaign_id == campaign_id, targets.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else {"version": 0, "targets": []}
