"""What notify can be asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.db import Read
from notify.tables import messages, reminders


async def inbox(db: Read, posts: Sequence[tuple[str, UUID]], *, limit: int = 50) -> dict[str, Any]:
    """Give the newest messages of these posts, and how many of all are unread."""
    if not posts:
        return {"items": [], "unread": 0}
    own = or_(*[(messages.c.post == post) & (messages.c.scope_id == scope) for post, scope in posts])
    rows = await db.execute(
        select(
            messages.c.message_id,
            messages.c.posted_at,
            messages.c.about_id,
            messages.c.title,
            messages.c.text,
            messages.c.link,
            messages.c.read_at.is_(None).label("unread"),
        )
        .where(own)
        .order_by(messages.c.posted_at.desc(), messages.c.message_id.desc())
        .limit(limit)
    )
    unread = await db.execute(select(func.count()).select_from(messages).where(own, messages.c.read_at.is_(None)))
    return {"items": [dict(row) for row in rows.mappings()], "unread": unread.scalar_one()}


async def reminded(db: Read, period_id: UUID, block_id: UUID) -> list[dict[str, Any]]:
    """Give when each unit of a block was last reminded of its report of a period, and by which post; None = by the clock."""
    last = (
        select(reminders.c.unit_id, reminders.c.on_day, reminders.c.at, reminders.c.by)
        .where(reminders.c.block_id == block_id, reminders.c.period_id == period_id)
        .ext(distinct_on(reminders.c.unit_id))
        .order_by(reminders.c.unit_id, reminders.c.on_day.desc())
    )
    return [dict(row) for row in (await db.execute(last)).mappings()]
