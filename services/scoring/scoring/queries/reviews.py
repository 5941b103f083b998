"""Lists of whoever looks at reports: who checks whom, a block's table of columns, what waits for the office."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select, text, true

from chassis.db import Prepared, Read
from chassis.errors import NotFound
from contracts.appraisal import Column
from contracts.scoring import BoardState
from scoring import rules
from scoring.queries.columns import columns_of
from scoring.tables import (
    CHECKED,
    CHECKED_HERE,
    MEMBERS,
    OBJECTED,
    RANK,
    REPORTS_IN,
    REVIEWED,
    blocks,
    cross_checks,
    periods,
    publications,
    scores,
)

Row = dict[str, Any]

_MEMBERS: Final = (
    select(MEMBERS.label("members"))
    .select_from(blocks)
    .outerjoin(periods, periods.c.period_id == bindparam("period_id"))
    .where(blocks.c.block_id == bindparam("block_id"))
)


async def members(db: Read, period_id: UUID, block_id: UUID) -> list[UUID]:
    """Give who stands on a board, in the order in which the block names them; raises ``NotFound``."""
    found = (await db.execute(_MEMBERS, {"period_id": period_id, "block_id": block_id})).scalar_one_or_none()
    if found is None:
        raise NotFound("Không có khối thi đua này.")
    return list(found)


_REPORTS_IN: Final = (
    select(REPORTS_IN)
    .select_from(blocks)
    .join(periods, true())
    .where(periods.c.period_id == bindparam("period_id"), blocks.c.block_id == bindparam("block_id"))
)


async def cross_checks_of_block(db: Read, period_id: UUID, block_id: UUID) -> Row:
    """Tell who checks whom on a board and how far each is; ``suggested`` is what a rotation would assign.

    ``taken_back`` tells of a unit that nobody checks because that was said.

    Raises ``NotFound`` for a block that does not report in this period.
    """
    if not (await db.execute(_REPORTS_IN, {"period_id": period_id, "block_id": block_id})).scalar():
        raise NotFound("Kỳ này không có khối thi đua đó: khối thuộc năm khác.")
    units = await members(db, period_id, block_id)
    # Of one that has come from another block nobody here was named yet.
    here = (cross_checks.c.period_id == period_id, cross_checks.c.block_id == block_id)
    asked = select(cross_checks).where(*here, cross_checks.c.unit_id.in_(units))
    stands = {row.unit_id: row for row in await db.execute(asked)}
    reports = {row["unit_id"]: row for row in await columns_of(db, period_id, units)}
    suggested = rules.rotation(units)
    return {
        "block_id": block_id,
        "period_id": period_id,
        "items": [
            {
                "unit_id": unit,
                "by_unit": stands[unit].by_unit if unit in stands and stands[unit].by_unit != unit else None,
                "taken_back": unit in stands and stands[unit].by_unit == unit,
                "assigned_at": stands[unit].assigned_at if unit in stands else None,
                "suggested": suggested.get(unit),
                **_progress(reports.get(unit)),
            }
            for unit in units
        ],
    }


async def cross_checks_by(db: Read, period_id: UUID, by_unit: Sequence[UUID]) -> list[Row]:
    """List what these units are to check, and how far each is; under a board that is final only what was done with.

    Nothing of a unit whose score stands in another block than the one in which they were named.
    """
    of_check = (scores.c.period_id == cross_checks.c.period_id) & (scores.c.unit_id == cross_checks.c.unit_id)
    final = exists().where(
        publications.c.period_id == cross_checks.c.period_id,
        publications.c.block_id == func.coalesce(scores.c.block_id, cross_checks.c.block_id),
        publications.c.state == BoardState.FINAL,
    )
    asked = (
        select(cross_checks, final.label("final"))
        .outerjoin(scores, of_check)
        .where(cross_checks.c.period_id == period_id, cross_checks.c.by_unit.in_(by_unit), CHECKED)
        .where(scores.c.block_id.is_(None) | CHECKED_HERE)
    )
    found = (await db.execute(asked)).all()
    reports = {row["unit_id"]: row for row in await columns_of(db, period_id, [row.unit_id for row in found])}
    progress = {row.unit_id: _progress(reports.get(row.unit_id)) for row in found}
    return [
        {"unit_id": row.unit_id, "by_unit": row.by_unit, "block_id": row.block_id, **how_far}
        for row in found
        if (how_far := progress[row.unit_id]) and not (row.final and (how_far["waiting"] or not how_far["reported"]))
    ]


_OBJECTED: Final = Prepared(
    text(
        f"""SELECT scores.block_id, scores.unit_id, reports.values AS reported, {REVIEWED} AS reviewed, {OBJECTED} AS objected
    FROM scores JOIN reports USING (period_id, unit_id)
    WHERE scores.period_id = :period_id AND scores.block_id = ANY (CAST(:blocks AS uuid[]))
      AND NOT scores.withdrawn AND NOT reports.withdrawn
      AND EXISTS (SELECT FROM objections
        WHERE objections.period_id = scores.period_id AND objections.unit_id = scores.unit_id)
      AND NOT EXISTS (SELECT FROM publications WHERE state = 'final'
        AND (publications.period_id, publications.block_id) = (scores.period_id, scores.block_id))
    ORDER BY scores.block_id, scores.unit_id"""  # noqa: S608 - our own words
    )
)


async def objected_in(db: Read, period_id: UUID, block_ids: Sequence[UUID], but: Sequence[UUID]) -> list[Row]:
    """List the reports of these blocks, ``but`` those of some units, with an objection that waits for the block's head.

    Only reports to which anybody ever objected are read, however large the blocks are. Under a board that is final none waits.
    """
    if not block_ids:
        return []
    found = await _OBJECTED.rows(db, {"period_id": period_id, "blocks": list(block_ids)})
    return [
        {"block_id": row.block_id, "unit_id": row.unit_id}
        for row in found
        if row.unit_id not in but
        and rules.still_open(
            rules.objected(row.objected),
            rules.newest(rules.said(row.reviewed)),
            {each["criterion"]: Decimal(each["value"]) for each in row.reported},
        )
    ]


def _progress(report: Row | None) -> Row:
    """Count the items that the block is to look at, by how each stands; no report = nothing to look at yet."""
    items = (
        [item for line in report["lines"] for item in line["items"] if Column.BLOCK in item["may"]] if report else []
    )
    counted = Counter(state_of(item) for item in items)
    return {"reported": report is not None, "items": len(items), **{name: counted[name] for name in _STATES}}


_STATES: Final = ("waiting", "objected", "agreed", "changed")


def state_of(item: Row) -> str:
    """Say how an item stands in the block's column."""
    if item["objection"]:
        return "objected"
    if Column.BLOCK not in item["by"]:
        return "waiting"
    return "agreed" if item["values"]["block"] == item["reported"] else "changed"


