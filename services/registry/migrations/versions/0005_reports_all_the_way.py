"""Reports go all the way: withdrawn, taken up, returned item by item, accepted; "nothing to report"; and their evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

_STATES = ["draft", "submitted", "amending", "in_review", "returned", "resubmitted", "in_second_review", "accepted"]


def upgrade() -> None:
    _reports()
    _evidence()


def _reports() -> None:
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


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'docx', 'xlsx')", name="evidence_kind"),
        sa.CheckConstraint("scan IN ('not_scanned', 'clean')", name="evidence_scan"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("evidence_id"),
        sa.UniqueConstraint("unit_id", "sha256", name="one_file_a_unit"),
    )
    op.create_index("evidence_of_unit", "evidence", ["unit_id", "uploaded_at", "evidence_id"])
    op.create_table(
        "report_evidence",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"]),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.evidence_id"]),
        sa.PrimaryKeyConstraint("attachment_id"),
    )
    op.create_index(op.f("ix_report_evidence_evidence_id"), "report_evidence", ["evidence_id"])
    op.create_index("attachments_of_report", "report_evidence", ["report_id"])
    op.create_index(
        "attached_once",
        "report_evidence",
        ["report_id", "criterion", "evidence_id"],
        unique=True,
        postgresql_where=sa.text("detached_at IS NULL"),
    )
