"""What is done with a report after it was sent: withdrawn, taken up, released, returned item by item, accepted."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import NOW, VIETNAM
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.registry import ReportAccepted, ReportReturned, ReportWithdrawn
from registry import rules
from registry.actions.bodies import ReportStepped, ReturnBody, StepBody, TakeBackBody
from registry.actions.writing import refuse_stale, step_after
from registry.rules import transitions
from registry.tables import blocks, campaigns, periods, report_steps, reports, submissions
from registry.tables.sheets import standing_sheet
from registry.tables.standing import CLOSING_DAY, STOOD, block_of

_NAMED: Final = ("report_id", "receipt_number", "version", "campaign_id", "period_id", "block_id", "unit_id")

_UNKNOWN: Final = "Không có báo cáo này."

_of = block_of(reports.c.unit_id, campaigns.c.year, CLOSING_DAY)
_stands, _stood = _of.lateral("stands"), _of.where(STOOD).lateral("stood")
_sheet = standing_sheet(blocks.c.sheet_id, reports.c.period_id)
# Whoever left the blocks before the closing day left what was sent behind: it is concluded as of the block it was sent in.
_REPORT: Final = (
    select(reports, periods.c.name, periods.c.closes_at, _stood.c.block_id, _sheet.c.criteria, NOW.label("now"))
    .join(periods, periods.c.period_id == reports.c.period_id)
    .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
    .outerjoin(_stood, true())
    .outerjoin(blocks, blocks.c.block_id == _stood.c.block_id)
    .outerjoin(_sheet, true())
    .where(reports.c.report_id == bindparam("report_id"))
    .with_for_update(of=reports)
)
_PLACE: Final = (
    select(reports.c.unit_id, _stands.c.block_id)
    .join(periods, periods.c.period_id == reports.c.period_id)
    .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
    .outerjoin(_stands, true())
    .where(reports.c.report_id == bindparam("report_id"))
)


async def place_of(db: AsyncConnection, report_id: UUID) -> dict[str, Any]:
    """Give whose report it is, to decide who may see and do what; raises ``NotFound``.

    ``block_id`` is None for a unit that stands in no block on the closing day: then the office alone reviews it.
    """
    found = (await db.execute(_PLACE, {"report_id": report_id})).mappings().one_or_none()
    if found is None:
        raise NotFound(_UNKNOWN)
    return dict(found)


async def withdraw_report(tx: Tx, report_id: UUID, body: StepBody, post: str) -> ReportStepped:
    """Take a report back that nobody has taken up: nothing of it counts until it is sent again; what was typed stays.

    Raises ``Conflict`` when it is being looked at, or when the period is closed, or the unit stands in no block any more, and
    it could not be sent again.
    """
    report, state = await _begin(tx, report_id, transitions.Step.WITHDRAW, body.version)
    if report["now"] > report["closes_at"]:
        closed = report["closes_at"].astimezone(VIETNAM)
        raise Conflict(
            f"{report['name']} đã đóng nhận báo cáo lúc {closed:%H:%M} ngày {closed:%d/%m/%Y}: rút bây giờ thì không gửi lại "
            "được nữa. Nếu còn chỗ phải sửa, hãy đề nghị Phòng Nội vụ trả lại những mục đó."
        )
    if (await place_of(tx.db, report_id))["block_id"] is None:
        raise Conflict(
            "Đơn vị không còn đứng trong khối thi đua nào: rút bây giờ thì không gửi lại được nữa. "
            "Nếu còn chỗ phải sửa, hãy sửa rồi gửi lại, hoặc đề nghị Phòng Nội vụ trả lại những mục đó."
        )
    version = report["version"] + 1
    columns = ("receipt_number", "accepted_at", "late", "late_days", "flagged", "reviewer")
    nothing_counts: dict[str, Any] = dict.fromkeys(columns)
    stepped = await _take(tx, report, transitions.Step.WITHDRAW, state, post, version=version, **nothing_counts)
    tx.record(ReportWithdrawn(**_facts(report) | {"version": version}, withdrawn_at=report["now"]))
    return stepped


async def take_up_report(tx: Tx, report_id: UUID, body: StepBody, post: str) -> ReportStepped:
    """Begin to look at what was sent. An edit that was not sent is set aside, where the unit finds it again."""
    report, state = await _begin(tx, report_id, transitions.Step.TAKE_UP, body.version)
    return await _take(tx, report, transitions.Step.TAKE_UP, state, post, reviewer=post, **await _settled(tx, report))


async def release_report(tx: Tx, report_id: UUID, body: StepBody, post: str) -> ReportStepped:
    """Stop looking at it: it waits as before."""
    report, state = await _begin(tx, report_id, transitions.Step.RELEASE, body.version)
    return await _take(tx, report, transitions.Step.RELEASE, state, post, reviewer=None)


async def return_report(tx: Tx, report_id: UUID, body: ReturnBody, post: str) -> ReportStepped:
    """Give items back to the unit, each with its reason; only they are open afterwards, the rest stays as sent.

    Raises ``Invalid`` for items that the report does not have.
    """
    report, state = await _begin(tx, report_id, transitions.Step.RETURN, body.version)
    _refuse_unknown(report["criteria"] or (), body.items)
    items = {criterion: nfc(reason) for criterion, reason in body.items.items()}
    stepped = await _take(tx, report, transitions.Step.RETURN, state, post, items=items, flagged=items, reviewer=None)
    tx.record(ReportReturned(**_facts(report), criteria=tuple(items)))
    return stepped


_RETURNED_BY: Final = (
    select(report_steps.c.post)
    .where(report_steps.c.report_id == bindparam("report_id"), report_steps.c.step == transitions.Step.RETURN)
    .order_by(report_steps.c.at.desc())
    .limit(1)
)


_TAKEN: Final = (
    select(*[report_steps.c[name] for name in transitions.Taken._fields])
    .where(report_steps.c.report_id == bindparam("report_id"))
    .order_by(report_steps.c.step_id)
)


async def take_back_return(
    tx: Tx, report_id: UUID, body: TakeBackBody, post: str, *, of_anybody: bool
) -> ReportStepped:
    """Say that nothing is to be corrected after all, as whoever returned it, or ``of_anybody``: it waits as it was sent.

    What the unit has typed since is set aside; a form that is still open from the return is stale, since what it promised of
    the time is over. Raises ``Conflict`` when the return was answered, or is another's.
    """
    report, _ = await _begin(tx, report_id, transitions.Step.TAKE_BACK, body.version)
    returned_by = (await tx.db.execute(_RETURNED_BY, {"report_id": report_id})).scalar_one()
    if not of_anybody and returned_by != post:
        raise Conflict(
            f"Báo cáo này do {returned_by} trả lại. Chỉ {returned_by} hoặc Phòng Nội vụ rút được việc trả lại này."
        )
    said = {rules.WHOLE_REPORT: nfc(body.reason)}
    steps = await tx.db.execute(_TAKEN, {"report_id": report_id})
    taken = (transitions.Taken(transitions.State(row.state), row.receipt_number, row.items) for row in steps)
    state, flagged = transitions.waits_again(taken, report["receipt_number"])
    settled = {"version": report["version"] + 1, **await _settled(tx, report)}
    stepped = await _take(
        tx, report, transitions.Step.TAKE_BACK, state, post, items=said, flagged=flagged, reviewer=None, **settled
    )
    facts = _facts(report) | {"version": stepped.version}
    tx.record(ReportReturned(**facts, criteria=tuple(report["flagged"] or ()), taken_back=True))
    return stepped


async def accept_report(tx: Tx, report_id: UUID, body: StepBody, post: str) -> ReportStepped:
    """Say that nothing is left to ask about what was sent."""
    report, state = await _begin(tx, report_id, transitions.Step.ACCEPT, body.version)
    settled = await _settled(tx, report)
    stepped = await _take(tx, report, transitions.Step.ACCEPT, state, post, flagged=None, reviewer=None, **settled)
    tx.record(ReportAccepted(**_facts(report) | {"version": stepped.version}))
    return stepped


async def _begin(tx: Tx, report_id: UUID, step: transitions.Step, version: int) -> tuple[Any, transitions.State]:
    """Lock a report for a step; raises ``Conflict`` when the table does not hold it or the caller saw another version."""
    report = (await tx.db.execute(_REPORT, {"report_id": report_id})).mappings().one_or_none()
    if report is None:
        raise NotFound(_UNKNOWN)
    if report["block_id"] is None:
        raise Conflict(
            "Đơn vị này chưa đứng trong khối thi đua nào của năm đó. Hãy ghi quyết định xếp đơn vị vào một khối, rồi làm lại."
        )
    tx.began(report["now"])
    state = step_after(transitions.State(report["state"]), step)
    refuse_stale(report, version)
    return report, state


async def _take(
    tx: Tx,
    report: Any,
    step: transitions.Step,
    state: transitions.State,
    post: str,
    *,
    items: Mapping[str, str] | None = None,
    aside: Mapping[str, Any] | None = None,
    **values: Any,
) -> ReportStepped:
    """Write where the report stands now, and who did what."""
    stepped = ReportStepped(
        version=values.get("version", report["version"]), state=str(state), correlationid=tx.correlationid
    )
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == report["report_id"])
        .values(**{**values, "state": state, "editor": None})
    )
    await tx.db.execute(
        insert(report_steps).values(
            step_id=uuid7(),
            report_id=report["report_id"],
            step=step,
            post=post,
            at=report["now"],
            receipt_number=report["receipt_number"],
            items=items,
            aside=aside,
            **stepped.model_dump(),
        )
    )
    return stepped


async def _settled(tx: Tx, report: Any) -> dict[str, Any]:
    """Go back to what was sent: give what changes in the report when something was typed since, else nothing."""
    sent = (
        (await tx.db.execute(select(submissions).where(submissions.c.receipt_number == report["receipt_number"])))
        .mappings()
        .one()
    )
    fields, typed = transitions.settle(sent["fields"], report["fields"])
    nothing, reasons = transitions.settle(sent["nothing"], report["nothing"])
    if not typed and not reasons:
        return {}
    aside = {"fields": typed, "nothing": reasons}
    return {"version": report["version"] + 1, "fields": fields, "nothing": nothing, "aside": aside}


def _facts(report: Any) -> dict[str, Any]:
    return {name: report[name] for name in _NAMED}


def _refuse_unknown(criteria: Any, items: Mapping[str, str]) -> None:
    known = {line["criterion"] for line in criteria} | {rules.WHOLE_REPORT}
    errors = [
        FieldError(field=f"items.{code}", message=f"Báo cáo này không có mục {code}", remedy="Bỏ chọn mục này")
        for code in items
        if code not in known
    ]
    if errors:
        raise Invalid(f"Có {len(errors)} mục không thuộc báo cáo này.", errors=errors)
