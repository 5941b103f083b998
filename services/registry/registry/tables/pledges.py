"""What units register for: titles and promised values, and every step of it."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata

pledges = Table(
    "pledges",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id"), primary_key=True),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("titles", JSONB, nullable=False),
    Column("promises", JSONB, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", Text),
    Column("pledged_on", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("pledges_by_state", "campaign_id", "state", "unit_id"),
    Index("pledges_by_change", "campaign_id", "changed_at", "unit_id"),
    CheckConstraint("state IN ('submitted', 'approved', 'returned', 'amended', 'withdrawn')", name="pledge_state"),
)
"""``promises`` are target codes with their amounts as typed; ``reason`` is that of the last step that needed one."""

pledge_steps = Table(
    "pledge_steps",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    Column("titles", JSONB, nullable=False),
    Column("promises", JSONB, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", Text),
    Column("post", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
)
"""Every step with what stood in it: nothing that was promised, said or decided is overwritten."""
