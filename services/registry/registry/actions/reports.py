"""Reports: drafts that keep every keystroke, and the acceptance that starts a ripple."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Boolean, Text, bindparam, case, cast, literal_column, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import NOW, VIETNAM, business_now
from chassis.db import Prepared
from chassis.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from chassis.events import Beside, Tx
from contracts.registry import ReportedValue, ReportSubmitted, Target
from contracts.scoring import Evidence, SheetCriterion
from registry import rules
from registry.actions.bodies import CheckBody, Checked, DraftBody, Receipt, ReportBody, Saved
from registry.actions.writing import field_error, invalid, refuse_stale, stale, step_after
from registry.rules import transitions
from registry.tables import (
    blocks,
    campaigns,
    periods,
    receipt_numbers,
    report_evidence,
    reports,
    targets,
    units,
)
from registry.tables.sheets import standing_sheet
from registry.tables.standing import CLOSING_DAY, STOOD, block_of

_CRITERIA: Final = TypeAdapter(tuple[SheetCriterion, ...])
_TARGETS: Final = TypeAdapter(tuple[Target, ...])

_ANSWERING: Final = literal_column("reports.state IN ('returned', 'resubmitted')", Boolean)

# Built once: to put such a question together costs more than to ask it.
# What was sent is mended, and what was returned is answered, in the block it was sent in, also when the unit has left it.
_stands = (
    block_of(bindparam("unit_id"), campaigns.c.year, CLOSING_DAY)
    .where(or_(STOOD, reports.c.receipt_number.is_(None)))
    .lateral("stands")
)
_sheet = standing_sheet(blocks.c.sheet_id, periods.c.period_id)
_asked = (
    select(
        periods,
        campaigns.c.year,
        campaigns.c.closed_at,
        _stands.c.block_id,
        blocks.c.sheet_id,
        cast(_sheet.c.criteria, Text).label("criteria"),
        targets.c.targets,
        reports.c.report_id,
        reports.c.state.label("stands"),
        reports.c.late.label("was_late"),
        reports.c.late_days.label("were_late_days"),
        reports.c.flagged,
        # What was returned in part is held against what was sent; of all others this is not read.
        case((_ANSWERING, reports.c.fields)).label("held"),
        case((_ANSWERING, reports.c.nothing)).label("held_nothing"),
        NOW.label("now"),
    )
    .join(campaigns, campaigns.c.campaign_id == periods.c.campaign_id)
    .outerjoin(reports, (reports.c.period_id == periods.c.period_id) & (reports.c.unit_id == bindparam("unit_id")))
    .outerjoin(_stands, true())
    .outerjoin(blocks, blocks.c.block_id == _stands.c.block_id)
    .outerjoin(_sheet, true())
    .outerjoin(
        targets, (targets.c.campaign_id == campaigns.c.campaign_id) & (targets.c.unit_id == bindparam("unit_id"))
    )
    .where(periods.c.period_id == bindparam("period_id"), periods.c.campaign_id == bindparam("campaign_id"))
)
_TERMS: Final = Prepared(_asked)
_TERMS_AND_NUMBER: Final = Prepared(_asked.add_columns(receipt_numbers.next_value().label("drawn")))
_STORED: Final = select(reports).where(
    reports.c.period_id == bindparam("period_id"), reports.c.unit_id == bindparam("unit_id")
)
_LOCKED: Final = _STORED.with_for_update()
_KEEP: Final = Beside(
    """kept AS (
      INSERT INTO reports AS stored (report_id, campaign_id, period_id, unit_id, version, state, fields, nothing, saved_at,
        receipt_number, accepted_at, late, late_days)
      VALUES (:report_id, :campaign_id, :period_id, :unit_id, :version, :state, CAST(:fields AS jsonb),
        CAST(:nothing AS jsonb), :accepted_at, :receipt_number, :accepted_at, :late, :late_days)
      ON CONFLICT (period_id, unit_id) DO UPDATE SET version = excluded.version, state = excluded.state,
        fields = excluded.fields, nothing = excluded.nothing, saved_at = excluded.saved_at, editor = NULL,
        receipt_number = excluded.receipt_number, accepted_at = excluded.accepted_at, late = excluded.late,
        late_days = excluded.late_days
      WHERE stored.version = excluded.version - 1 AND stored.state = :stood
      RETURNING report_id, version, fields, nothing, receipt_number, accepted_at, late),
    acceptance AS (
      INSERT INTO submissions (receipt_number, report_id, version, correlationid, accepted_at, late, fields, nothing)
      SELECT receipt_number, report_id, version, CAST(:correlationid AS uuid), accepted_at, late, fields, nothing FROM kept)"""
)
"""The report and its acceptance; nothing when somebody else has saved it, or taken it a step on, since it was read."""


async def save_draft(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID, body: DraftBody) -> Saved:
    """Keep what was typed, valid or not. Fields that are not sent stay as they are.

    Raises ``Conflict`` with the stored fields when somebody saved something else since ``body.version``, or when the report
    is not the unit's to write in now; ``Invalid`` when items are changed that were not returned. One page never conflicts
    with itself: it saves as its writer goes on, and the next save may leave before the last one's answer.
    """
    if faults := rules.overlong(body.fields, body.nothing):
        raise invalid(faults)
    key = {"campaign_id": campaign_id, "period_id": period_id, "unit_id": unit_id}
    if not (found := await _TERMS.alone(tx.db, key)):
        raise _no_such_period()
    report = await lock_report(tx, campaign_id, period_id, unit_id)
    fields = {**report["fields"], **body.fields}
    nothing = {**report["nothing"], **body.nothing}
    if report["version"] and (fields, nothing) == (report["fields"], report["nothing"]):
        return _saved(found[0], report, fields, nothing)
    stands = transitions.State(report["state"])
    state = step_after(stands, transitions.Step.SAVE)
    changed = (*rules.changes(report["fields"], fields), *rules.changes(report["nothing"], nothing))
    if faults := rules.sealed(changed, transitions.open_items(stands, report["flagged"] or ())):
        raise invalid(faults)
    if body.editor is None or report["editor"] != body.editor:
        refuse_stale(report, body.version)
    now = found[0]["now"]
    version = report["version"] + 1
    await tx.db.execute(
        update(reports)
        .where(reports.c.report_id == report["report_id"])
        .values(
            version=version,
            fields=fields,
            nothing=nothing,
            saved_at=now,
            editor=body.editor,
            state=state,
        )
    )
    return _saved(found[0], {"version": version, "saved_at": now, "state": state}, fields, nothing)


def _saved(terms: Any, kept: Mapping[str, Any], fields: Mapping[str, str], nothing: Mapping[str, str]) -> Saved:
    """Say what was kept, with what sending it would find, as ``check_report`` does."""
    version, saved_at = kept["version"], kept["saved_at"]
    if terms["block_id"] is None or terms["criteria"] is None:
        return Saved(version=version, saved_at=saved_at)
    lines = _lines(terms)
    values, faults = rules.read_report(lines, fields, nothing)
    doubted = {fault.criterion for fault in faults if fault.suggestion}
    return Saved(
        version=version,
        saved_at=saved_at,
        sheet_id=terms["sheet_id"],
        values=values,
        errors=tuple(field_error(fault) for fault in faults),
        measures={line.criterion: line.measure for line in lines if line.criterion in doubted},
        targets=_TARGETS.validate_python(terms["targets"] or ()),
        block_id=terms["block_id"],
        **_lateness(terms, transitions.State(kept["state"])),
    )


def _lateness(terms: Any, stands: transitions.State) -> dict[str, Any]:
    """Tell whether what is looked at counts as late, and how much: what was sent as it was, what is still to be sent as of now."""
    state = rules.period_state(terms["opens_at"], terms["due_at"], terms["closes_at"], terms["now"])
    # What can no longer be sent leaves what was sent before.
    if not transitions.is_unsent(stands) or state is rules.PeriodState.CLOSED:
        return {"late": bool(terms["was_late"]), "late_days": terms["were_late_days"] or 0}
    days = rules.late_days(terms["due_at"], terms["now"])
    return {"late": state is rules.PeriodState.LATE, "late_days": days}


async def check_report(db: AsyncConnection, body: CheckBody) -> Checked:
    """Read a report as sending it would, and keep nothing."""
    terms = await _terms(db, body)
    lines = _lines(terms)
    values, faults = rules.read_report(lines, body.fields, body.nothing)
    refused, warned = await _without_evidence(db, terms, lines, values)
    return Checked(
        values=values,
        errors=tuple(field_error(fault) for fault in (*faults, *refused)),
        warnings=tuple(field_error(fault) for fault in warned),
        **_lateness(terms, transitions.State(terms["stands"] or transitions.State.NONE)),
    )


_ATTACHED: Final = Prepared(
    select(report_evidence.c.criterion)
    .distinct()
    .where(report_evidence.c.report_id == bindparam("report_id"), report_evidence.c.detached_at.is_(None))
)


async def _without_evidence(
    db: AsyncConnection, terms: Any, lines: Sequence[SheetCriterion], values: Sequence[ReportedValue]
) -> tuple[tuple[rules.Fault, ...], tuple[rules.Fault, ...]]:
    """Name what is refused and what is warned of for want of evidence; a sheet that asks for none asks no question.

    After a return only what was returned can be mended, so nothing else is asked for.
    """
    if all(line.evidence is Evidence.FREE for line in lines):
        return (), ()
    open_to = transitions.open_items(
        transitions.State(terms["stands"] or transitions.State.NONE), terms["flagged"] or ()
    )
    values = [value for value in values if open_to is None or value.criterion in open_to]
    known = {"report_id": terms["report_id"]}
    attached = [row.criterion for row in await _ATTACHED.rows(db, known)] if terms["report_id"] else []
    return rules.without_evidence(lines, values, attached)


async def submit_report(tx: Tx, body: ReportBody) -> Receipt:
    """Accept a unit's report for a period, first or amended, and give its receipt.

    Raises ``Invalid`` with every fault at once, ``Conflict`` when the period takes no reports, the version is stale or the
    report is being looked at. What answers a return has no deadline, and is as late as what was returned.
    """
    terms = await _terms(tx.db, body, _TERMS_AND_NUMBER)
    stands = transitions.State(terms["stands"] or transitions.State.NONE)
    sent = step_after(stands, transitions.Step.SUBMIT)
    lines = _lines(terms)
    values, faults = rules.read_report(lines, body.fields, body.nothing)
    bare, _ = await _without_evidence(tx.db, terms, lines, values)
    if faults := (*faults, *bare, *_sealed(terms, stands, body)):
        raise invalid(faults)
    if terms["report_id"] is None and body.version:
        raise stale(None)
    accepted_at = terms["now"]
    tx.began(accepted_at)
    answers = transitions.keeps_its_time(stands)
    state = rules.period_state(terms["opens_at"], terms["due_at"], terms["closes_at"], accepted_at)
    if not answers:
        _refuse_outside(state, terms)
    receipt = Receipt(
        receipt_number=rules.receipt_number(accepted_at.astimezone(VIETNAM), terms["drawn"]),
        report_id=terms["report_id"] or uuid7(),
        version=body.version + 1,
        accepted_at=accepted_at,
        late=terms["was_late"] if answers else state is rules.PeriodState.LATE,
        correlationid=tx.correlationid,
    )

    sent_days = rules.late_days(terms["due_at"], accepted_at)
    days = (terms["were_late_days"] or 0) if answers else sent_days

    async def refused() -> Conflict:
        stored = await tx.db.execute(_STORED, body.model_dump(include={"period_id", "unit_id"}))
        report = stored.mappings().one()
        step_after(transitions.State(report["state"]), transitions.Step.SUBMIT)
        return stale(report)

    texts = {name: orjson.dumps(getattr(body, name)).decode() for name in ("fields", "nothing")}
    row = {
        **body.model_dump(),
        **receipt.model_dump(),
        **texts,
        "state": str(sent),
        "stood": str(stands),
        "late_days": days,
    }
    tx.beside(_KEEP, row, refused)
    tx.record(
        ReportSubmitted(
            **receipt.model_dump(exclude={"correlationid"}),
            campaign_id=body.campaign_id,
            period_id=body.period_id,
            block_id=terms["block_id"],
            unit_id=body.unit_id,
            values=values,
            late_days=days,
            late_days_sent=sent_days,
        )
    )
    return receipt


def _sealed(terms: Any, stands: transitions.State, body: ReportBody) -> Sequence[rules.Fault]:
    """Name what was changed beside the items that were returned; of any other report nothing is sealed."""
    if not transitions.keeps_its_time(stands):
        return ()
    changed = [*_differing(terms["held"], body.fields), *_differing(terms["held_nothing"], body.nothing)]
    return rules.sealed(dict.fromkeys(changed), transitions.open_items(stands, terms["flagged"] or ()))


def _differing(held: Mapping[str, str], sent: Mapping[str, str]) -> list[str]:
    """Name the items that two whole reports say differently: here an item that is left out is an empty one."""
    return rules.changes(held, {**dict.fromkeys(held, ""), **sent})


def _refuse_outside(state: rules.PeriodState, period: Any) -> None:
    if period["closed_at"]:
        raise Conflict(
            f"Phong trào đã kết thúc ngày {period['closed_at'].astimezone(VIETNAM):%d/%m/%Y}, không nhận báo cáo nữa."
        )
    if state is rules.PeriodState.CLOSED:
        closed = period["closes_at"].astimezone(VIETNAM)
        raise Conflict(
            f"{period['name']} đã đóng nhận báo cáo lúc {closed:%H:%M} ngày {closed:%d/%m/%Y}. "
            "Hãy liên hệ Phòng Nội vụ nếu báo cáo còn phải sửa."
        )
    if state is rules.PeriodState.NOT_OPEN:
        opens = period["opens_at"].astimezone(VIETNAM)
        raise Conflict(f"{period['name']} nhận báo cáo từ {opens:%H:%M} ngày {opens:%d/%m/%Y}.")


async def _terms(db: AsyncConnection, body: CheckBody, question: Prepared = _TERMS) -> Any:
    """Give, in one question, all that stands about a unit's report before it is read: period, block, sheet, plan, draft."""
    found = await question.alone(db, body.model_dump(include={"campaign_id", "period_id", "unit_id"}))
    if not found:
        raise _no_such_period()
    terms = found[0]
    if terms["block_id"] is None:
        raise Invalid(
            f"Đơn vị chưa được xếp vào khối thi đua nào của năm {terms['year']}.",
            errors=[FieldError(field="unit_id", message="chưa có khối thi đua", remedy="Liên hệ Phòng Nội vụ")],
        )
    if terms["criteria"] is None:
        raise Unavailable("Bảng điểm của khối chưa được công bố tới nơi nhận báo cáo. Hãy thử lại sau ít phút.")
    return terms


