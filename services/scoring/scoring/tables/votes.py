"""Votes of blocks between units that nothing else tells apart."""

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

block_votes = Table(
    "block_votes",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("vote_id", Uuid, nullable=False),
    Column("votes", JSONB, nullable=False),
    Column("reason", Text),
    Column("by_post", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("event_id", Uuid, nullable=False),
    ForeignKeyConstraint(["period_id", "block_id"], ["boards.period_id", "boards.block_id"]),
)
"""Only ever added to: a vote that was recorded wrongly is recorded once more, with the reason. ``votes`` by unit."""
