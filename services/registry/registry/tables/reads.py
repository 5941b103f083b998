"""Who has looked into the files on people and units."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, Integer, Table, Text, Uuid

from registry.tables.base import metadata

file_reads = Table(
    "file_reads",
    metadata,
    Column("file_id", Uuid, primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("how", Text, primary_key=True),
    Column("post", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("how IN ('file', 'list')", name="read_how"),
    Index("file_reads_newest", "file_id", "last_at"),
)
"""One account on one day: how often it opened a file, or was handed a list with something out of it, and when last.

``file_id`` is the person whose file it is, or the unit whose own. Kept before the answer goes out: whoever's reading cannot be
written down is shown nothing.
"""
