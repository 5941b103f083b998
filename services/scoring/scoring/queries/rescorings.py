"""Rescorings: how far each has come, and what it changed."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from chassis.db import Read
from chassis.errors import NotFound
from contracts.scoring import BlockRescored
from scoring.tables import rescorings

Row = dict[str, Any]

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
