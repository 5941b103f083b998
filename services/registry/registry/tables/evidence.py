"""What stands behind a report: files (minh chứng), and which lines of which reports they are attached to."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from registry.tables.base import metadata

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scan", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("unit_id", "sha256", name="one_file_a_unit"),
    CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'docx', 'xlsx')", name="evidence_kind"),
    CheckConstraint("scan IN ('not_scanned', 'clean')", name="evidence_scan"),
    Index("evidence_of_unit", "unit_id", "uploaded_at", "evidence_id"),
)
"""One row a unit and content: handed in again, it is the same file. The bytes lie in the store, under their ``sha256``."""

report_evidence = Table(
    "report_evidence",
    metadata,
    Column("attachment_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.report_id"), nullable=False),
    Column("criterion", Text, nullable=False),
    Column("evidence_id", Uuid, ForeignKey("evidence.evidence_id"), nullable=False, index=True),
    Column("attached_at", DateTime(timezone=True), nullable=False),
    Column("detached_at", DateTime(timezone=True)),
    Index(
        "attached_once",
        "report_id",
        "criterion",
        "evidence_id",
        unique=True,
        postgresql_where=text("detached_at IS NULL"),
    ),
    Index("attachments_of_report", "report_id"),
)
"""Rows stay when a file is taken off: what was attached at the moment of a submission can always be told."""
