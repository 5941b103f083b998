"""What notify can be asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from chassis.db import Read
from notify.tables import messages


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