async def lines_of(db: AsyncConnection, body: CheckBody) -> list[SheetCriterion]:
    """Give the lines that a report is read by; raises ``Invalid`` where there is no period or no sheet for it."""
    return _lines(await _terms(db, body))


def _lines(terms: Any) -> list[SheetCriterion]:
    """Give the lines to be read; what was not assigned to the unit is not asked of it."""
    spared = {each["criterion"] for each in terms["targets"] or () if not each["assigned"]}
    return [
        line.model_copy(update={"required": False}) if line.criterion in spared else line
        for line in _parsed(terms["criteria"])
    ]


@lru_cache(maxsize=64)
def _parsed(criteria: str) -> Sequence[SheetCriterion]:
    """Read a sheet's lines once: thousands of reports are checked against the same few texts."""
    return _CRITERIA.validate_json(criteria)


def _no_such_period() -> Invalid:
    return Invalid(
        "Kỳ báo cáo không thuộc phong trào này.",
        errors=[FieldError(field="period_id", message="không có kỳ này", remedy="Chọn lại kỳ báo cáo")],
    )


async def require_period(db: AsyncConnection, campaign_id: UUID, period_id: UUID) -> None:
    found = await db.execute(
        select(periods.c.period_id).where(periods.c.period_id == period_id, periods.c.campaign_id == campaign_id)
    )
    if found.first() is None:
        raise _no_such_period()


async def lock_report(tx: Tx, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Any:
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
