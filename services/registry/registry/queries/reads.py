"""Who has looked into a file, newest first."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from chassis.db import Read
from contracts.envelope import GivenInstant
from registry.queries.paging import Row
from registry.tables import file_reads


class ReadsAsked(BaseModel):
    """How many lines, from which moment back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: GivenInstant | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


async def list_reads(db: Read, file_id: UUID, asked: ReadsAsked) -> Row:
    """Give who opened a file on which day, how often and when last; ``next`` is the moment to go back from."""
    query = select(file_reads).where(file_reads.c.file_id == file_id).order_by(file_reads.c.last_at.desc())
    if asked.before:
        query = query.where(file_reads.c.last_at < asked.before)
    rows = [dict(row) for row in (await db.execute(query.limit(asked.limit + 1))).mappings()]
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {"items": rows, "next": rows[-1]["last_at"] if more else None}
