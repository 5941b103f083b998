"""What people decided of the facts of law that files are kept by."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, DateTime, Integer, Select, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables.base import metadata

law_decisions = Table(
    "law_decisions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("confirmed", JSONB),
    Column("change", JSONB, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""One row per decision, never overwritten; the newest of each code holds, and where there is none what is shipped."""


def newest_decisions() -> Select[Any]:
    """Ask for what holds of each fact that people have decided on."""
    return (
        select(law_decisions)
        .ext(distinct_on(law_decisions.c.code))
        .order_by(law_decisions.c.code, law_decisions.c.version.desc())
    )


async def decided(db: AsyncConnection) -> Mapping[str, Mapping[str, Any]]:
    """Give what people decided last, by code."""
    return {row["code"]: dict(row) for row in (await db.execute(newest_decisions())).mappings()}
