"""Which unit of its block checks a unit's report: it may see the evidence."""

from sqlalchemy import Column, Integer, Table, Uuid

from registry.tables.base import metadata

checkers = Table(
    "checkers",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("by_unit", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
)
