"""What scoring can be asked."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, text

from chassis.db import Prepared, Read
from chassis.errors import NotFound
from contracts.scoring import BlockRescored
from scoring import rules
from scoring.tables import MEMBERS, blocks, boards, periods, places, reports, rescorings, scores, sheets

Row = dict[str, Any]

_HEAD: Final = Prepared(
    select(blocks.c.sheet_id, MEMBERS.label("members"), boards.c.version, boards.c.changed_at)
    .select_from(blocks)
    .outerjoin(periods, periods.c.period_id == bindparam("period_id"))
    .outerjoin(boards, (boards.c.block_id == blocks.c.block_id) & (boards.c.period_id == bindparam("period_id")))
    .where(blocks.c.block_id == bindparam("block_id"))
)
_PLACES: Final = Prepared(
    select(
        *[places.c[name] for name in ("unit_id", "rank", "previous_rank", "points", "percent", "decided_by")],
        *[scores.c.score[name].label(name) for name in ("maximum", "groups", "bonus", "penalty", "disqualified")],
        reports.c.late,
    )
    .join(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id))
    .join(reports, (reports.c.period_id == places.c.period_id) & (reports.c.unit_id == places.c.unit_id))
    .where(places.c.period_id == bindparam("period_id"), places.c.block_id == bindparam("block_id"))
)
"""Of each score what stands on the board, not the sentences."""


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
    """Give a unit's score with the reason of every point; raises ``NotFound`` while no report of it counts."""
    found = await db.execute(
        select(scores, reports.c.receipt_number)
        .join(reports, (reports.c.period_id == scores.c.period_id) & (reports.c.unit_id == scores.c.unit_id))
        .where(scores.c.period_id == period_id, scores.c.unit_id == unit_id, ~scores.c.withdrawn)
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
    key = {"period_id": period_id, "block_id": block_id}
    found = await _HEAD.rows(db, key)
    if not found:
        raise NotFound("Không có khối thi đua này.")
    block = found[0]
    standing = {row.unit_id: _place(row) for row in await _PLACES.rows(db, key)}
    listed = [standing.get(unit) or _not_reported(unit) for unit in block.members]
    return {
        "block_id": block_id,
        "period_id": period_id,
        "sheet_id": block.sheet_id,
        "version": block.version or 0,
        "changed_at": block.changed_at,
        "members": len(listed),
        "ranked": sum(row["rank"] is not None for row in listed),
        "rows": sorted(listed, key=lambda row: (row["rank"] is None, row["rank"] or 0, str(row["unit_id"]))),
    }


def _place(row: Any) -> Row:
    return {**row, "state": "disqualified" if row.disqualified else "ranked"}


def _not_reported(unit_id: UUID) -> Row:
    nothing = ("rank", "previous_rank", "points", "maximum", "percent", "decided_by", "bonus", "penalty", "late")
    return {"unit_id": unit_id, **dict.fromkeys(nothing), "groups": [], "disqualified": [], "state": "not_reported"}


_TOLD: Final = [column for column in rescorings.c if column.name not in ("step", "after_period", "after_block")]
_RESCORED: Final = text(
    """SELECT id AS event_id, CAST(convert_from(bytes, 'UTF8') AS jsonb) -> 'data' AS told FROM event_log
    WHERE correlationid = :rescoring_id AND type = :type AND id > :after ORDER BY id LIMIT :most"""
)
_NOTHING: Final = UUID(int=0)


async def rescorings_of(db: Read, sheet_id: UUID) -> list[Row]:
    """List the rescorings of a sheet, the newest first: how far each has come, and what it has changed."""
    found = await db.execute(
        select(*_TOLD).where(rescorings.c.sheet_id == sheet_id).order_by(rescorings.c.started_at.desc()).limit(50)
    )
    return [dict(row) for row in found.mappings()]


async def rescoring(db: Read, rescoring_id: UUID) -> Row:
    """Tell how far a rescoring has come; raises ``NotFound``."""
    found = await db.execute(select(*_TOLD).where(rescorings.c.rescoring_id == rescoring_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không có lần chấm lại này.")
    return dict(row)


async def rescored(db: Read, rescoring_id: UUID, *, after: UUID | None, most: int) -> Row:
    """Give what a rescoring changed, block after block, each unit as it stood before and stands after it.

    It is read from the events that told others so. ``next`` is where to go on, None at the end; raises ``NotFound``.
    """
    await rescoring(db, rescoring_id)
    asked = {"rescoring_id": rescoring_id, "type": BlockRescored.event_type, "after": after or _NOTHING, "most": most}
    found = (await db.execute(_RESCORED, asked)).all()
    kept = ("period_id", "block_id", "part", "parts", "members", "ranked", "changed")
    return {
        "items": [{name: row.told[name] for name in kept} for row in found],
        "next": found[-1].event_id if len(found) == most else None,
    }
