"""Lists that came as files: what each row said, what it would do, and how far they have been kept."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata

imports = Table(
    "imports",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("list", Text, nullable=False),
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id")),
    Column("period_id", Uuid, ForeignKey("periods.period_id")),
    Column("unit_id", Uuid, ForeignKey("units.unit_id")),
    Column("name", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("read_as", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("faults", JSONB, nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("places", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    CheckConstraint("state IN ('checked', 'applying', 'done')", name="import_state"),
    CheckConstraint("done BETWEEN 0 AND places", name="import_progress"),
    Index("imports_checked", "unit_id", "checked_at", "import_id"),
)
"""One checked file, of a unit, or the office's where ``unit_id`` is not given. ``places`` are the things that it would write, ``done`` those that are written; ``counts`` are its rows by
outcome, ``faults`` what is wrong in no single row. The bytes lie in the store, under their ``sha256``."""

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Uuid, ForeignKey("imports.import_id"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("typed", JSONB, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("faults", JSONB, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("place", Integer),
    CheckConstraint("outcome IN ('new', 'changed', 'same', 'faulty', 'moved')", name="import_outcome"),
    Index("import_rows_to_write", "import_id", "place", postgresql_where=text("place IS NOT NULL")),
    Index("import_rows_told", "import_id", "row", postgresql_where=text("faults <> '[]'::jsonb")),
)
"""Each row of a file: ``typed`` to the letter, ``content`` as it was read, compared with the version that was ``seen``.

``place`` is when it is written; rows of one thing share it. Rows stay: what was sent can always be given back.
"""
