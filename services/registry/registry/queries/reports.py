"""Reports as they were typed, and their receipts."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from registry.tables import (
    reports,
    submissions,
)

Row = dict[str, Any]


async def report(db: Read, campaign_id: UUID, period_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's report of a period as it was typed; state ``none`` and version 0 before the first word."""
    found = await db.execute(
        select(reports).where(
            reports.c.campaign_id == campaign_id, reports.c.period_id == period_id, reports.c.unit_id == unit_id
        )
    )
    row = found.mappings().one_or_none()
    if row:
        return dict(row)
    return {
        "report_id": None,
        "state": "none",
        "version": 0,
        "fields": {},
        "saved_at": None,
        "receipt_number": None,
        "accepted_at": None,
        "late": None,
    }


async def reports_of(db: Read, unit_id: UUID) -> list[Row]:
    """List a unit's reports without what was typed, newest first."""
    query = (
        select(*[column for column in reports.c if column is not reports.c.fields])
        .where(reports.c.unit_id == unit_id)
        .order_by(reports.c.saved_at.desc())
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def receipt(db: Read, number: str) -> Row:
    """Give a receipt; raises ``NotFound``."""
    query = (
        select(
            *[column for column in submissions.c if column is not submissions.c.fields],
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
