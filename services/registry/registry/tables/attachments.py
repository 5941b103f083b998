"""The documents themselves: the decision that formed a block, the paper behind a yearly rating."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Table, Text, Uuid, text

from registry.tables.base import metadata

attachments = Table(
    "attachments",
    metadata,
    Column("attachment_id", Uuid, primary_key=True),
    Column("about", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scan", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("attached_at", DateTime(timezone=True), nullable=False),
    Column("replaced_at", DateTime(timezone=True)),
    CheckConstraint("about IN ('block', 'rating')", name="attachment_about"),
    CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'docx', 'xlsx')", name="attachment_kind"),
    CheckConstraint("scan IN ('not_scanned', 'clean')", name="attachment_scan"),
    Index(
        "one_standing_attachment",
        "about",
        "subject_id",
        unique=True,
        postgresql_where=text("replaced_at IS NULL"),
    ),
    Index("attachments_of_subject", "about", "subject_id", "attached_at"),
)
"""``subject_id`` is a block, or the entry of a rating, by ``about``. One stands, those that it replaced are kept.

The bytes lie in the store, under their ``sha256``; ``post`` attached it.
"""
