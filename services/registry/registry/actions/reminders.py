"""Reminding units of a report that they have not sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, cast, func
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import VIETNAM
from chassis.errors import Conflict, NotFound
from chassis.events import SYSTEM_ACTOR, Tx
from chassis.tables import idempotency
from contracts.notices import ReportsReminded
from contracts.notify import Post
from registry import rules
from registry.actions.bodies import RemindBody, Reminded
from registry.tables import periods
from registry.tables.missing import missing, period_of, running_periods


async def remind_units(
    tx: Tx, campaign_id: UUID, period_id: UUID, block_id: UUID, body: RemindBody, *, by: Post
) -> Reminded:
    """Have the units of a block that have not sent their report told so: all of them, or those named that are among them.

    Who has sent meanwhile is left out. Raises ``NotFound``, and ``Conflict`` while the period takes no report.
    """
    period = (await tx.db.execute(period_of(campaign_id, period_id))).mappings().one_or_none()
    if period is None:
        raise NotFound("Không có kỳ báo cáo này trong phong trào.")
    state = rules.period_state(period["opens_at"], period["due_at"], period["closes_at"], await tx.now())
    if period["closed_at"] or state not in (rules.PeriodState.OPEN, rules.PeriodState.LATE):
        how = "chưa mở" if state is rules.PeriodState.NOT_OPEN else "đã đóng"
        raise Conflict(f"{period['name']} {how} nhận báo cáo, nên không nhắc được.", period_state=state.value)
    found = await tx.db.execute(_missing(period, [block_id]))
    wanted = sorted(row.unit_id for row in found if body.unit_ids is None or row.unit_id in body.unit_ids)
    if wanted:
        tx.record(_reminded(period, block_id, wanted, by=by, late=state is rules.PeriodState.LATE))
    return Reminded(unit_ids=tuple(wanted))


_DUE_DAY: Final = cast(func.timezone(str(VIETNAM), periods.c.due_at), Date)
_NOBODY: Final = b""


async def remind_of_due(tx: Tx, *, days: Sequence[int], from_hour: int) -> None:
    """Remind whoever has not sent a report that is due in so many ``days``: of each period once for each such day.

    Nothing comes of a call before ``from_hour`` in Vietnam, nor of a second one, whichever replica makes it.
    """
    now = (await tx.now()).astimezone(VIETNAM)
    if now.hour < from_hour or not days:
        return
    due = await tx.db.execute(
        running_periods()
        .where(_DUE_DAY.in_([now.date() + timedelta(days=each) for each in days]))
        .where(periods.c.opens_at <= now, periods.c.due_at > now)
        .order_by(periods.c.period_id)
    )
    for period in due.mappings().all():
        if not await _first(tx, f"remind:{period['period_id']}:{period['due_at'].isoformat()}:{now.date()}"):
            continue
        units = (await tx.db.execute(_missing(period))).all()
        for block_id in sorted({row.block_id for row in units}):
            named = sorted(row.unit_id for row in units if row.block_id == block_id)
            tx.record(_reminded(period, block_id, named, by=None, late=False))


async def _first(tx: Tx, key: str) -> bool:
    """Claim a deed of the clock as a command is claimed: whoever comes second waits for the first, and does nothing."""
    claimed = insert(idempotency).values(actor=SYSTEM_ACTOR, key=key, request=_NOBODY).on_conflict_do_nothing()
    return bool((await tx.db.execute(claimed.returning(idempotency.c.key))).first())


def _missing(period: Any, block_ids: list[UUID] | None = None) -> Select[Any]:
    return missing(period, rules.Scope.model_validate(period["scope"]), block_ids)


def _reminded(period: Any, block_id: UUID, unit_ids: Sequence[UUID], *, by: Post | None, late: bool) -> ReportsReminded:
    named = {name: period[name] for name in ("campaign_id", "period_id", "due_at", "closes_at")}
    return ReportsReminded(**named, block_id=block_id, by=by, late=late, unit_ids=tuple(unit_ids))
