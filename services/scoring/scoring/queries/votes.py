"""Votes of a block: between whom one can be held, and those that were."""

from typing import Any
from uuid import UUID

from sqlalchemy import any_, select

from chassis.db import Read
from chassis.errors import Forbidden
from scoring import rules
from scoring.queries.boards import Viewer, head_of
from scoring.rules import Audience
from scoring.tables import MEMBERS, block_votes, blocks, periods, scores

Row = dict[str, Any]


async def votes(db: Read, period_id: UUID, block_id: UUID, viewer: Viewer) -> Row:
    """Give ``groups`` of units that only a vote can tell apart, the higher places first, and the ``votes``, newest first.

    Raises ``NotFound`` without such a block, and ``Forbidden`` for whoever may not see its board.
    """
    head = await head_of(db, {"period_id": period_id, "block_id": block_id})
    if viewer.audience(block_id, head.members) is Audience.PUBLIC:
        raise Forbidden("Phiếu bầu của khối chỉ các đơn vị trong khối, khối trưởng và Phòng Nội vụ thành phố xem được.")
    standing = (
        select(scores.c.unit_id, *[scores.c[name] for name in rules.Standing._fields])
        .join(blocks, blocks.c.block_id == scores.c.block_id)
        .outerjoin(periods, periods.c.period_id == scores.c.period_id)
        .where(
            scores.c.period_id == period_id,
            scores.c.block_id == block_id,
            ~scores.c.withdrawn,
            scores.c.unit_id == any_(MEMBERS),
        )
    )
    held = (
        select(*[block_votes.c[name] for name in ("number", "votes", "reason", "by_post", "at")])
        .where(block_votes.c.period_id == period_id, block_votes.c.block_id == block_id)
        .order_by(block_votes.c.number.desc())
    )
    units = {unit_id: rules.Standing(*figures) for unit_id, *figures in await db.execute(standing)}
    return {
        "groups": rules.equals(units),
        "votes": [dict(row) for row in (await db.execute(held)).mappings()],
    }
