"""What is known of a report beside what it says itself: how late it is, and what other bodies awarded its unit that year."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, SmallInteger, Table, Text, Uuid

from scoring.tables.base import metadata

recognised = Table(
    "recognised",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("form", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("decision_number", Text, nullable=False),
    Index("recognised_of_unit", "unit_id", "year"),
)
"""Awards of units themselves, as the registry's files have them; those of persons are not kept here."""

BESIDE: Final = """(
    SELECT json_build_object(
      'late_days', reports.late_days, 'late_days_sent', reports.late_days_sent, 'awards', known.awards)
    FROM (SELECT json_agg(json_build_object('form', form, 'on', decided_on, 'number', decision_number)
        ORDER BY decided_on, entry_id) AS awards
      FROM recognised JOIN blocks AS formed ON formed.year = recognised.year
      WHERE formed.block_id = reports.block_id AND recognised.unit_id = reports.unit_id AND recognised.standing) AS known
    WHERE reports.late_days IS NOT NULL OR reports.late_days_sent IS NOT NULL OR known.awards IS NOT NULL)"""
"""All of it as one value, asked beside ``reports``: nothing where nothing is known, which is nearly always."""
