"""A unit's year in figures."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, SmallInteger, Table, Text, Uuid

from registry.tables.base import metadata

year_records = Table(
    "year_records",
    metadata,
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("headcount", BigInteger, nullable=False),
    Column("completed_tasks", BigInteger, nullable=False),
    Column("advanced_workers", BigInteger, nullable=False),
    Column("grassroots_fighters", BigInteger, nullable=False),
    Column("disciplined", BigInteger, nullable=False),
    Column("task_rating", Text),
    Column("pledged_on", Date),
    Column("source", Text, nullable=False, server_default="typed"),
    CheckConstraint("source IN ('typed', 'people')", name="year_source"),
)
"""``source`` tells where head count, completed tasks, disciplines and rating come from: typed, or the unit's list of people."""
