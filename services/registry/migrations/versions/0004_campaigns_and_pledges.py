"""Campaigns have a kind, a scope, targets and an end; drafts come before them, pledges with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

_STANDING = {
    "kind": (sa.Text(), "yearly"),
    "scope": (JSONB(), '{"reach": "all", "block_ids": [], "kinds": []}'),
    "milestones": (JSONB(), "[]"),
    "goals": (JSONB(), "[]"),
}
"""What is true of every campaign that was launched before it could be said."""


def upgrade() -> None:
    for name, (kind, value) in _STANDING.items():
        op.add_column("campaigns", sa.Column(name, kind, nullable=False, server_default=value))
        op.alter_column("campaigns", name, server_default=None)
    op.add_column("campaigns", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("campaigns", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(None, "campaigns", "campaigns", ["parent_id"], ["campaign_id"])
    op.create_check_constraint("campaign_kind", "campaigns", "kind IN ('yearly', 'themed', 'special')")
    op.create_table(
        "campaign_drafts",
        sa.Column("campaign_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Uuid(), sa.ForeignKey("campaigns.campaign_id"), nullable=True),
        sa.Column("source", JSONB(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'set_aside', 'launched')", name="draft_state"),
    )
    op.create_index("ix_campaign_drafts_state", "campaign_drafts", ["state"])
    op.create_table(
        "campaign_sections",
        sa.Column("campaign_id", sa.Uuid(), sa.ForeignKey("campaign_drafts.campaign_id"), primary_key=True),
        sa.Column("section", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=True),
    )
    op.create_table(
        "pledges",
        sa.Column("campaign_id", sa.Uuid(), sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("units.unit_id"), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("titles", JSONB(), nullable=False),
        sa.Column("promises", JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('submitted', 'approved', 'returned', 'amended')", name="pledge_state"),
    )
    op.create_index("pledges_by_state", "pledges", ["campaign_id", "state", "unit_id"])
    op.create_table(
        "pledge_steps",
        sa.Column("campaign_id", sa.Uuid(), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("titles", JSONB(), nullable=False),
        sa.Column("promises", JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    )
