"""Cross-checks (chấm chéo): the block's head says who checks whom; the checking unit agrees, or objects with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select, true, union
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from chassis.events import Tx
from chassis.facts import put
from chassis.text import nfc
from contracts.appraisal import Column, CrossCheck, CrossChecksAssigned, ItemsObjected
from scoring import rules
from scoring.actions.boards import members_of
from scoring.actions.finality import refuse_on_final
from scoring.actions.keys import Key
from scoring.actions.verdicts import Opened, Reviewer, keep, open_report, refuse
from scoring.tables import CHECKED, REPORTS_IN, blocks, cross_checks, objections, periods, scores, verdicts


async def place_of(db: AsyncConnection, period_id: UUID, unit_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Give in which block a unit's score stands, and which unit checks it there, to decide who may look; None where that is not so."""
    of_unit = (scores.c.period_id == period_id, scores.c.unit_id == unit_id)
    block = (await db.execute(select(scores.c.block_id).where(*of_unit))).scalar_one_or_none()
    named = await named_for(db, period_id, unit_id)
    return block, named.by_unit if named and block in (None, named.block_id) else None


async def named_for(db: AsyncConnection, period_id: UUID, unit_id: UUID) -> Any:
    """Give who was named last to check a unit, when, and in which block, be it one that the unit has left; None = nobody."""
    told = [cross_checks.c[name] for name in ("by_unit", "block_id", "assigned_at")]
    checks = (cross_checks.c.period_id == period_id, cross_checks.c.unit_id == unit_id, CHECKED)
    return (await db.execute(select(*told).where(*checks))).one_or_none()


class Assigned(BaseModel):
    """How many units are checked by whom now."""

    checks: int


class Answered(BaseModel):
    """What came of a cross-check: so many items were agreed to, so many objected to."""

    agreed: int
    objected: int
    correlationid: UUID | None


async def assign_cross_checks(tx: Tx, board: Key, by_unit: Mapping[UUID, UUID | None], post: str) -> Assigned:
    """Say who checks whom on a board, (period, block): unit checked → unit that checks, or nobody: then it is taken back.

    Raises ``NotFound`` for a block that does not report in this period, ``Invalid`` with every pair in which a unit would
    check itself, that names one from elsewhere, or that takes back what the checking unit has done already, ``Conflict`` once
    the board was published as final.
    """
    period_id, block_id = board
    campaign_id = await _locked_period(tx, board)
    await refuse_on_final(tx, board)
    members = (await members_of(tx, [board])).get(board, frozenset())
    now = await tx.now()
    own = {"period_id": period_id, "block_id": block_id, "assigned_by": post, "assigned_at": now}
    # By unit, not by block: one that has come from another block goes on counting from the version that was told there.
    asked = select(cross_checks).where(cross_checks.c.period_id == period_id, cross_checks.c.unit_id.in_(members))
    stands = {row.unit_id: row for row in await tx.db.execute(asked)}
    here = {unit: row.by_unit for unit, row in stands.items() if row.block_id == block_id}
    freed = [unit for unit, by in by_unit.items() if by is None and unit in here]
    errors = [
        *_faults(by_unit, members),
        *await _of_begun(tx, period_id, {unit: here[unit] for unit in freed}),
    ]
    if errors:
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trong bảng phân công.", errors=errors)
    now_by = {unit: by or unit for unit, by in by_unit.items()}
    news = [
        CrossCheck(unit_id=unit, by_unit=by, version=stands[unit].version + 1 if unit in stands else 1)
        for unit, by in sorted(now_by.items())
        if unit not in stands or (stands[unit].by_unit, stands[unit].block_id) != (by, block_id)
    ]
    await put(tx, cross_checks, [{**own, **dict(each)} for each in news], key=("period_id", "unit_id"))
    if news:
        told = {"campaign_id": campaign_id, "period_id": period_id, "block_id": block_id}
        tx.record(CrossChecksAssigned(**told, checks=tuple(news)))
    return Assigned(checks=sum(by != unit for unit, by in (here | now_by).items()))


async def _locked_period(tx: Tx, board: Key) -> UUID:
    """Give the campaign of a board's period, locked: whoever else assigns in it waits, also where no row stands yet."""
    period_id, block_id = board
    asked = (
        select(periods.c.campaign_id)
        .join(blocks, true())
        .where(periods.c.period_id == period_id, blocks.c.block_id == block_id, REPORTS_IN)
        .with_for_update(of=periods)
    )
    campaign_id: UUID | None = (await tx.db.execute(asked)).scalar_one_or_none()
    if campaign_id is None:
        raise NotFound("Kỳ này không có khối thi đua đó: khối thuộc năm khác. Hãy phân công ở kỳ của năm có khối này.")
    return campaign_id


async def _of_begun(tx: Tx, period_id: UUID, stood: Mapping[UUID, UUID]) -> Sequence[FieldError]:
    """Name the units of which their checking unit has said something already: that is not taken back with the check."""
    spoken = [
        select(kept.c.unit_id, kept.c.by_unit).where(kept.c.period_id == period_id, kept.c.unit_id.in_(list(stood)))
        for kept in (verdicts, objections)
    ]
    begun = {(row.unit_id, row.by_unit) for row in await tx.db.execute(union(*spoken))} if stood else set()
    return [
        FieldError(
            field=f"checks.{unit}",
            message="Đơn vị chấm đã có ý kiến về đơn vị này nên không bỏ phân công được",
            remedy="Giữ nguyên, hoặc chọn một đơn vị khác chấm tiếp; ý kiến đã ghi vẫn còn",
        )
        for unit, by in stood.items()
        if (unit, by) in begun
    ]


