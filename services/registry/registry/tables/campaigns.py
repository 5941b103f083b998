"""In what: campaigns, their periods, and what each unit is to reach."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata

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
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid, ForeignKey("campaigns.campaign_id")),
    Column("scope", JSONB, nullable=False),
    Column("milestones", JSONB, nullable=False),
    Column("goals", JSONB, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('yearly', 'themed', 'special')", name="campaign_kind"),
)
"""``document`` is the issuing document whole: theme, issuer, duties, fields, movements, recipients.

What stands here was launched. A campaign that is still being written stands in ``campaign_drafts``, where nobody can
report to it.
"""

campaign_drafts = Table(
    "campaign_drafts",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("made_from", Uuid, ForeignKey("campaigns.campaign_id")),
    Column("source", JSONB),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('draft', 'set_aside', 'launched')", name="draft_state"),
)
"""``source`` is an imported document: its kind, its text, what was recognised where, and what was not; ``saved_at`` of one
that was launched is when it was."""

campaign_sections = Table(
    "campaign_sections",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaign_drafts.campaign_id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("editor", Text),
)
"""``content`` holds what was typed, to the letter, valid or not; it stays after the launch."""

campaign_corrections = Table(
    "campaign_corrections",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.campaign_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("before", JSONB, nullable=False),
    Column("now", JSONB, nullable=False),
    Column("reason", Text),
    Column("post", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What a launched campaign said before it came to say ``version``: the sections that differ, as one would type them."""

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
