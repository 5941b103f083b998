"""Scoring's tables: sheets, the facts it heard of, and what it made of them."""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
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
    false,
    func,
    literal_column,
    select,
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
)
"""``closes_on`` is empty for a period that was heard of before it was kept: such a one follows every move."""

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
)
"""The newest that was heard of each unit's report in each period: as it was said, or that it was withdrawn."""

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
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
    Index("scores_of_block", "block_id", "period_id"),
)
"""``score`` is the whole answer with the reason of each point; ``inputs`` what it was computed from.

What ranks stands in columns of its own: a board reads those of all its units. The score of a report that was
withdrawn stays, for its version goes on from there, and counts nowhere.
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


_COUNTS = """extract(year FROM {move}.from_on) <= blocks.year AND {move}.until_year >= blocks.year
      AND ({move}.from_on <= periods.closes_on) IS NOT FALSE"""
"""A move counts for the blocks of its years, and for periods that close on its day or later."""

MEMBERS: Final = literal_column(
    f"""ARRAY(
    SELECT formed FROM unnest(blocks.members) AS formed WHERE NOT EXISTS (
      SELECT FROM moves WHERE moves.unit_id = formed AND {_COUNTS.format(move="moves")})
    UNION ALL SELECT came.unit_id FROM moves AS came
    WHERE came.block_id = blocks.block_id AND {_COUNTS.format(move="came")} AND NOT EXISTS (
      SELECT FROM moves AS later
      WHERE later.unit_id = came.unit_id AND later.from_on > came.from_on AND {_COUNTS.format(move="later")}))""",  # noqa: S608
    ARRAY(Uuid),
)
"""Who stands on a board, asked beside ``blocks`` and ``periods``: as the block was formed, and as units moved until the period
closes. So the board of a period that has closed keeps its members for good, and that of one that has not follows.
"""


def moved(unit_id: ColumnElement[Any], year: ColumnElement[Any]) -> Any:
    """Ask, beside ``periods``, where a unit has moved in blocks of a year until the period closes; no row if it has not."""
    return (
        select(moves.c.unit_id, moves.c.block_id)
        .where(
            moves.c.unit_id == unit_id,
            func.extract("year", moves.c.from_on) <= year,
            moves.c.until_year >= year,
            (moves.c.from_on <= periods.c.closes_on).is_not(false()),
        )
        .order_by(moves.c.from_on.desc())
        .limit(1)
        .lateral("moved")
    )
