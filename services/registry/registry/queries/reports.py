"""Reports as they were typed and as they were sent, what was done with them, and their receipts."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import literal, null, select, tuple_

from chassis.db import Read
from chassis.errors import NotFound
from registry.queries.evidence import evidence_of_report
from registry.rules import transitions
from registry.tables import campaigns, periods, report_steps, reports, submissions, units
from registry.tables.standing import CLOSING_DAY, block_of

Row = dict[str, Any]


async def report(db: Read, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's report of a period as it was typed, with its evidence; state ``none`` and version 0 before the first word.

    ``block_id`` tells who reviews it; ``aside`` is what a review set aside because it had not been sent, ``returned_by`` and
    ``returned_at`` tell of the last return.
    """
    found = await db.execute(
        select(reports, _BLOCK.label("block_id")).where(
            reports.c.campaign_id == campaign_id, reports.c.period_id == period_id, reports.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    if row:
        # Whoever writes a draft asks this with every field that is left: of a draft later steps have nothing to tell.
        told = _UNTOLD if row["state"] == transitions.State.DRAFT else await _told(db, row["report_id"])
        return {**row, **told, "evidence": await evidence_of_report(db, row["report_id"])}
    return {
        **dict.fromkeys(column.name for column in reports.c),
        **_UNTOLD,
        "block_id": None,
        "campaign_id": campaign_id,
        "period_id": period_id,
        "unit_id": unit_id,
        "state": "none",
        "version": 0,
        "fields": {},
        "nothing": {},
        "evidence": {},
    }


_UNTOLD: Final[Row] = dict.fromkeys(("aside", "returned_by", "returned_at"))
_BLOCK: Final = (
    block_of(reports.c.unit_id, campaigns.c.year, CLOSING_DAY)
    .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
    .join(periods, periods.c.period_id == reports.c.period_id)
    .correlate(reports)
    .scalar_subquery()
)


async def _told(db: Read, report_id: UUID) -> Row:
    """Give what later steps tell whoever writes: who returned it, and the newest text that was set aside."""
    rows = await db.execute(
        select(report_steps.c.step, report_steps.c.post, report_steps.c.at, report_steps.c.aside)
        .where(report_steps.c.report_id == report_id)
        .order_by(report_steps.c.at.desc())
    )
    steps = rows.mappings().all()
    back = next((each for each in steps if each["step"] == "return"), None)
    return {
        "aside": next((each["aside"] for each in steps if each["aside"]), None),
        "returned_by": back["post"] if back else None,
        "returned_at": back["at"] if back else None,
    }


async def sent_report(db: Read, report_id: UUID) -> Row:
    """Give a report as it was sent, for whoever reviews it; raises ``NotFound`` for one that does not count."""
    found = await db.execute(
        select(
            *[reports.c[name] for name in ("report_id", "campaign_id", "period_id", "unit_id", "version", "state")],
            *[reports.c[name] for name in ("flagged", "reviewer", "receipt_number", "accepted_at", "late")],
            submissions.c.fields,
            submissions.c.nothing,
            units.c.name.label("unit"),
            _BLOCK.label("block_id"),
        )
        .join(submissions, submissions.c.receipt_number == reports.c.receipt_number)
        .join(units, units.c.unit_id == reports.c.unit_id)
        .where(reports.c.report_id == report_id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có báo cáo nào đã gửi ở đây; có thể đơn vị vừa rút lại.")
    # What was attached since belongs to an edit that was not sent.
    return {**row, "evidence": await evidence_of_report(db, report_id, at=row["accepted_at"])}


async def queue(
    db: Read,
    campaign_id: UUID,
    *,
    which: str,
    blocks: Sequence[UUID] | None,
    but: Sequence[UUID],
    after: UUID | None,
    limit: int,
) -> Row:
    """List the reports of a campaign that wait for a reviewer, or that were returned: the longest waiting first.

    ``blocks`` limits it to units that stand in them, ``but`` leaves units out; ``after`` is the last report of the page before.
    """
    states = transitions.WAITING if which == "waiting" else {transitions.State.RETURNED}
    wanted = [
        reports.c.campaign_id == campaign_id,
        reports.c.receipt_number.is_not(None),
        reports.c.state != transitions.State.ACCEPTED,
        reports.c.state.in_(sorted(states)),
    ]
    if but:
        wanted.append(reports.c.unit_id.not_in(but))
    if blocks is not None:
        wanted.append(_BLOCK.in_(blocks))
    listed = [reports.c[name] for name in ("report_id", "period_id", "unit_id", "version", "state")]
    listed += [reports.c[name] for name in ("reviewer", "receipt_number", "accepted_at", "late", "flagged")]
    query = select(*listed, units.c.name.label("unit"), periods.c.name.label("period"))
    query = query.join(units, units.c.unit_id == reports.c.unit_id)
    query = query.join(periods, periods.c.period_id == reports.c.period_id).where(*wanted)
    if after:
        last = select(reports.c.accepted_at, reports.c.report_id).where(reports.c.report_id == after)
        query = query.where(tuple_(reports.c.accepted_at, reports.c.report_id) > last.scalar_subquery())
    query = query.order_by(reports.c.accepted_at, reports.c.report_id).limit(limit + 1)
    rows = [dict(row) for row in (await db.execute(query)).mappings()]
    return {"items": rows[:limit], "more": len(rows) > limit}


async def steps(db: Read, report_id: UUID) -> list[Row]:
    """List what was done with a report, oldest first: its submissions and every later step, each with its ripple."""
    sent = select(
        literal("submit").label("step"),
        submissions.c.receipt_number,
        submissions.c.version,
        submissions.c.accepted_at.label("at"),
        null().label("post"),
        submissions.c.correlationid,
        null().label("items"),
        submissions.c.late,
    ).where(submissions.c.report_id == report_id)
    stepped = select(
        report_steps.c.step,
        report_steps.c.receipt_number,
        report_steps.c.version,
        report_steps.c.at,
        report_steps.c.post,
        report_steps.c.correlationid,
        report_steps.c["items"],
        null().label("late"),
    ).where(report_steps.c.report_id == report_id)
    both = [dict(row) for query in (sent, stepped) for row in (await db.execute(query)).mappings()]
    return sorted(both, key=lambda row: (row["at"], row["version"]))


async def reports_of(db: Read, unit_id: UUID) -> list[Row]:
    """List a unit's reports without what was typed, newest first."""
    query = (
        select(*[column for column in reports.c if column.name not in ("fields", "nothing")])
        .where(reports.c.unit_id == unit_id)
        .order_by(reports.c.saved_at.desc())
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def receipt(db: Read, number: str) -> Row:
    """Give a receipt; raises ``NotFound``."""
    query = (
        select(
            *[submissions.c[name] for name in ("receipt_number", "report_id", "version", "correlationid")],
            submissions.c.accepted_at,
            submissions.c.late,
            (reports.c.receipt_number == submissions.c.receipt_number).label("counts"),
            reports.c.receipt_number.label("counts_now"),
            reports.c.state,
            reports.c.unit_id,
            reports.c.campaign_id,
            reports.c.period_id,
        )
        .join(reports, reports.c.report_id == submissions.c.report_id)
        .where(submissions.c.receipt_number == number)
    )
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Không có biên nhận {number}. Hãy xem lại số, ví dụ BN-2311-0417.")
    return dict(row)
