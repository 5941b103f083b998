"""Rehearsals: how far each has come, who would move, and what each line of the sheet decides."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from chassis.db import Read
from chassis.errors import NotFound
from scoring import rules
from scoring.tables import rehearsals, rehearsed

Row = dict[str, Any]

_LISTED = [
    rehearsals.c[name]
    for name in (
        *("rehearsal_id", "period_id", "stands_on", "draft_id", "sheet_version", "boards", "boards_done", "units"),
        *("points_changed", "places_changed", "started_at", "ended_at", "discarded_at", "discarded_by"),
    )
]


async def rehearsals_held(db: Read, *, discarded: bool | None, after: UUID | None, most: int) -> Row:
    """List rehearsals, the newest first: those that were ``discarded``, those that were not, or all.

    ``after`` is the last one of the page before, ``next`` where to go on, None at the end.
    """
    name = rehearsals.c.document["name"].astext.label("name")
    place = tuple_(rehearsals.c.started_at, rehearsals.c.rehearsal_id)
    query = select(*_LISTED, name).order_by(rehearsals.c.started_at.desc(), rehearsals.c.rehearsal_id.desc())
    if discarded is not None:
        query = query.where(rehearsals.c.discarded_at.is_not(None) == discarded)
    if after:
        earlier = rehearsals.alias()
        last = select(earlier.c.started_at, earlier.c.rehearsal_id).where(earlier.c.rehearsal_id == after)
        query = query.where(place < last.scalar_subquery())
    items = [dict(row) for row in (await db.execute(query.limit(most))).mappings()]
    return {"items": items, "next": items[-1]["rehearsal_id"] if len(items) == most else None}


async def rehearsal(db: Read, rehearsal_id: UUID) -> Row:
    """Tell how far a rehearsal has come and what each line decides, in the order of the sheet; raises ``NotFound``."""
    row = (await db.execute(select(rehearsals).where(rehearsals.c.rehearsal_id == rehearsal_id))).one_or_none()
    if row is None:
        raise NotFound("Không có lần diễn tập này.")
    sheet = rules.Sheet.model_validate(row.document)
    lines = [
        {
            "criterion": line.code,
            "name": line.name,
            "role": line.role,
            "maximum": line.maximum,
            # One that was rehearsed before it was counted says nothing of it.
            "reported": None,
            **row.criteria[line.code],
        }
        for _, line in sheet.criteria()
        if line.code in row.criteria and line.role.has_points
    ]
    told = {column.name: getattr(row, column.name) for column in _LISTED}
    return {**told, "codes": row.codes or {}, "name": sheet.name, "criteria": lines}


async def rehearsed_blocks(db: Read, rehearsal_id: UUID, *, after: UUID | None, most: int) -> Row:
    """Give the blocks in which somebody would stand otherwise; ``next`` is where to go on, None at the end."""
    await rehearsal(db, rehearsal_id)
    found = await db.execute(
        select(rehearsed.c.block_id, rehearsed.c.ranked, rehearsed.c.moved, rehearsed.c.changed)
        .where(rehearsed.c.rehearsal_id == rehearsal_id, rehearsed.c.block_id > (after or UUID(int=0)))
        .where(rehearsed.c.changed != [])
        .order_by(rehearsed.c.block_id)
        .limit(most)
    )
    items = [dict(row) for row in found.mappings()]
    return {"items": items, "next": items[-1]["block_id"] if len(items) == most else None}
