"""How far each rescoring has come."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "rescorings",
        sa.Column("rescoring_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_version", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Uuid()),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("after_period", sa.Uuid(), nullable=False),
        sa.Column("after_block", sa.Uuid(), nullable=False),
        sa.Column("boards", sa.Integer(), nullable=False),
        sa.Column("boards_done", sa.Integer(), nullable=False),
        sa.Column("scores_done", sa.Integer(), nullable=False),
        sa.Column("points_changed", sa.Integer(), nullable=False),
        sa.Column("places_changed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("rescoring_id"),
    )
    op.create_index(op.f("ix_rescorings_sheet_id"), "rescorings", ["sheet_id"], unique=False)
    op.create_index(
        "rescorings_running", "rescorings", ["sheet_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
