"""Campaigns are corrected after their launch, and keep what they said before; one queue holds the reports of all of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "campaign_corrections",
        sa.Column("campaign_id", sa.Uuid(), sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("now", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.drop_index("reports_that_wait", "reports")
    op.create_index(
        "reports_that_wait",
        "reports",
        ["accepted_at", "report_id"],
        postgresql_where=sa.text("receipt_number IS NOT NULL AND state <> 'accepted'"),
    )
