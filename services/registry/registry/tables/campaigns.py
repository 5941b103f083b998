"""In what: campaigns, their periods, and what each unit is to reach."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Integer, SmallInteger, Table, Text, Uuid
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
