"""Boards and the places on them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    FromClause,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    func,
    literal_column,
    select,
)

from scoring.tables.base import metadata

boards = Table(
    "boards",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("caused_by", Uuid, nullable=False),
    Column("votes", Integer, nullable=False, server_default="0"),
    Column("members", Integer),
    Column("ranked", Integer),
    Column("leader_points", Numeric),
    Column("membership", BigInteger),
)
"""``votes`` counts the votes of the block that were recorded, so that only boards with some ask for them.

``members``, ``ranked`` and ``leader_points`` are what the board came to when it was ranked last, under the ``membership`` that
there was then: while that is the newest, a changed score moves nobody but who shares its old percent or its new one.
"""

membership = Table(
    "membership",
    metadata,
    Column("one", Boolean, primary_key=True, server_default="true"),
    Column("number", BigInteger, nullable=False),
)
"""One row: how often it was heard that somebody may stand on another board now. Whoever says so waits for all reports that
are being taken up, and they for him.
"""

places = Table(
    "places",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("among", Integer),
    Column("previous_rank", Integer),
    Column("points", Numeric),
    Column("percent", Numeric),
    Column("decided_by", Text),
    ForeignKeyConstraint(["period_id", "block_id"], ["boards.period_id", "boards.block_id"]),
    Index("places_of_period", "period_id", "percent", "unit_id"),
    Index("places_by_percent", "period_id", "block_id", "percent"),
)
"""A unit's place: its percent, and which one it is ``among`` those ranked with the same, from 1 on; None where it is not ranked.

``RANK`` is counted from these when somebody looks (ADR 0021). ``previous_rank`` is the one that it had before it was told of last:
it stands in no index, and pages have room, for on boards of an ordinary size it is written of all who are passed.
The index by which boards are read is the one that was made last: of two that look equally good, as all do while a table is
empty, the planner takes that one (``get_relation_info``), and keeps to it until rows are counted again.
"""

RANK: Final = """among - 1
  + CAST(rank() OVER (PARTITION BY period_id, block_id, among IS NULL ORDER BY percent DESC) AS integer)"""
"""The rank of a place, where whole boards of ``places`` are read."""


def rank_of(place: FromClause) -> ColumnElement[int]:
    """Count the rank of one place, beside it: for few that are read without their boards."""
    ahead = places.alias("ahead")
    higher = (
        ahead.c.period_id == place.c.period_id,
        ahead.c.block_id == place.c.block_id,
        ahead.c.percent > place.c.percent,
    )
    number = select(func.count(ahead.c.among)).where(*higher).correlate(place).scalar_subquery()
    return (place.c.among + number).label("rank")


ranked = select(places, literal_column(RANK, Integer).label("rank")).subquery("ranked")
"""All places with their ranks; of what is asked for by period and block, only those boards are read."""
