"""Appeals against one exact item of a score."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "appeals",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('filed', 'taken_up', 'upheld', 'rejected', 'withdrawn')", name="appeals_state"),
        sa.PrimaryKeyConstraint("appeal_id"),
    )
    op.create_index(op.f("ix_appeals_unit_id"), "appeals", ["unit_id"], unique=False)
    op.create_index(
        "appeals_open",
        "appeals",
        ["period_id", "unit_id", "item"],
        unique=True,
        postgresql_where=sa.text("state IN ('filed', 'taken_up')"),
    )
    op.create_table(
        "appeal_steps",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("by_post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.appeal_id"]),
        sa.PrimaryKeyConstraint("appeal_id", "number"),
    )
    for table in ("appeal_steps", "block_votes"):
        op.execute(
            f"""CREATE TRIGGER {table}_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION only_added()"""
        )
