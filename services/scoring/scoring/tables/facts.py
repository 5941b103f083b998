"""What scoring heard of: blocks, moves, periods, targets, reports; each in its newest version."""

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from scoring.tables.base import metadata

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("members", ARRAY(Uuid), nullable=False),
    Index("blocks_of_member", "members", postgresql_using="gin"),
)
"""Blocks with their members as they were formed; what became of those in the course of the year stands in ``moves``."""

moves = Table(
    "moves",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("until_year", SmallInteger, nullable=False),
    Column("block_id", Uuid, index=True),
    Column("version", Integer, nullable=False),
)
"""In which block a unit stands from a day on, through the blocks of ``until_year``; no block = in none any more."""

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("closes_on", Date),
    Column("year", SmallInteger),
)
"""``closes_on`` is empty for a period that was heard of before it was kept: such a one follows every move. ``year`` is that of its
campaign, whose blocks report in it.
"""

targets = Table(
    "targets",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("targets", JSONB, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("block_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("receipt_number", Text, nullable=False),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
    Column("late_days", Integer),
    Column("late_days_sent", Integer),
)
"""The newest that was heard of each unit's report in each period: as it was said, or that it was withdrawn."""
