"""Sheets before they are published."""

from sqlalchemy import Column, DateTime, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from scoring.tables.base import metadata

sheet_drafts = Table(
    "sheet_drafts",
    metadata,
    Column("draft_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sheet_id", Uuid, nullable=False, index=True),
    Column("made_from", Uuid),
    Column("made_from_version", Integer),
    Column("parts", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False, index=True),
    Column("published_version", Integer),
)
"""``sheet_id`` is what it will be a version of. ``parts``: name → version, who wrote it last, rows as they were typed.

A draft that was published stays, with the version that it became.
"""
