"""Reports go all the way: withdrawn, taken up, returned item by item, accepted; and "nothing to report" with its reason."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0002"

_STATES = ["draft", "submitted", "amending", "in_review", "returned", "resubmitted", "in_second_review", "accepted"]


def upgrade() -> None:
    for table in ("reports", "submissions"):
        op.add_column(table, sa.Column("nothing", JSONB(), nullable=False, server_default="{}"))
    op.add_column("reports", sa.Column("flagged", JSONB()))
    op.add_column("reports", sa.Column("reviewer", sa.Text()))
    op.drop_constraint("report_state", "reports")
    named = ", ".join(f"'{state}'" for state in _STATES)
    op.create_check_constraint("report_state", "reports", f"state IN ({named})")
    op.create_index(
        "reports_that_wait",
        "reports",
        ["campaign_id", "accepted_at", "report_id"],
        postgresql_where=sa.text("receipt_number IS NOT NULL AND state <> 'accepted'"),
    )
    op.create_table(
        "report_steps",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlationid", sa.Uuid(), nullable=False),
        sa.Column("receipt_number", sa.Text()),
        sa.Column("items", JSONB()),
        sa.Column("aside", JSONB()),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"]),
        sa.PrimaryKeyConstraint("step_id"),
    )
    op.create_index("steps_of_report", "report_steps", ["report_id", "at"])
