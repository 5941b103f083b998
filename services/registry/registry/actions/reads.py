"""Who looks into files is written down before they are shown anything."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import VIETNAM, business_now
from chassis.identity import Identity
from registry.tables import file_reads


async def note_read(
    db: AsyncConnection, who: Identity, files: Iterable[UUID], how: Literal["file", "list"] = "file"
) -> None:
    """Write down that an account was shown these files, or a list with something out of each."""
    now = await business_now(db)
    day = now.astimezone(VIETNAM).date()
    said = {"on_day": day, "account": who.account, "how": how, "post": who.post, "times": 1, "last_at": now}
    # In one order, so that no two lists wait for one another.
    rows = [{"file_id": each, **said} for each in sorted(set(files))]
    if not rows:
        return
    written = insert(file_reads)
    again = {"times": file_reads.c.times + 1, "last_at": written.excluded.last_at, "post": written.excluded.post}
    key = ["file_id", "on_day", "account", "how"]
    await db.execute(written.on_conflict_do_update(index_elements=key, set_=again), rows)
