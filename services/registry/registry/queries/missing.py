"""Who has not sent a report: how many in each block, and the units of one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, cast, func, select, true, tuple_

from chassis.clock import business_now
from chassis.db import Read
from chassis.errors import NotFound
from registry import rules
from registry.queries.paging import page_of, place_after
from registry.tables import blocks
from registry.tables.missing import missing, missing_places, period_of

Row = dict[str, Any]


async def missing_by_block(
    db: Read, campaign_id: UUID, period_id: UUID, *, only: Sequence[UUID] | None, after: str | None, limit: int
) -> Row:
    """Give how many units have not sent a report of a period, and a page of the blocks they stand in; ``only`` of these."""
    period = await _period(db, campaign_id, period_id)
    scope = rules.Scope.model_validate(period["scope"])
    found = await db.execute(find_missing(period, scope, None if only is None else list(only), after, limit=limit + 1))
    rows = [dict(row) for row in found.mappings()]
    total = rows[0]["total"] if rows else 0
    shown = [{name: row[name] for name in ("block_id", "name", "sorted", "missing")} for row in rows if row["block_id"]]
    return {**await _told(db, period), "missing": total, **page_of(shown, limit, "block_id")}


def find_missing(
    period: Any, scope: rules.Scope, only: list[UUID] | None, after: str | None, *, limit: int | None = None
) -> Select[Any]:
    """Ask how many units have not sent a report: all, and of each block of a page; behind the last page all alone."""
    places = missing_places(period, scope, only).subquery("places")
    counted = select(places.c.block_id, func.count().label("missing")).group_by(places.c.block_id).cte("counted")
    page = (
        select(blocks.c.block_id, blocks.c.name, blocks.c.sorted, counted.c.missing)
        .join(counted, counted.c.block_id == blocks.c.block_id)
        .order_by(blocks.c.sorted, blocks.c.block_id)
        .limit(limit)
    )
    if after is not None:
        page = page.where(tuple_(blocks.c.sorted, blocks.c.block_id) > place_after(after))
    shown = page.subquery("shown")
    every = select(cast(func.coalesce(func.sum(counted.c.missing), 0), Integer).label("total")).subquery("every")
    return (
        select(every.c.total, shown)
        .select_from(every.outerjoin(shown, true()))
        .order_by(shown.c.sorted, shown.c.block_id)
    )


async def missing_of_block(db: Read, campaign_id: UUID, period_id: UUID, block_id: UUID) -> Row:
    """Give the units of a block that have not sent a report of a period, in Vietnamese order, and whether it is still taken."""
    period = await _period(db, campaign_id, period_id)
    found = _of(period, [block_id]).subquery("missing")
    rows = await db.execute(select(found).order_by(found.c.sorted, found.c.unit_id))
    named = ("unit_id", "name", "state", "saved_at")
    return {**await _told(db, period), "items": [{name: row[name] for name in named} for row in rows.mappings()]}


async def _period(db: Read, campaign_id: UUID, period_id: UUID) -> Any:
    row = (await db.execute(period_of(campaign_id, period_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có kỳ báo cáo này trong phong trào.")
    return row


def _of(period: Any, block_ids: list[UUID] | None) -> Any:
    return missing(period, rules.Scope.model_validate(period["scope"]), block_ids)


async def _told(db: Read, period: Any) -> Row:
    """Say by when it is due and how the period stands now."""
    moments = {name: period[name] for name in ("opens_at", "due_at", "closes_at")}
    state = rules.period_state(**moments, at=await business_now(db))
    return {**moments, "period_state": rules.PeriodState.CLOSED if period["closed_at"] else state}
