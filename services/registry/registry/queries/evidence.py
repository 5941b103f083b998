"""Evidence: a unit's files, and which stand behind the lines of a report."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from chassis.db import Read
from chassis.errors import NotFound
from registry.queries.paging import Saved, in_turn, sounds_like
from registry.tables import campaigns, checkers, evidence, periods, report_evidence, reports
from registry.tables.standing import CLOSING_DAY, block_of

Row = dict[str, Any]

_TOLD: Final = [column for column in evidence.c if column is not evidence.c.sha256]


_SENT: Final = and_(
    report_evidence.c.attached_at <= reports.c.accepted_at,
    or_(report_evidence.c.detached_at.is_(None), report_evidence.c.detached_at > reports.c.accepted_at),
)
"""Whether a file went along when its report was sent: what was taken away before that nobody has had."""


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


class EvidenceAsked(BaseModel):
    """Which files of a unit, by their names, in which order; ``after`` is the last one of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit_id: UUID
    search: Annotated[str, Field(max_length=100)] = ""
    unattached: bool = False
    sort: Saved = Saved.NEWEST
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def find_evidence(asked: EvidenceAsked, *, limit: int | None = None) -> Select[Any]:
    """Ask for a unit's files, newest first unless told, each with how many lines it is attached to."""
    attached = (
        select(func.count())
        .where(report_evidence.c.evidence_id == evidence.c.evidence_id, report_evidence.c.detached_at.is_(None))
        .correlate(evidence)
        .scalar_subquery()
    )
    query = select(*_TOLD, func.encode(evidence.c.sha256, "hex").label("sha256"), attached.label("attached"))
    query = query.where(evidence.c.unit_id == asked.unit_id)
    if asked.search:
        query = query.where(sounds_like(evidence.c.name, asked.search))
    if asked.unattached:
        query = query.where(attached == 0)
    place = (evidence.c.uploaded_at, evidence.c.evidence_id)
    last = select(*place).where(evidence.c.evidence_id == asked.after) if asked.after else None
    return in_turn(query, place, last, backwards=asked.sort is Saved.NEWEST).limit(limit)


async def evidence_of_unit(db: Read, asked: EvidenceAsked) -> Row:
    """List a page of a unit's files."""
    rows = [dict(row) for row in (await db.execute(find_evidence(asked, limit=asked.limit + 1))).mappings()]
    return {"items": rows[: asked.limit], "more": len(rows) > asked.limit}


async def one_evidence(db: Read, evidence_id: UUID) -> Row:
    """Give a file with its digest, the blocks whose heads have had it sent to them, and the units that check such a report.

    Raises ``NotFound``.
    """
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
        .where(report_evidence.c.evidence_id == evidence_id, _SENT, stands.c.block_id.is_not(None))
        .distinct()
    )
    checked_by = await db.execute(
        select(checkers.c.by_unit)
        .join(reports, (reports.c.period_id == checkers.c.period_id) & (reports.c.unit_id == checkers.c.unit_id))
        .join(report_evidence, report_evidence.c.report_id == reports.c.report_id)
        .where(report_evidence.c.evidence_id == evidence_id, _SENT)
        .distinct()
    )
    return {**row, "sent_to": list(sent_to.scalars()), "checked_by": list(checked_by.scalars())}


async def evidence_sent(db: Read, period_id: UUID, unit_id: UUID) -> Row:
    """Give the files that a unit sent with its report of a period, by criterion, and who may see them.

    Nothing is told of what was attached since. Raises ``NotFound`` while nothing was sent.
    """
    stands = block_of(reports.c.unit_id, campaigns.c.year, CLOSING_DAY).lateral("stands")
    found = await db.execute(
        select(reports.c.report_id, reports.c.accepted_at, stands.c.block_id, checkers.c.by_unit)
        .join(periods, periods.c.period_id == reports.c.period_id)
        .join(campaigns, campaigns.c.campaign_id == reports.c.campaign_id)
        .outerjoin(stands, true())
        .outerjoin(checkers, (checkers.c.period_id == reports.c.period_id) & (checkers.c.unit_id == reports.c.unit_id))
        .where(reports.c.period_id == period_id, reports.c.unit_id == unit_id, reports.c.accepted_at.is_not(None))
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("Đơn vị chưa gửi báo cáo của kỳ này.")
    items = await evidence_of_report(db, row.report_id, at=row.accepted_at)
    return {
        "unit_id": unit_id,
        "sent_to": [row.block_id] if row.block_id else [],
        "checked_by": [row.by_unit] if row.by_unit else [],
        "items": items,
    }
