"""Rehearsals: what a sheet would have made of a past period, beside what stands."""

from sqlalchemy import Column, DateTime, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

rehearsals = Table(
    "rehearsals",
    metadata,
    Column("rehearsal_id", Uuid, primary_key=True),
    Column("period_id", Uuid, nullable=False),
    Column("stands_on", Uuid, nullable=False),
    Column("draft_id", Uuid, index=True),
    Column("sheet_version", Integer),
    Column("document", JSONB, nullable=False),
    Column("codes", JSONB),
    Column("step", Integer, nullable=False),
    Column("after_block", Uuid, nullable=False),
    Column("boards", Integer, nullable=False),
    Column("boards_done", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("points_changed", Integer, nullable=False),
    Column("places_changed", Integer, nullable=False),
    Column("criteria", JSONB, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, index=True),
    Column("ended_at", DateTime(timezone=True)),
    Column("discarded_at", DateTime(timezone=True)),
    Column("discarded_by", Text),
)
"""``stands_on`` is the sheet whose blocks are looked at, ``document`` the one they are put under, as it was then.

``codes``: line of that one → line that was reported, where a line has another code now.

One that was thrown away stays in the list with the post that did so; who would have moved is gone.

``criteria``: code → what it decides, added up step by step. Nothing here is a score: no board and no event tells of it.
"""

rehearsed = Table(
    "rehearsed_blocks",
    metadata,
    Column("rehearsal_id", Uuid, ForeignKey("rehearsals.rehearsal_id", ondelete="CASCADE"), primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("ranked", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("changed", JSONB, nullable=False),
)
"""Of each board the units whose points or place would be others, with both."""
