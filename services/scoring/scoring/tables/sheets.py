"""Score sheets, in every version."""

from sqlalchemy import Column, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

sheets = Table(
    "sheets",
    metadata,
    Column("sheet_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSONB, nullable=False),
)
"""Every version that was ever published stays: a score names the one it was computed with."""
