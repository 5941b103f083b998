"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis import revisions

revision = "0001"
down_revision = None


def upgrade() -> None:
    revisions.first()
    op.execute("CREATE SEQUENCE receipt_numbers")
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "sheets",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("sheet_id"),
    )
    op.create_table(
        "units",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    op.create_index(op.f("ix_units_searched"), "units", ["searched"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("head_unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["head_unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("block_id"),
    )
    op.create_index(op.f("ix_blocks_year"), "blocks", ["year"], unique=False)
    op.create_table(
        "periods",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens_at < due_at AND due_at <= closes_at", name="period_in_order"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.campaign_id"],
        ),
        sa.PrimaryKeyConstraint("period_id"),
    )
    op.create_index(op.f("ix_periods_campaign_id"), "periods", ["campaign_id"], unique=False)
    op.create_table(
        "targets",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("targets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.campaign_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id"),
    )
    op.create_table(
        "year_records",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.BigInteger(), nullable=False),
        sa.Column("completed_tasks", sa.BigInteger(), nullable=False),
        sa.Column("advanced_workers", sa.BigInteger(), nullable=False),
        sa.Column("grassroots_fighters", sa.BigInteger(), nullable=False),
        sa.Column("disciplined", sa.BigInteger(), nullable=False),
        sa.Column("task_rating", sa.Text(), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "year"),
    )
    op.create_table(
        "block_members",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["blocks.block_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("year", "unit_id"),
    )
    op.create_index(op.f("ix_block_members_block_id"), "block_members", ["block_id"], unique=False)
    op.create_table(
        "reports",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("editor", sa.Text(), nullable=True),
        sa.Column("receipt_number", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name="report_state"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.campaign_id"],
        ),
        sa.ForeignKeyConstraint(
            ["period_id"],
            ["periods.period_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("period_id", "unit_id", name="one_report_a_period"),
    )
    op.create_index(op.f("ix_reports_unit_id"), "reports", ["unit_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("correlationid", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports.report_id"],
        ),
        sa.PrimaryKeyConstraint("receipt_number"),
    )
    op.create_index("submission_of_report", "submissions", ["report_id", "version"], unique=True)
