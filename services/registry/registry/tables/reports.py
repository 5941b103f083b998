"""What they reported, and every acceptance."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata

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
    Column("nothing", JSONB, nullable=False, server_default="{}"),
    Column("flagged", JSONB),
    Column("reviewer", Text),
    Column("late_days", Integer),
    UniqueConstraint("period_id", "unit_id", name="one_report_a_period"),
    CheckConstraint(
        "state IN ('draft', 'submitted', 'amending', 'in_review', 'returned', 'resubmitted', 'in_second_review', 'accepted')",
        name="report_state",
    ),
    Index(
        "reports_that_wait",
        "accepted_at",
        "report_id",
        postgresql_where=text("receipt_number IS NOT NULL AND state <> 'accepted'"),
    ),
    Index("reports_sent", "period_id", "unit_id", postgresql_where=text("receipt_number IS NOT NULL")),
    Index("reports_returned", "campaign_id", "accepted_at", "report_id", postgresql_where=text("state = 'returned'")),
)
"""``fields`` holds what was typed, to the letter, valid or not; ``version`` grows with every save, submission and
withdrawal, and with every return that is taken back.

``nothing`` holds the reasons why there is nothing to report (không phát sinh), ``flagged`` those of the return that stands or
was answered, both by criterion; ``receipt_number`` is that of the submission that counts, ``reviewer`` the post that has taken
it up, ``late_days`` how many days it is late where ``late``.
"""

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
    Column("nothing", JSONB, nullable=False, server_default="{}"),
    Index("submission_of_report", "report_id", "version", unique=True),
)
"""Every acceptance with its receipt: what was said, and when, stays."""

report_steps = Table(
    "report_steps",
    metadata,
    Column("step_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.report_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("correlationid", Uuid, nullable=False),
    Column("receipt_number", Text),
    Column("items", JSONB),
    Column("aside", JSONB),
    Index("steps_of_report", "report_id", "at"),
)
"""What was done with a report beside writing and sending it, by which post. ``items`` are the criteria with the reason of
each; ``aside`` is what the unit had typed and not sent when the step went back to what was sent."""
