"""What scoring made of each report."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Numeric, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

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
    Column("ties", JSONB),
    Column("score", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("caused_by", Uuid, nullable=False),
    Column("scored_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
    Column("self_points", Numeric),
    Column("block_points", Numeric),
    Column("appraisal_points", Numeric),
    Column("appraised", Boolean, nullable=False, server_default="false"),
    Index("scores_of_block", "block_id", "period_id"),
    Index("scores_looked_at", "period_id", postgresql_where=text("self_points IS NOT NULL")),
    Index(
        "scores_to_appraise",
        "period_id",
        "block_id",
        "unit_id",
        postgresql_where=text("NOT appraised AND NOT withdrawn"),
    ),
)
"""``score`` is the whole answer with the reason of each point; ``inputs`` what it was computed from.

What ranks stands in columns of its own: a board reads those of all its units. The score of a report that was
withdrawn stays, for its version goes on from there, and counts nowhere.

The three columns of points are empty while nobody has looked at the report: then the unit's own are ``points``.
``appraised`` tells whether the office has looked at every line that is its to look at.
"""
