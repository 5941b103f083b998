"""Boards as they were published: added, never changed."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    exists,
)
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

publications = Table(
    "publications",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("correction", Boolean, nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("board", Text, nullable=False),
    Column("members", Integer, nullable=False),
    Column("ranked", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""``state`` is frozen or final; ``version`` that of the board then. ``board`` is canonical text, ``digest`` its SHA-256, and
``fingerprint`` that of the order on it. ``by`` is the post that published it. A trigger refuses every change of a row.
"""

_later = publications.alias("later")
NOTHING_LATER: Final = ~exists().where(
    _later.c.period_id == publications.c.period_id,
    _later.c.block_id == publications.c.block_id,
    _later.c.number > publications.c.number,
)
"""Holds of a board's newest publication, asked beside ``publications``: whoever is not on that one stands on none."""

published_places = Table(
    "published_places",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("rank", Integer),
    Column("points", Numeric, nullable=False),
    Column("percent", Numeric),
    Column("maximum", Numeric),
    ForeignKeyConstraint(
        ["period_id", "block_id", "number"],
        ["publications.period_id", "publications.block_id", "publications.number"],
    ),
    Index("published_places_of_unit", "unit_id"),
    Index("published_places_of_period", "period_id", "percent", "unit_id"),
)
"""The same places once more, to be asked by unit, where each stood, and in the order of shares across all blocks."""

published_scores = Table(
    "published_scores",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("score", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sheet_id", Uuid, nullable=False),
    Column("sheet_version", Integer, nullable=False),
    Column("receipt_number", Text, nullable=False),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("caused_by", Uuid, nullable=False),
    Column("scored_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["period_id", "block_id", "number"],
        ["publications.period_id", "publications.block_id", "publications.number"],
    ),
    Index("published_scores_of_unit", "unit_id", "period_id"),
)
"""The scores of a published board as they stood, with the reason of every point: the live ones go on, these answer why.

Boards that were published before these were kept have none.
"""
