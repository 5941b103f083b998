"""Evidence: a unit's files, and which stand behind the lines of a report."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_

from chassis.db import Read
from chassis.errors import NotFound
from registry.tables import campaigns, evidence, periods, report_evidence, reports
from registry.tables.standing import CLOSING_DAY, block_of

Row = dict[str, Any]

_TOLD: Final = [column for column in evidence.c if column is not evidence.c.sha256]


async def evidence_of_report(db: Read, report_id: UUID, *, at: datetime | None = None) -> dict[str, list[Row]]:
    """Give the files of a report by criterion: those attached now, or those that were at a moment."""
    standing: ColumnElement[bool] = report_evidence.c.detached_at.is_(None)
    if at is not None:
        later = or_(standing, report_evidence.c.detached_at > at)
        standing = (report_evidence.c.attached_at <= at) & later
    rows = await db.execute(
        select(report_evidence.c.criterion, *_TOLD, func.encode(evidence.c.sha256, "hex").label("sha256"))
        .join(evidence, evidence.c.evidence_id == report_evidence.c.evidence_id)
        .where(report_evidence.c.report_id == report_id, standing)
        .order_by(report_evidence.c.attached_at, report_evidence.c.attachment_id)
    )
    found: dict[str, list[Row]] = {}
    for row in rows.mappings():
        found.setdefault(row["criterion"], []).append(dict(row))
    return found


async def evidence_of_unit(db: Read, unit_id: UUID, *, only_unattached: bool, after: UUID | None, limit: int) -> Row:
    """List a unit's files, newest first, each with how many lines it is attached to; ``after`` is the last one before."""
    attached = (
        select(func.count())
        .where(report_evidence.c.evidence_id == evidence.c.evidence_id, report_evidence.c.detached_at.is_(None))
        .correlate(evidence)
        .scalar_subquery()
    )
    query = select(*_TOLD, func.encode(evidence.c.sha256, "hex").label("sha256"), attached.label("attached"))
    query = query.where(evidence.c.unit_id == unit_id)
    if only_unattached:
        query = query.where(attached == 0)
    if after:
        last = select(evidence.c.uploaded_at, evidence.c.evidence_id).where(evidence.c.evidence_id == after)
        query = query.where(tuple_(evidence.c.uploaded_at, evidence.c.evidence_id) < last.scalar_subquery())
    query = query.order_by(evidence.c.uploaded_at.desc(), evidence.c.evidence_id.desc()).limit(limit + 1)
    rows = [dict(row) for row in (await db.execute(query)).mappings()]
    return {"items": rows[:limit], "more": len(rows) > limit}


async def one_evidence(db: Read, evidence_id: UUID) -> Row:
    """Give a file with its digest and the blocks whose heads have had it sent to them; raises ``NotFound``."""
    row = (await db.execute(select(evidence).where(evidence.c.evidence_id == evidence_id))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có tệp minh chứng này.")
    stands = block_of(reports.c.unit_id, campaigns.c.year, CLOSING_DAY).lateral("stands")
    sent_to = await db.execute(
        select(stands.c.block_id)
        .select_from(report_evidence)
        .join(reports, reports.c.report_id == report_evidence.c.report_id)
        .join(periods, periods.c.period_id == reports.c.period_id)
        .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
        .join(stands, true())
        .where(report_evidence.c.evidence_id == evidence_id, report_evidence.c.attached_at <= reports.c.accepted_at)
        .distinct()
    )
    return {**row, "sent_to": list(sent_to.scalars())}
