"""Who has not sent a report, as SQL."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.clock import VIETNAM
from registry.tables.addressed import in_scope
from registry.tables.campaigns import campaigns, periods
from registry.tables.reports import reports
from registry.tables.structure import block_members, units

_PERIODS: Final = select(periods, campaigns.c.year, campaigns.c.scope, campaigns.c.closed_at).join(
    campaigns, campaigns.c.campaign_id == periods.c.campaign_id
)


def period_of(campaign_id: UUID, period_id: UUID) -> Select[Any]:
    """Ask for a period with what ``missing`` must know of its campaign."""
    return _PERIODS.where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)


def running_periods() -> Select[Any]:
    """Ask for the periods of campaigns that have not ended, as ``period_of`` does for one."""
    return _PERIODS.where(campaigns.c.closed_at.is_(None))


def missing_places(period: Any, scope: Any, block_ids: list[UUID] | None = None) -> Select[Any]:
    """Ask for the units that have sent no report of a period, each with its block, and for nothing else of them.

    Those that the campaign addresses and that stand in one of these blocks (None = in any of the year's) on the day the
    period closes, as for the report itself. One that was sent and returned is not among them: it counts. All of a year's
    units are gone through in the order of their ids, so that what they have sent is met on the way.
    """
    year, closing_day = period["year"], period["closes_at"].astimezone(VIETNAM).date()
    standing = select(block_members.c.unit_id, block_members.c.block_id).where(
        block_members.c.year == year, block_members.c.from_on <= closing_day
    )
    if scope.reach != "all":
        standing = standing.where(block_members.c.unit_id.in_(select(units.c.unit_id).where(in_scope(scope))))
    if block_ids is not None:
        been = select(block_members.c.unit_id).where(block_members.c.block_id.in_(block_ids))
        standing = standing.where(block_members.c.unit_id.in_(been))
    stands = (
        standing.ext(distinct_on(block_members.c.unit_id))
        .order_by(block_members.c.unit_id.desc(), block_members.c.from_on.desc())
        .subquery("stands")
    )
    sent = exists().where(
        reports.c.period_id == period["period_id"],
        reports.c.unit_id == stands.c.unit_id,
        reports.c.receipt_number.is_not(None),
    )
    ended = exists().where(units.c.unit_id == stands.c.unit_id, units.c.ended_on <= closing_day)
    query = select(stands.c.unit_id, stands.c.block_id).where(stands.c.block_id.is_not(None), ~sent, ~ended)
    return query if block_ids is None else query.where(stands.c.block_id.in_(block_ids))


def missing(period: Any, scope: Any, block_ids: list[UUID] | None = None) -> Select[Any]:
    """Ask for the same units with their names and how far their reports are: ``state`` is None where nothing was typed."""
    found = missing_places(period, scope, block_ids).subquery("found")
    of_period = and_(reports.c.period_id == period["period_id"], reports.c.unit_id == found.c.unit_id)
    return (
        select(found.c.unit_id, units.c.name, units.c.sorted, found.c.block_id, reports.c.state, reports.c.saved_at)
        .join(units, units.c.unit_id == found.c.unit_id)
        .outerjoin(reports, of_period)
    )
