"""Who was reminded of which report, on which day, by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "unit_id", "on_day"),
    )
    op.create_index("reminders_of_block", "reminders", ["block_id", "period_id"], unique=False)