def _faults(by_unit: Mapping[UUID, UUID | None], members: frozenset[UUID]) -> Sequence[FieldError]:
    return [
        FieldError(field=f"checks.{unit}", message=message, remedy=remedy)
        for unit, by in by_unit.items()
        for message, remedy in [_fault(unit, by, members)]
        if message
    ]


def _fault(unit: UUID, by: UUID | None, members: frozenset[UUID]) -> tuple[str, str]:
    if unit not in members:
        return "Đơn vị này không đứng trong khối ở kỳ này", "Bỏ dòng này, hoặc tải lại trang"
    if by is None:
        return "", ""
    if by not in members:
        return "Đơn vị chấm không đứng trong khối ở kỳ này", "Chọn một đơn vị khác trong khối"
    if unit == by:
        return "Không đơn vị nào tự chấm mình", "Chọn một đơn vị khác trong khối"
    return "", ""


async def answer_cross_check(
    tx: Tx, of: Key, looks: Sequence[rules.Look], by: Reviewer, *, report_version: int | None = None
) -> Answered:
    """Take what the checking unit says of a report, ``of`` (period, unit): what it agrees to is the block's verdict.

    What it does not agree to waits for the block's head. Raises ``Forbidden`` for whoever does not check this unit, or was
    named to in a block that it has left, what ``give_verdicts`` raises, and ``Conflict`` for items of which the head has
    already said what counts.
    """
    named = await named_for(tx.db, *of)
    if named is None or named.by_unit != by.unit_id:
        raise Forbidden("Đơn vị bạn không được phân công chấm chéo đơn vị này. Khối trưởng phân công ai chấm ai.")
    opened = await open_report(tx, of, by, report_version=report_version)
    if opened.known.block_id != named.block_id:
        raise Forbidden(
            "Đơn vị này nay xếp ở khối khác trong kỳ này, nên phân công chấm chéo ở khối cũ không còn hiệu lực. Khối trưởng "
            "của khối mới phân công ai chấm; ý kiến đã ghi vẫn còn.",
            block_id=str(opened.known.block_id),
        )
    refuse(opened.faults(Column.BLOCK, looks), looks)
    await _refuse_concluded(tx, opened, looks, by, named.assigned_at)
    agreed = await keep(tx, opened, Column.BLOCK, [look for look in looks if look.agreed], by)
    objected = await _object(tx, opened, [look for look in looks if not look.agreed], by)
    return Answered(
        agreed=agreed.given, objected=objected, correlationid=tx.correlationid if agreed.given or objected else None
    )


async def _refuse_concluded(
    tx: Tx, opened: Opened, looks: Sequence[rules.Look], by: Reviewer, named_at: datetime
) -> None:
    """Refuse items of which somebody else than the checking unit has said for the block what counts.

    What the unit that checked before agreed to is no conclusion: whoever was named since looks too.
    """
    spoken = select(*[verdicts.c[name] for name in ("criterion", "number", "by_unit", "reason", "at")]).where(
        verdicts.c.period_id == opened.of[0], verdicts.c.unit_id == opened.of[1], verdicts.c.column == Column.BLOCK
    )
    said = {(row.criterion, row.number): row for row in await tx.db.execute(spoken)}
    objected = rules.objected(opened.known.objected)

    def concludes(verdict: rules.Verdict) -> bool:
        row = said[verdict.criterion, verdict.number]
        if row.by_unit == by.unit_id:
            return False
        # A checking unit only ever agrees. Who agreed where another unit had objected has decided between the two.
        settles = any(
            (each.criterion, each.after + 1) == (row.criterion, row.number) and each.by_unit != row.by_unit
            for each in objected
        )
        return row.by_unit is None or row.reason is not None or settles or row.at >= named_at

    concluded = [
        look.criterion
        for look in looks
        if (verdict := opened.standing.get((Column.BLOCK, look.criterion)))
        and rules.counts(verdict, opened.facts.values)
        and concludes(verdict)
    ]
    if concluded:
        raise Conflict(
            f"Mục {', '.join(concluded)} khối trưởng đã kết luận, hoặc Phòng Nội vụ thay khối trưởng. Bỏ các mục này "
            "rồi lưu; nếu chưa đúng, hãy trao đổi với khối trưởng để kết luận lại.",
            criteria=concluded,
        )


async def _object(tx: Tx, opened: Opened, looks: Sequence[rules.Look], by: Reviewer) -> int:
    """Keep what the checking unit does not agree to; the same as stands already is not kept twice."""
    still = opened.objected
    news = [
        look
        for look in looks
        if not (
            (open_one := still.get(look.criterion))
            and (open_one.value, open_one.reason) == (look.value, nfc(look.reason))
        )
    ]
    if not news:
        return 0
    period_id, unit_id = opened.of
    assert by.unit_id is not None
    event = await tx.recorded(
        ItemsObjected(
            campaign_id=opened.known.campaign_id,
            period_id=period_id,
            block_id=opened.known.block_id,
            unit_id=unit_id,
            by_unit=by.unit_id,
            criteria=tuple(look.criterion for look in news),
        )
    )
    own = {"period_id": period_id, "unit_id": unit_id, "by_post": by.post, "by_unit": by.unit_id}
    own |= {"at": event.businesstime, "event_id": event.id}
    await tx.db.execute(insert(objections), [{**own, **_row(opened, look)} for look in news])
    return len(news)


def _row(opened: Opened, look: rules.Look) -> dict[str, Any]:
    known = rules.objected(opened.known.objected)
    spoken = opened.standing.get((Column.BLOCK, look.criterion))
    return {
        "criterion": look.criterion,
        "number": 1 + max((each.number for each in known if each.criterion == look.criterion), default=0),
        "after": spoken.number if spoken else 0,
        "reported": opened.facts.values.get(look.criterion),
        "value": look.value,
        "reason": nfc(look.reason),
    }
