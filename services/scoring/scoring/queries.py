"""What scoring can be asked."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from scoring import rules
from scoring.tables import blocks, boards, places, reports, scores, sheets

Row = dict[str, Any]


async def sheet(db: Read, sheet_id: UUID) -> rules.Sheet:
    """Give the newest version of a sheet; raises ``NotFound``."""
    found = await db.execute(
        select(sheets).where(sheets.c.sheet_id == sheet_id).order_by(sheets.c.version.desc()).limit(1)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("Không có bảng điểm này.")
    return rules.Sheet.model_validate({**row.document, "sheet_id": row.sheet_id, "version": row.version})


async def score(db: Read, period_id: UUID, unit_id: UUID) -> Row:
    """Give a unit's score with the reason of every point; raises ``NotFound`` before its first report."""
    found = await db.execute(
        select(scores, reports.c.receipt_number)
        .join(reports, (reports.c.period_id == scores.c.period_id) & (reports.c.unit_id == scores.c.unit_id))
        .where(scores.c.period_id == period_id, scores.c.unit_id == unit_id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này.")
    kept = {
        name: row[name] for name in ("version", "sheet_id", "sheet_version", "caused_by", "scored_at", "receipt_number")
    }
    return {**row["score"], **kept, "period_id": period_id, "unit_id": unit_id, "inputs": row["inputs"]}


async def board(db: Read, period_id: UUID, block_id: UUID) -> Row:
    """Give a block's board: ranked units by place, then those that are not ranked, with the reason."""
    block = (await db.execute(select(blocks).where(blocks.c.block_id == block_id))).one_or_none()
    if block is None:
        raise NotFound("Không có khối thi đua này.")
    head = (
        await db.execute(select(boards).where(boards.c.period_id == period_id, boards.c.block_id == block_id))
    ).one_or_none()
    rows = await db.execute(
        select(places, scores.c.score, reports.c.late)
        .join(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id))
        .join(reports, (reports.c.period_id == places.c.period_id) & (reports.c.unit_id == places.c.unit_id))
        .where(places.c.period_id == period_id, places.c.block_id == block_id)
    )
    standing = {row["unit_id"]: _place(row) for row in rows.mappings()}
    listed = [standing.get(unit, _not_reported(unit)) for unit in block.members]
    return {
        "block_id": block_id,
        "period_id": period_id,
        "sheet_id": block.sheet_id,
        "version": head.version if head else 0,
        "changed_at": head.changed_at if head else None,
        "members": len(block.members),
        "ranked": sum(row["rank"] is not None for row in listed),
        "rows": sorted(listed, key=lambda row: (row["rank"] is None, row["rank"] or 0, str(row["unit_id"]))),
    }


def _place(row: Any) -> Row:
    score = row["score"]
    return {
        "unit_id": row["unit_id"],
        "rank": row["rank"],
        "previous_rank": row["previous_rank"],
        "points": row["points"],
        "maximum": score["maximum"],
        "percent": row["percent"],
        "decided_by": row["decided_by"],
        "groups": score["groups"],
        "bonus": score["bonus"],
        "penalty": score["penalty"],
        "state": "disqualified" if score["disqualified"] else "ranked",
        "disqualified": score["disqualified"],
        "late": row["late"],
    }


def _not_reported(unit_id: UUID) -> Row:
    nothing = ("rank", "previous_rank", "points", "maximum", "percent", "decided_by", "bonus", "penalty", "late")
    return {"unit_id": unit_id, **dict.fromkeys(nothing), "groups": [], "disqualified": [], "state": "not_reported"}
