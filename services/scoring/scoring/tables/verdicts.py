"""What was said of reported values by whoever looked at them: the columns block and appraisal."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, Numeric, Table, Text, UniqueConstraint, Uuid

from scoring.tables.base import metadata

verdicts = Table(
    "verdicts",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("criterion", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("verdict_id", Uuid, nullable=False),
    Column("reported", Numeric),
    Column("value", Numeric),
    Column("reason", Text),
    Column("by_post", Text, nullable=False),
    Column("by_unit", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("appeal_id", Uuid),
    Column("event_id", Uuid, nullable=False),
    UniqueConstraint("verdict_id"),
)
"""Only ever added to; the database itself refuses to change or delete a row.

Of an item in a column the one with the highest ``number`` stands, and counts while ``reported`` is what the unit's newest
report says. ``by_unit`` is None for the office; ``reason`` is None where the value was agreed to.
"""

REVIEWED: Final = """(
    SELECT json_agg(json_build_array(
      criterion, "column", number, CAST(verdicts.reported AS text), CAST(verdicts.value AS text),
      appeal_id IS NOT NULL))
    FROM verdicts WHERE verdicts.period_id = reports.period_id AND verdicts.unit_id = reports.unit_id)"""
"""What reviewers said of a report, asked beside ``reports``: nothing where nobody has looked yet, one look into an index."""
