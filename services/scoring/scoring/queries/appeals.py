"""Appeals: lists of them, and one with every step."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from chassis.db import Read
from chassis.errors import NotFound
from scoring.rules import appeals as way
from scoring.tables import PUBLISHED_AT, appeal_steps, appeals, periods, published_on, scores

Row = dict[str, Any]

_LAST = appeal_steps.alias("last")
_FIRST = appeal_steps.alias("first")
_LISTED = (
    select(appeals, _FIRST.c.at.label("filed_at"), _LAST.c.at.label("changed_at"))
    .join(_FIRST, (_FIRST.c.appeal_id == appeals.c.appeal_id) & (_FIRST.c.number == 1))
    .join(_LAST, (_LAST.c.appeal_id == appeals.c.appeal_id) & (_LAST.c.number == appeals.c.steps))
)


class Concerned(NamedTuple):
    """Whose appeals are asked for: those of some units, and those of all units of some blocks."""

    units: Collection[UUID]
    blocks: Collection[UUID]


async def appeals_of(db: Read, whose: Concerned | None, *, ended: bool, after: UUID | None, limit: int) -> Row:
    """List appeals, everybody's unless told, the longest waiting first, those that have ended newest first; ``after`` is the last of the page before."""
    asked = _LISTED.where(appeals.c.state.not_in(way.OPEN) if ended else appeals.c.state.in_(way.OPEN))
    if whose is not None:
        asked = asked.where(or_(appeals.c.unit_id.in_(whose.units), appeals.c.block_id.in_(whose.blocks)))
    if after:
        asked = asked.where(appeals.c.appeal_id < after if ended else appeals.c.appeal_id > after)
    order = appeals.c.appeal_id.desc() if ended else appeals.c.appeal_id
    found = (await db.execute(asked.order_by(order).limit(limit + 1))).mappings().all()
    return {"items": [dict(row) for row in found[:limit]], "more": len(found) > limit}


async def appeal(db: Read, appeal_id: UUID) -> Row:
    """Give an appeal with its steps, the first one first; raises ``NotFound``."""
    found = (await db.execute(_LISTED.where(appeals.c.appeal_id == appeal_id))).mappings().one_or_none()
    if found is None:
        raise NotFound("Không có kiến nghị này.")
    steps = select(*[appeal_steps.c[name] for name in ("number", "state", "reason", "value", "by_post", "at")])
    taken = await db.execute(steps.where(appeal_steps.c.appeal_id == appeal_id).order_by(appeal_steps.c.number))
    return {**found, "taken": [dict(row) for row in taken.mappings()]}


async def appealing(db: Read, period_id: UUID, unit_id: UUID, days: int) -> Row:
    """Tell until which day a unit can appeal against its score of a period, and which of its items have an open appeal.

    ``frozen`` holds where its points were published: the days count from the last time that these or its place were others.
    """
    closing = (
        select(periods.c.closes_on, PUBLISHED_AT)
        .select_from(scores.outerjoin(periods, periods.c.period_id == scores.c.period_id))
        .where(scores.c.period_id == period_id, scores.c.unit_id == unit_id, ~scores.c.withdrawn)
    )
    found = (await db.execute(closing)).one_or_none()
    if found is None:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này.")
    open_ones = select(appeals.c.item, appeals.c.appeal_id).where(
        appeals.c.period_id == period_id, appeals.c.unit_id == unit_id, appeals.c.state.in_(way.OPEN)
    )
    return {
        "last_day": way.last_day(published_on(found.published_at), found.closes_on, days),
        "days": days,
        "frozen": found.published_at is not None,
        "confirmed": False,
        "open": {row.item: row.appeal_id for row in await db.execute(open_ones)},
    }
