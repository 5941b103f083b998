"""Reports: drafts that keep every keystroke, and the acceptance that starts a ripple."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import VIETNAM, business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from chassis.events import Tx
from chassis.facts import learn
from contracts.envelope import Event
from contracts.registry import ReportSubmitted
from contracts.scoring import SheetCriterion, SheetPublished
from registry import rules
from registry.actions.bodies import CheckBody, Checked, DraftBody, Receipt, ReportBody, Saved
from registry.actions.writing import field_error, invalid
from registry.tables import (
    block_members,
    blocks,
    campaigns,
    periods,
    receipt_numbers,
    reports,
    sheets,
    submissions,
    targets,
    units,
)


async def save_draft(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID, body: DraftBody) -> Saved:
    """Keep what was typed, valid or not. Fields that are not sent stay as they are.

    Raises ``Conflict`` with the stored fields when somebody saved something else since ``body.version``. One page never
    conflicts with itself: it saves as its writer goes on, and the next save may leave before the last one's answer.
    """
    if faults := rules.overlong(body.fields):
        raise invalid(faults)
    await _period(tx.db, campaign_id, period_id)
    report = await _lock_report(tx, campaign_id, period_id, unit_id)
    fields = {**report["fields"], **body.fields}
    if report["version"] and fields == report["fields"]:
        return Saved(version=report["version"], saved_at=report["saved_at"])
    if body.editor is None or report["editor"] != body.editor:
        _refuse_stale(report, body.version)
    now = await business_now(tx.db)
    version = report["version"] + 1
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == report["report_id"])
        .values(
            version=version,
            fields=fields,
            saved_at=now,
            editor=body.editor,
            state="draft" if report["receipt_number"] is None else "amending",
        )
    )
    return Saved(version=version, saved_at=now)


async def check_report(db: AsyncConnection, body: CheckBody) -> Checked:
    """Read a report as sending it would, and keep nothing."""
    period = await _period(db, body.campaign_id, body.period_id)
    block = await _block_of(db, body.unit_id, period["year"])
    values, faults = rules.read_report(await _criteria(db, block["sheet_id"], body), body.fields)
    return Checked(values=values, errors=tuple(field_error(fault) for fault in faults))


async def submit_report(tx: Tx, body: ReportBody) -> Receipt:
    """Accept a unit's report for a period, first or amended, and give its receipt.

    Raises ``Invalid`` with every fault at once, ``Conflict`` when the period takes no reports or the version is stale.
    """
    period = await _period(tx.db, body.campaign_id, body.period_id)
    block = await _block_of(tx.db, body.unit_id, period["year"])
    values, faults = rules.read_report(await _criteria(tx.db, block["sheet_id"], body), body.fields)
    if faults:
        raise invalid(faults)
    report = await _lock_report(tx, body.campaign_id, body.period_id, body.unit_id)
    _refuse_stale(report, body.version)
    number = (await tx.db.execute(select(receipt_numbers.next_value()))).scalar_one()

    accepted_at = await tx.accept()
    state = rules.period_state(period["opens_at"], period["due_at"], period["closes_at"], accepted_at)
    _refuse_outside(state, period)
    receipt = Receipt(
        receipt_number=rules.receipt_number(accepted_at.astimezone(VIETNAM), number),
        report_id=report["report_id"],
        version=report["version"] + 1,
        accepted_at=accepted_at,
        late=state is rules.PeriodState.LATE,
        correlationid=tx.correlationid,
    )
    accepted = receipt.model_dump(include={"version", "receipt_number", "accepted_at", "late"})
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == receipt.report_id)
        .values(**accepted, state="submitted", fields=body.fields, saved_at=accepted_at, editor=None)
    )
    await tx.db.execute(insert(submissions).values(**receipt.model_dump(), fields=body.fields))
    tx.record(
        ReportSubmitted(
            **receipt.model_dump(exclude={"correlationid"}),
            campaign_id=body.campaign_id,
            period_id=body.period_id,
            block_id=block["block_id"],
            unit_id=body.unit_id,
            values=values,
        )
    )
    return receipt


def _refuse_outside(state: rules.PeriodState, period: Any) -> None:
    if state is rules.PeriodState.CLOSED:
        closed = period["closes_at"].astimezone(VIETNAM)
        raise Conflict(
            f"{period['name']} đã đóng nhận báo cáo lúc {closed:%H:%M} ngày {closed:%d/%m/%Y}. "
            "Hãy liên hệ Phòng Nội vụ nếu báo cáo còn phải sửa."
        )
    if state is rules.PeriodState.NOT_OPEN:
        opens = period["opens_at"].astimezone(VIETNAM)
        raise Conflict(f"{period['name']} nhận báo cáo từ {opens:%H:%M} ngày {opens:%d/%m/%Y}.")


async def _criteria(db: AsyncConnection, sheet_id: UUID, body: CheckBody) -> list[SheetCriterion]:
    """Give the lines to be read; what was not assigned to the unit is not asked of it."""
    criteria = (await db.execute(select(sheets.c.criteria).where(sheets.c.sheet_id == sheet_id))).scalar_one_or_none()
    if criteria is None:
        raise Unavailable("Bảng điểm của khối chưa được công bố tới nơi nhận báo cáo. Hãy thử lại sau ít phút.")
    plan = await db.execute(
        select(targets.c.targets).where(targets.c.campaign_id == body.campaign_id, targets.c.unit_id == body.unit_id)
    )
    spared = {each["criterion"] for each in plan.scalar_one_or_none() or () if not each["assigned"]}
    lines = [SheetCriterion.model_validate(each) for each in criteria]
    return [line.model_copy(update={"required": line.required and line.criterion not in spared}) for line in lines]


async def _period(db: AsyncConnection, campaign_id: UUID, period_id: UUID) -> Any:
    found = await db.execute(
        select(periods, campaigns.c.year)
        .join(campaigns, campaigns.c.campaign_id == periods.c.campaign_id)
        .where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)
    )
    period = found.mappings().one_or_none()
    if period is None:
        raise Invalid(
            "Kỳ báo cáo không thuộc phong trào này.",
            errors=[FieldError(field="period_id", message="không có kỳ này", remedy="Chọn lại kỳ báo cáo")],
        )
    return period


async def _block_of(db: AsyncConnection, unit_id: UUID, year: int) -> Any:
    found = await db.execute(
        select(blocks)
        .join(block_members, block_members.c.block_id == blocks.c.block_id)
        .where(block_members.c.unit_id == unit_id, block_members.c.year == year)
    )
    block = found.mappings().one_or_none()
    if block is None:
        raise Invalid(
            f"Đơn vị chưa được xếp vào khối thi đua nào của năm {year}.",
            errors=[FieldError(field="unit_id", message="chưa có khối thi đua", remedy="Liên hệ Phòng Nội vụ")],
        )
    return block


async def _lock_report(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Any:
    """Lock the unit's report of this period, making it when it is new."""
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    await tx.db.execute(
        insert(reports)
        .values(
            report_id=uuid7(),
            campaign_id=campaign_id,
            period_id=period_id,
            unit_id=unit_id,
            version=0,
            state="draft",
            fields={},
            saved_at=await business_now(tx.db),
        )
        .on_conflict_do_nothing()
    )
    found = await tx.db.execute(
        select(reports).where(reports.c.period_id == period_id, reports.c.unit_id == unit_id).with_for_update()
    )
    return found.mappings().one()


def _refuse_stale(report: Any, version: int) -> None:
    if report["version"] != version:
        raise Conflict(
            "Báo cáo này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            version=report["version"],
            fields=report["fields"],
            saved_at=report["saved_at"].isoformat(),
        )


async def learn_sheets(tx: Tx, events: Sequence[Event[SheetPublished]]) -> None:
    """Keep what sheets ask for; an older version never overwrites a newer one."""
    for event in events:
        fact = event.data.model_dump(mode="json", include={"version", "name", "criteria"})
        if await learn(tx, sheets, {"sheet_id": event.data.sheet_id}, fact):
            tx.changed(event)
