"""The documents behind a block's founding or a yearly rating, with those that they replaced."""

from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from chassis.db import Read
from chassis.errors import NotFound
from registry.queries.paging import Row
from registry.tables import attachments, block_members

_TOLD = [column for column in attachments.c if column is not attachments.c.sha256]


async def attachments_of(db: Read, about: Literal["block", "rating"], subject_id: UUID) -> list[Row]:
    """Give what is attached, the one that stands first, then what it replaced, the newest first."""
    found = await db.execute(
        select(*_TOLD, func.encode(attachments.c.sha256, "hex").label("sha256"))
        .where(attachments.c.about == about, attachments.c.subject_id == subject_id)
        .order_by(attachments.c.attached_at.desc(), attachments.c.attachment_id.desc())
    )
    return [dict(row) for row in found.mappings()]


async def one_attachment(db: Read, attachment_id: UUID) -> Row:
    """Give a document with its digest and what it is about; raises ``NotFound``."""
    query = select(attachments).where(attachments.c.attachment_id == attachment_id)
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có văn bản này.")
    return dict(row)


async def stood_in_block(db: Read, block_id: UUID) -> list[UUID]:
    """Give every unit that ever stood in a block."""
    found = await db.execute(select(block_members.c.unit_id).where(block_members.c.block_id == block_id).distinct())
    return list(found.scalars())
