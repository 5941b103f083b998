"""Appeals against one exact item, and every step that was taken with them."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
)

from chassis.clock import VIETNAM
from scoring.tables.base import metadata
from scoring.tables.publications import publications
from scoring.tables.scores import scores

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("period_id", Uuid, nullable=False),
    Column("block_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False, index=True),
    Column("item", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("steps", Integer, nullable=False),
    CheckConstraint("state IN ('filed', 'taken_up', 'upheld', 'rejected', 'withdrawn')", name="appeals_state"),
    Index(
        "appeals_open",
        "period_id",
        "unit_id",
        "item",
        unique=True,
        postgresql_where=text("state IN ('filed', 'taken_up')"),
    ),
)
"""``state`` and ``steps`` say where the newest step has led, so that a queue need not look for it. One is open at a time."""

appeal_steps = Table(
    "appeal_steps",
    metadata,
    Column("appeal_id", Uuid, ForeignKey("appeals.appeal_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", Numeric),
    Column("by_post", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""Only ever added to. ``value`` is what the unit asks for when it files, and what counts when the office upholds."""

FROZEN_AT: Final = (
    select(func.min(publications.c.at))
    .where(publications.c.period_id == scores.c.period_id, publications.c.block_id == scores.c.block_id)
    .correlate(scores)
    .scalar_subquery()
    .label("frozen_at")
)
"""When the board of a score was frozen first, asked beside ``scores``; nothing while it is provisional."""


def frozen_on(at: datetime | None) -> date | None:
    """Give the day of Vietnam on which that was."""
    return at.astimezone(VIETNAM).date() if at else None
