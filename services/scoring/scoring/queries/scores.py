"""A unit's score, with the reason of every point."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, select

from chassis.clock import NOW, VIETNAM
from chassis.db import Read
from chassis.errors import NotFound
from scoring import rules
from scoring.queries.sheets import sheet as sheet_of
from scoring.tables import (
    MEMBERS,
    NOTHING_LATER,
    blocks,
    periods,
    publications,
    published_scores,
    recognised,
    reports,
    scores,
)

Row = dict[str, Any]


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
    score = row["score"]
    if score.get("provisional") and await closed(db, period_id):
        score = await _concluded(db, row)
    kept = {
        name: row[name] for name in ("version", "sheet_id", "sheet_version", "caused_by", "scored_at", "receipt_number")
    }
    return {**score, **kept, "period_id": period_id, "unit_id": unit_id, "inputs": row["inputs"]}


async def recomputed(db: Read, period_id: UUID, unit_id: UUID, number: int | None = None) -> Row:
    """Compute a score, or a published one, once more from what it was computed from, by the version of the sheet that made it.

    ``same`` tells whether total, percent, maximum and the points of each line came out as they are kept; ``differing`` names
    the lines that did not. Sentences are not compared: they may be put better some day. Raises ``NotFound`` as the scores do.
    """
    kept = await (published_score(db, period_id, unit_id, number) if number else score(db, period_id, unit_id))
    sheet = await sheet_of(db, kept["sheet_id"], kept["sheet_version"])
    facts, leaders = rules.Facts.model_validate(kept["inputs"]), kept["inputs"].get("leaders")
    made = rules.score(sheet, facts, block_of(sheet, leaders, closed=not kept.get("provisional")))
    now, then = {part.criterion: part.brings for part in made.parts}, _brought(kept["parts"])
    differing = sorted(code for code in now.keys() | then.keys() if now.get(code) != then.get(code))
    totals = ("points", "percent", "maximum")
    same = not differing and all(getattr(made, name) == Decimal(kept[name]) for name in totals)
    return {**{name: getattr(made, name) for name in totals}, "parts": now, "same": same, "differing": differing}


def _brought(parts: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    return {part["criterion"]: rules.Part.model_validate(part).brings for part in parts}


async def published_score(db: Read, period_id: UUID, unit_id: UUID, number: int | None = None) -> Row:
    """Give the score of a unit as its board was published, the newest time unless told, with what it came from.

    Raises ``NotFound`` where it stands on no such board, also when a correction has left it out since, or on one that was published before reasons were kept.
    """
    asked = (
        select(published_scores, *[publications.c[name] for name in ("state", "at", "correction", "reason")])
        .join(publications, _same_publication)
        .where(published_scores.c.period_id == period_id, published_scores.c.unit_id == unit_id)
        .order_by(publications.c.at.desc())
        .limit(1)
    )
    asked = asked.where(NOTHING_LATER if number is None else published_scores.c.number == number)
    row = (await db.execute(asked)).mappings().one_or_none()
    if row is None:
        raise NotFound("Chưa có bảng công bố nào lưu lý do từng điểm của đơn vị này.")
    # A board becomes final only when its period has closed: then nobody can lead any more than who did.
    score = await _concluded(db, row) if row["score"].get("provisional") and row["state"] == "final" else row["score"]
    kept = {name: value for name, value in row.items() if name != "score"}
    return {**score, **kept}


_same_publication: Final = and_(
    *[published_scores.c[name] == publications.c[name] for name in ("period_id", "block_id", "number")]
)


async def closed(db: Read, period_id: UUID) -> bool:
    """Tell whether a period has closed: until then whoever has reported may send again, and the leaders can change.

    Asked when points are shown, not kept with them: they are the same before and after. When one closes that was heard of
    before its end was kept nobody can tell: it stays open until its board is final.
    """
    found = await db.execute(select(periods.c.closes_on, NOW.label("now")).where(periods.c.period_id == period_id))
    row = found.one_or_none()
    if row is None or row.closes_on is None:
        return False
    return bool(row.now.astimezone(VIETNAM).date() > row.closes_on)


def block_of(sheet: rules.Sheet, leaders: Mapping[str, str] | None, *, closed: bool) -> rules.Block | None:
    """Give the leaders that a score was computed against, as it keeps them; None where its sheet asks for none."""
    if not rules.asks_for_leaders(sheet):
        return None
    return rules.Block({code: Fraction(over) for code, over in (leaders or {}).items()}, closed)


async def block_with(
    db: Read, sheet: rules.Sheet, own: rules.Facts, *, period_id: UUID, block_id: UUID, unit_id: UUID
) -> rules.Block:
    """Give the leaders of a block as they would be if one of its units reported this; of others it says nothing."""
    members = select(func.unnest(MEMBERS)).select_from(blocks).outerjoin(periods, periods.c.period_id == period_id)
    listed = set((await db.execute(members.where(blocks.c.block_id == block_id))).scalars())
    if unit_id not in listed:
        return rules.Block({})
    others = select(scores.c.inputs).where(
        scores.c.period_id == period_id,
        scores.c.block_id == block_id,
        scores.c.unit_id.in_(listed - {unit_id}),
        ~scores.c.withdrawn,
    )
    reported = [rules.Facts.model_validate(inputs) for inputs in (await db.execute(others)).scalars()]
    return rules.lead(sheet, [*reported, own], closed=await closed(db, period_id))


async def awards_of(db: Read, unit_id: UUID, block_id: UUID) -> list[rules.KnownAward]:
    """Give what is recorded to have been awarded to a unit in the year of this block, the oldest first."""
    asked = (
        select(recognised.c.form, recognised.c.decided_on, recognised.c.decision_number)
        .join(blocks, blocks.c.year == recognised.c.year)
        .where(blocks.c.block_id == block_id, recognised.c.unit_id == unit_id, recognised.c.standing)
        .order_by(recognised.c.decided_on, recognised.c.entry_id)
    )
    return [
        rules.KnownAward(form=row.form, on=row.decided_on, number=row.decision_number)
        for row in await db.execute(asked)
    ]


async def _concluded(db: Read, row: Any) -> Row:
    """Give a score as it is computed when the leaders that it was computed against are no longer provisional."""
    sheet = await sheet_of(db, row["sheet_id"], row["sheet_version"])
    block = block_of(sheet, row["inputs"].get("leaders"), closed=True)
    return rules.score(sheet, rules.Facts.model_validate(row["inputs"]), block).model_dump(mode="json")
