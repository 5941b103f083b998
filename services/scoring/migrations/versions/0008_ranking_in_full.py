"""What decides between equals: a sheet's own tie-breaks beside each score, and the votes of blocks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("scores", sa.Column("ties", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("boards", sa.Column("votes", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "block_votes",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("votes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_post", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["period_id", "block_id"], ["boards.period_id", "boards.block_id"]),
        sa.PrimaryKeyConstraint("period_id", "block_id", "number"),
    )
