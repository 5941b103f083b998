"""Who reads the files on people and units."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "file_reads",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('file', 'list')", name="read_how"),
        sa.PrimaryKeyConstraint("file_id", "on_day", "account", "how"),
    )
    op.create_index("file_reads_newest", "file_reads", ["file_id", "last_at"])
