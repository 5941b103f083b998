"""The document behind a block's founding or a yearly rating: attached, and replaced while what stood before is kept."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from chassis.clock import business_now
from chassis.errors import Conflict, NotFound
from chassis.events import Tx
from chassis.scanner import Verdict
from chassis.store import Received
from registry import rules
from registry.actions.bodies import AttachedDocument
from registry.actions.entries import refuse_others_word, require_entry
from registry.tables import attachments, blocks, entries


async def attach_to_block(
    tx: Tx, block_id: UUID, name: str, received: Received, *, kind: rules.Kind, scan: Verdict, post: str
) -> AttachedDocument:
    """Attach the decision that formed a block; raises ``NotFound``."""
    await require_block(tx.db, block_id)
    await tx.db.execute(select(blocks.c.block_id).where(blocks.c.block_id == block_id).with_for_update())
    return await _attach(tx, ("block", block_id), name, received, kind=kind, scan=scan, post=post)


async def require_block(db: AsyncConnection, block_id: UUID) -> None:
    """Raise ``NotFound`` where there is no such block."""
    if (await db.execute(select(blocks.c.block_id).where(blocks.c.block_id == block_id))).first() is None:
        raise NotFound("Không có khối thi đua này.")


async def require_rating(db: AsyncConnection, entry_id: UUID, speaker: rules.Speaker) -> None:
    """Raise ``NotFound``, ``Forbidden`` for a unit where it is not its own word, ``Conflict`` where it is no yearly rating, or none any more."""
    entry = await require_entry(db, entry_id)
    refuse_others_word(entry, speaker)
    if entry["kind"] != rules.EntryKind.RATING:
        raise Conflict("Mục này không phải kết quả xếp loại. Tệp văn bản chỉ đính kèm được kết quả xếp loại hằng năm.")
    if not entry["standing"]:
        raise Conflict("Kết quả xếp loại này đã rút, không còn tính, nên không đính kèm thêm. Các tệp cũ vẫn xem được.")


async def attach_to_rating(
    tx: Tx, entry_id: UUID, name: str, received: Received, *, kind: rules.Kind, scan: Verdict, speaker: rules.Speaker
) -> AttachedDocument:
    """Attach the document behind a yearly rating; raises as ``require_rating``, for it may have been said otherwise meanwhile."""
    # All versions: whoever amends or withdraws it adds one, and waits until this is done.
    await tx.db.execute(select(entries.c.version).where(entries.c.entry_id == entry_id).with_for_update())
    await require_rating(tx.db, entry_id, speaker)
    return await _attach(tx, ("rating", entry_id), name, received, kind=kind, scan=scan, post=speaker.post)


async def _attach(
    tx: Tx, subject: tuple[str, UUID], name: str, received: Received, *, kind: rules.Kind, scan: Verdict, post: str
) -> AttachedDocument:
    """Have this file stand, whose subject is locked; the same content again changes nothing."""
    about, subject_id = subject
    here = (attachments.c.about == about) & (attachments.c.subject_id == subject_id)
    standing = here & attachments.c.replaced_at.is_(None)
    stands = (await tx.db.execute(select(attachments).where(standing))).mappings().one_or_none()
    if stands and stands["sha256"] == received.digest:
        return _told(stands)
    now = await business_now(tx.db)
    await tx.db.execute(update(attachments).where(standing).values(replaced_at=now))
    row = {
        "attachment_id": uuid7(),
        "about": about,
        "subject_id": subject_id,
        "sha256": received.digest,
        "size": received.size,
        "kind": kind,
        "name": rules.shown_name(name, kind),
        "scan": scan,
        "post": post,
        "attached_at": now,
        "replaced_at": None,
    }
    await tx.db.execute(insert(attachments).values(row))
    return _told(row)


def _told(row: Any) -> AttachedDocument:
    return AttachedDocument.model_validate({**row, "sha256": row["sha256"].hex()})
