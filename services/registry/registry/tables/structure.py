"""Who takes part: units, and the blocks they compare themselves in."""

from sqlalchemy import Column, Date, ForeignKey, Integer, SmallInteger, Table, Text, Uuid

from registry.tables.base import metadata

units = Table(
    "units",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("searched", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid, ForeignKey("units.unit_id")),
    Column("code", Text),
    Column("valid_from", Date, nullable=False),
)
"""``searched`` is the name without marks. A GSO ``code`` alone is ambiguous in time, so it keys nothing."""

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("sheet_id", Uuid, nullable=False),
    Column("head_unit_id", Uuid, ForeignKey("units.unit_id")),
)

block_members = Table(
    "block_members",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("block_id", Uuid, ForeignKey("blocks.block_id"), nullable=False, index=True),
)
"""A unit stands in one block a year."""
