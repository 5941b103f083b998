"""How far each rescoring has come."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid, text

from scoring.tables.base import metadata

rescorings = Table(
    "rescorings",
    metadata,
    Column("rescoring_id", Uuid, primary_key=True),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("sheet_version", Integer, nullable=False),
    Column("period_id", Uuid),
    Column("reason", Text),
    Column("back", Boolean, nullable=False, server_default="false"),
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

``back`` tells that the version was named though there was a newer one, for a ``reason``. What it changed is not kept a second time: that stands in its events, in the log.
"""
