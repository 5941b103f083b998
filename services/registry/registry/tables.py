"""The registry's tables: who takes part, in what, and what they reported."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

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

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("document", JSONB, nullable=False),
)
"""``document`` is the issuing document whole: theme, issuer, duties, fields, movements, recipients."""

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id"), nullable=False, index=True),
    Column("number", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("opens_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("closes_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("opens_at < due_at AND due_at <= closes_at", name="period_in_order"),
)

targets = Table(
    "targets",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id"), primary_key=True),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("targets", JSONB, nullable=False),
)

sheets = Table(
    "sheets",
    metadata,
    Column("sheet_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("criteria", JSONB, nullable=False),
)
"""What the registry must know of scoring's sheets to check a report; fed by ``scoring.sheet_published.v1``."""

receipt_numbers = Sequence("receipt_numbers", metadata=metadata)

reports = Table(
    "reports",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id"), nullable=False),
    Column("period_id", Uuid, ForeignKey("periods.period_id"), nullable=False),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("editor", Text),
    Column("receipt_number", Text),
    Column("accepted_at", DateTime(timezone=True)),
    Column("late", Boolean),
    UniqueConstraint("period_id", "unit_id", name="one_report_a_period"),
    CheckConstraint("state IN ('draft', 'submitted', 'amending')", name="report_state"),
)
"""``fields`` holds what was typed, to the letter, valid or not; ``version`` grows with every save and submission."""

submissions = Table(
    "submissions",
    metadata,
    Column("receipt_number", Text, primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.report_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("correlationid", Uuid, nullable=False),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("fields", JSONB, nullable=False),
    Index("submission_of_report", "report_id", "version", unique=True),
)
"""Every acceptance with its receipt: what was said, and when, stays."""

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
)