_TABLE: Final = Prepared(
    text(
        f"""SELECT scores.unit_id, coalesce(self_points, scores.points) AS self, block_points AS block,
      appraisal_points AS appraisal, scores.points AS final, scores.maximum, scores.percent, stood.rank, checks.by_unit,
      greatest(coalesce(self_points, scores.points), block_points, appraisal_points, scores.points)
        - least(coalesce(self_points, scores.points), block_points, appraisal_points, scores.points) AS gap
    FROM scores LEFT JOIN (
      SELECT unit_id, {RANK} AS rank FROM places WHERE period_id = :period_id AND block_id = :block_id) AS stood USING (unit_id)
    LEFT JOIN cross_checks AS checks
      ON (checks.period_id, checks.unit_id, checks.block_id) = (scores.period_id, scores.unit_id, scores.block_id)
      AND checks.by_unit <> checks.unit_id
    WHERE scores.period_id = :period_id AND scores.block_id = :block_id AND NOT scores.withdrawn"""  # noqa: S608 - our own words
    )
)


async def columns_of_block(db: Read, period_id: UUID, block_id: UUID) -> Row:
    """Give a block's totals of all columns, unit by unit in the order of places; ``gap`` is between the farthest two."""
    units = await members(db, period_id, block_id)
    found = {row["unit_id"]: dict(row) for row in await _TABLE.rows(db, {"period_id": period_id, "block_id": block_id})}
    nothing = dict.fromkeys(("self", "block", "appraisal", "final", "maximum", "percent", "rank", "by_unit", "gap"))
    rows = [found.get(unit) or {"unit_id": unit, **nothing} for unit in units]
    return {
        "block_id": block_id,
        "period_id": period_id,
        "rows": sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, str(row["unit_id"]))),
    }


_OPEN: Final = """NOT appraised AND unit_id IS DISTINCT FROM CAST(:of_office AS uuid) AND NOT EXISTS (
      SELECT FROM publications WHERE state = 'final'
        AND (publications.period_id, publications.block_id) = (scores.period_id, scores.block_id))"""
"""Of a score: the office can still look at its report. A board that was final once is so for good."""
_QUEUE: Final = """SELECT unit_id, scores.block_id, report_version, points, self_points, appraisal_points, receipt_number, accepted_at
    FROM scores JOIN reports USING (period_id, unit_id)
    WHERE period_id = :period_id AND NOT scores.withdrawn AND {which}
      AND (CAST(:of_block AS uuid) IS NULL OR scores.block_id = :of_block)
      AND (CAST(:after_unit AS uuid) IS NULL OR (scores.block_id, unit_id) > (:after_block, :after_unit))
    ORDER BY scores.block_id, unit_id LIMIT :most"""
_WAITING: Final = Prepared(text(_QUEUE.format(which=_OPEN)))
_DONE: Final = Prepared(text(_QUEUE.format(which="appraised")))
_HOW_MANY: Final = Prepared(
    text(
        f"""SELECT count(*) AS waiting FROM scores WHERE period_id = :period_id AND NOT withdrawn AND {_OPEN}
      AND (CAST(:of_block AS uuid) IS NULL OR block_id = :of_block)"""  # noqa: S608 - our own words
    )
)


async def appraisals(
    db: Read,
    period_id: UUID,
    *,
    done: bool,
    block_id: UUID | None,
    after: tuple[UUID, UUID] | None,
    most: int,
    of_office: UUID | None = None,
) -> Row:
    """List the reports that wait for the office, or those it has done with, block by block; ``after`` = (block, unit).

    That of the unit that the office itself is waits for nobody, nor any under a board that is final. One look into an index of those that wait, however many there are.
    """
    after_block, after_unit = after or (None, None)
    asked = {"period_id": period_id, "of_block": block_id, "most": most + 1}
    shown = {**asked, "after_block": after_block, "after_unit": after_unit}
    of = {"of_office": of_office}
    found = await (_DONE.rows(db, shown) if done else _WAITING.rows(db, shown | of))
    counted = await _HOW_MANY.rows(db, {"period_id": period_id, "of_block": block_id, **of})
    return {
        "items": [dict(row) for row in found[:most]],
        "more": len(found) > most,
        "waiting": counted[0].waiting,
    }
