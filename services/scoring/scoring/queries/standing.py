"""Why a unit stands where it stands: its place, who is next to it and how far, and what told them apart."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from scoring import rules
from scoring.queries.boards import Row, Shown, Viewer, board, head_of
from scoring.queries.publications import published_board
from scoring.rules import Audience
from scoring.tables import block_votes, scores
from scoring.tables.live import ORDER

_HEAD: Final = ("number", "state", "correction", "reason", "at", "by", "fingerprint")
_SHOWN: Final = ("rank", "points", "percent", "maximum", "decided_by")


async def place(db: Read, period_id: UUID, unit_id: UUID, viewer: Viewer) -> Row:
    """Tell where a unit stands ``now``, and where its board was ``published`` last, each with its nearest neighbours.

    Each as the reader may see it, ``None`` where there is nothing to be seen: what stands now only the block and the office
    see. Raises ``NotFound`` where no report of the unit was ever scored; of one that was withdrawn since, ``now`` has no rank
    and ``published`` is what it was.
    """
    of_unit = select(scores.c.block_id).where(scores.c.period_id == period_id, scores.c.unit_id == unit_id)
    block_id = (await db.execute(of_unit)).scalar_one_or_none()
    if block_id is None:
        raise NotFound("Đơn vị chưa có báo cáo nào được chấm trong kỳ này.")
    key = {"period_id": period_id, "block_id": block_id}
    head = await head_of(db, key)
    now = None
    inside = viewer.audience(block_id, head.members) is not Audience.PUBLIC
    if inside:
        ranks: dict[UUID, int | None] = {row.unit_id: row.rank for row in await ORDER.rows(db, key)}
        shown = Shown(only=[unit for unit in rules.nearby(ranks, unit_id) if unit in head.members])
        if unit_id in shown.only:
            stands = await board(db, period_id, block_id, viewer, shown)
            now = await _told(db, stands, unit_id, votes=True)
    published = None
    if head.number:
        stood = await published_board(db, period_id, block_id, viewer)
        found = await _told(db, stood, unit_id, votes=inside)
        published = found and {**found, **{name: stood[name] for name in _HEAD}}
    told: Row = {**key, "unit_id": unit_id}
    return told | {"now": now, "published": published}


async def _told(db: Read, board: Mapping[str, Any], unit_id: UUID, *, votes: bool) -> Row | None:
    """Give a unit's row of a board beside its neighbours; None where it does not stand on it.

    ``votes``: whether the reader may know how the block voted, where that could decide.
    """
    rows = {UUID(str(row["unit_id"])): row for row in board["rows"]}
    if unit_id not in rows:
        return None
    own = rows[unit_id]
    ranks = {unit: row["rank"] for unit, row in rows.items()}
    beside = rules.neighbours(ranks, unit_id)
    told = {
        **{name: own[name] for name in _SHOWN},
        # Who may not see why a unit has no place is not told it here either.
        **({"disqualified": own["disqualified"]} if own.get("disqualified") else {}),
        "members": board["members"],
        "ranked": board["ranked"],
        "alike": beside.alike,
        "ahead": _beside(own, rows, beside.ahead),
        "behind": _beside(own, rows, beside.behind),
    }
    voted = votes and own["decided_by"] in ("block_vote", "shared")
    return told | {"votes": await _votes(db, board, unit_id) if voted else None}


def _beside(own: Mapping[str, Any], rows: Mapping[UUID, Mapping[str, Any]], unit_id: UUID | None) -> Row | None:
    """Give a neighbour with its distances; that in points only where both have the same maximum, for percent ranks."""
    if unit_id is None:
        return None
    other = rows[unit_id]
    gaps = {
        f"{name}_gap": abs(Decimal(str(other[name])) - Decimal(str(own[name])))
        for name in ("points", "percent")
        if name == "percent" or Decimal(str(own["maximum"])) == Decimal(str(other["maximum"]))
    }
    return {"unit_id": other["unit_id"], **{name: other[name] for name in _SHOWN}, "points_gap": None, **gaps}


async def _votes(db: Read, board: Mapping[str, Any], unit_id: UUID) -> Row | None:
    """Give the newest vote of the block in which this unit was voted on, until the board was published."""
    held = select(*[block_votes.c[name] for name in ("votes", "by_post", "at")]).where(
        block_votes.c.period_id == board["period_id"],
        block_votes.c.block_id == board["block_id"],
        block_votes.c.votes.has_key(str(unit_id)),
    )
    if board.get("at"):
        held = held.where(block_votes.c.at <= board["at"])
    found = (await db.execute(held.order_by(block_votes.c.number.desc()).limit(1))).mappings().first()
    return dict(found) if found else None
