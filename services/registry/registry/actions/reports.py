"""Reports: drafts that keep every keystroke, and the acceptance that starts a ripple."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select, update
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

# Built once: to put such a question together costs more than to ask it.
_TERMS: Final = (
    select(periods, campaigns.c.year, block_members.c.block_id, sheets.c.criteria, targets.c.targets)
    .join(campaigns, campaigns.c.campaign_id == periods.c.campaign_id)
    .outerjoin(
        block_members, (block_members.c.unit_id == bindparam("unit_id")) & (block_members.c.year == campaigns.c.year)
    )
    .outerjoin(blocks, blocks.c.block_id == block_members.c.block_id)
    .outerjoin(sheets, sheets.c.sheet_id == blocks.c.sheet_id)
    .outerjoin(
        targets, (targets.c.campaign_id == campaigns.c.campaign_id) & (targets.c.unit_id == bindparam("unit_id"))
    )
    .where(periods.c.period_id == bindparam("period_id"), periods.c.campaign_id == bindparam("campaign_id"))
)
_LOCKED: Final = (
    select(reports)
    .where(reports.c.period_id == bindparam("period_id"), reports.c.unit_id == bindparam("unit_id"))
    .with_for_update()
)
_NEXT_NUMBER: Final = select(receipt_numbers.next_value())
_SENT: Final[dict[str, BindParameter[Any]]] = {
    name: bindparam(f"sent_{name}") for name in (*Receipt.model_fields, "fields")
}
_ACCEPTED: Final = ("version", "receipt_number", "accepted_at", "late", "fields")
_KEEP: Final = (
    insert(submissions)
    .values(_SENT)
    .add_cte(
        update(reports)
        .where(reports.c.report_id == _SENT["report_id"])
        .values(
            **{name: _SENT[name] for name in _ACCEPTED},
            state="submitted",
            saved_at=_SENT["accepted_at"],
            editor=None,
        )
        .cte("kept")
    )
)


async def save_draft(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID, body: DraftBody) -> Saved:
    """Keep what was typed, valid or not. Fields that are not sent stay as they are.

    Raises ``Conflict`` with the stored fields when somebody saved something else since ``body.version``. One page never
    conflicts with itself: it saves as its writer goes on, and the next save may leave before the last one's answer.
    """
    if faults := rules.overlong(body.fields):
        raise invalid(faults)
    await _require_period(tx.db, campaign_id, period_id)
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
    terms = await _terms(db, body)
    values, faults = rules.read_report(_lines(terms), body.fields)
    return Checked(values=values, errors=tuple(field_error(fault) for fault in faults))


async def submit_report(tx: Tx, body: ReportBody) -> Receipt:
    """Accept a unit's report for a period, first or amended, and give its receipt.

    Raises ``Invalid`` with every fault at once, ``Conflict`` when the period takes no reports or the version is stale.
    """
    terms = await _terms(tx.db, body)
    values, faults = rules.read_report(_lines(terms), body.fields)
    if faults:
        raise invalid(faults)
    report = await _lock_report(tx, body.campaign_id, body.period_id, body.unit_id)
    _refuse_stale(report, body.version)
    number = (await tx.db.execute(_NEXT_NUMBER)).scalar_one()

    accepted_at = await tx.accept()
    state = rules.period_state(terms["opens_at"], terms["due_at"], terms["closes_at"], accepted_at)
    _refuse_outside(state, terms)
    receipt = Receipt(
        receipt_number=rules.receipt_number(accepted_at.astimezone(VIETNAM), number),
        report_id=report["report_id"],
        version=report["version"] + 1,
        accepted_at=accepted_at,
        late=state is rules.PeriodState.LATE,
        correlationid=tx.correlationid,
    )
    sent = {**receipt.model_dump(), "fields": body.fields}
    await tx.db.execute(_KEEP, {f"sent_{name}": value for name, value in sent.items()})
    tx.record(
        ReportSubmitted(
            **receipt.model_dump(exclude={"correlationid"}),
            campaign_id=body.campaign_id,
            period_id=body.period_id,
            block_id=terms["block_id"],
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


async def _terms(db: AsyncConnection, body: CheckBody) -> Any:
    """Give, in one question, all that stands about a unit's report before it is read: period, block, sheet, plan."""
    found = await db.execute(_TERMS, body.model_dump(include={"campaign_id", "period_id", "unit_id"}))
    terms = found.mappings().one_or_none()
    if terms is None:
        raise _no_such_period()
    if terms["block_id"] is None:
        raise Invalid(
            f"Đơn vị chưa được xếp vào khối thi đua nào của năm {terms['year']}.",
            errors=[FieldError(field="unit_id", message="chưa có khối thi đua", remedy="Liên hệ Phòng Nội vụ")],
        )
    if terms["criteria"] is None:
        raise Unavailable("Bảng điểm của khối chưa được công bố tới nơi nhận báo cáo. Hãy thử lại sau ít phút.")
    return terms


def _lines(terms: Any) -> list[SheetCriterion]:
    """Give the lines to be read; what was not assigned to the unit is not asked of it."""
    spared = {each["criterion"] for each in terms["targets"] or () if not each["assigned"]}
    lines = [SheetCriterion.model_validate(each) for each in terms["criteria"]]
    return [line.model_copy(update={"required": line.required and line.criterion not in spared}) for line in lines]


def _no_such_period() -> Invalid:
    return Invalid(
        "Kỳ báo cáo không thuộc phong trào này.",
        errors=[FieldError(field="period_id", message="không có kỳ này", remedy="Chọn lại kỳ báo cáo")],
    )


async def _require_period(db: AsyncConnection, campaign_id: UUID, period_id: UUID) -> None:
    found = await db.execute(
        select(periods.c.period_id).where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)
    )
    if found.first() is None:
        raise _no_such_period()


async def _lock_report(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Any:
    """Lock the unit's report of this period, making it when it is new."""
    key = {"period_id": period_id, "unit_id": unit_id}
    if report := (await tx.db.execute(_LOCKED, key)).mappings().one_or_none():
        return report
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    await tx.db.execute(
        insert(reports)
        .values(
            report_id=uuid7(),
            campaign_id=campaign_id,
            **key,
            version=0,
            state="draft",
            fields={},
            saved_at=await business_now(tx.db),
        )
        .on_conflict_do_nothing()
    )
    return (await tx.db.execute(_LOCKED, key)).mappings().one()


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
