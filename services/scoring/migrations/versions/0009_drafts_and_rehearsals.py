"""Sheets before they are published, and what a sheet would have made of a past period."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "sheet_drafts",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("made_from", sa.Uuid()),
        sa.Column("made_from_version", sa.Integer()),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_version", sa.Integer()),
        sa.PrimaryKeyConstraint("draft_id"),
    )
    op.create_index(op.f("ix_sheet_drafts_sheet_id"), "sheet_drafts", ["sheet_id"], unique=False)
    op.create_index(op.f("ix_sheet_drafts_saved_at"), "sheet_drafts", ["saved_at"], unique=False)
    op.create_table(
        "rehearsals",
        sa.Column("rehearsal_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("stands_on", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid()),
        sa.Column("sheet_version", sa.Integer()),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("after_block", sa.Uuid(), nullable=False),
        sa.Column("boards", sa.Integer(), nullable=False),
        sa.Column("boards_done", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("points_changed", sa.Integer(), nullable=False),
        sa.Column("places_changed", sa.Integer(), nullable=False),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("rehearsal_id"),
    )
    op.create_index(op.f("ix_rehearsals_draft_id"), "rehearsals", ["draft_id"], unique=False)
    op.create_index(op.f("ix_rehearsals_started_at"), "rehearsals", ["started_at"], unique=False)
    op.create_table(
        "rehearsed_blocks",
        sa.Column("rehearsal_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("ranked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("changed", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["rehearsal_id"], ["rehearsals.rehearsal_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rehearsal_id", "block_id"),
    )
