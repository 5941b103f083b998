"""Cross-checks inside a block: who checks whom, and with what the checking unit does not agree."""

from typing import Final

from sqlalchemy import Column, DateTime, Index, Integer, Numeric, Table, Text, Uuid

from scoring.tables.base import metadata
from scoring.tables.scores import scores

cross_checks = Table(
    "cross_checks",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("block_id", Uuid, nullable=False),
    Column("by_unit", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False),
    Index("cross_checks_of_unit", "by_unit", "period_id"),
)
"""Who checks ``unit_id``, as it was said last; whoever said it before stands in the events.

Where the unit itself is named, nobody does: it was taken back. ``CHECKED`` leaves those rows out.
"""

CHECKED: Final = cross_checks.c.by_unit != cross_checks.c.unit_id
CHECKED_HERE: Final = CHECKED & (cross_checks.c.block_id == scores.c.block_id)
"""The same, asked beside ``scores``: whoever was named in a block that the unit has left no longer checks it."""

objections = Table(
    "objections",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("criterion", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("after", Integer, nullable=False),
    Column("reported", Numeric),
    Column("value", Numeric),
    Column("reason", Text, nullable=False),
    Column("by_post", Text, nullable=False),
    Column("by_unit", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""Only ever added to. Open until the block says something of the item: a verdict with a number above ``after``."""

OBJECTED: Final = """(
    SELECT json_agg(json_build_array(criterion, number, after, CAST(objections.reported AS text),
      CAST(objections.value AS text), reason, by_unit, by_post, at))
    FROM objections WHERE objections.period_id = reports.period_id AND objections.unit_id = reports.unit_id)"""
"""The objections to a report, asked beside ``reports``."""
