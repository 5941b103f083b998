"""Scoring's tables: sheets, the facts it heard of, and what it made of them."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

sheets = Table(
    "sheets",
    metadata,
    Column("sheet_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSONB, nullable=False),
)
"""Every version that was ever published stays: a score names the one it was computed with."""

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("members", ARRAY(Uuid), nullable=False),
)

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("number", SmallInteger, nullable=False),
)

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
)
"""The newest accepted report of each unit and period, as it was said."""

scores = Table(
    "scores",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("block_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("report_version", Integer, nullable=False),
    Column("sheet_id", Uuid, nullable=False),
    Column("sheet_version", Integer, nullable=False),
    Column("points", Numeric, nullable=False),
    Column("percent", Numeric, nullable=False),
    Column("maximum", Numeric, nullable=False),
    Column("content", Numeric, nullable=False),
    Column("penalty", Numeric, nullable=False),
    Column("tie_points", Numeric, nullable=False),
    Column("tie_maximum", Numeric, nullable=False),
    Column("disqualified", Boolean, nullable=False),
    Column("score", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("caused_by", Uuid, nullable=False),
    Column("scored_at", DateTime(timezone=True), nullable=False),
    Index("scores_of_block", "block_id", "period_id"),
)
"""``score`` is the whole answer with the reason of each point; ``inputs`` what it was computed from.

What ranks stands in columns of its own: a board reads those of all its units.
"""

boards = Table(
    "boards",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("caused_by", Uuid, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("rank", Integer),
    Column("previous_rank", Integer),
    Column("points", Numeric),
    Column("percent", Numeric),
    Column("decided_by", Text),
    ForeignKeyConstraint(["period_id", "block_id"], ["boards.period_id", "boards.block_id"]),
)

rescorings = Table(
    "rescorings",
    metadata,
    Column("rescoring_id", Uuid, primary_key=True),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("sheet_version", Integer, nullable=False),
    Column("period_id", Uuid),
    Column("step", Integer, nullable=False),
    Column("after_period", Uuid, nullable=False),
    Column("after_block", Uuid, nullable=False),
    Column("boards", Integer, nullable=False),
    Column("boards_done", Integer, nullable=False),
    Column("scores_done", Integer, nullable=False),
    Column("points_changed", Integer, nullable=False),
    Column("places_changed", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("rescorings_running", "sheet_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)
"""How far each rescoring has come: boards up to (``after_period``, ``after_block``) are done. Its id is its ripple's.

What it changed is not kept a second time: that stands in its events, in the log.
"""
