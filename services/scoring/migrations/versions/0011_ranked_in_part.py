"""What a board came to when it was ranked last, so that a changed score reads only those whom it can move."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("boards", sa.Column("members", sa.Integer(), nullable=True))
    op.add_column("boards", sa.Column("ranked", sa.Integer(), nullable=True))
    op.add_column("boards", sa.Column("leader_points", sa.Numeric(), nullable=True))
    op.add_column("boards", sa.Column("membership", sa.BigInteger(), nullable=True))
    op.create_table(
        "membership",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name="membership_is_one_row"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.execute("INSERT INTO membership (number) VALUES (0)")
    op.create_index("places_by_percent", "places", ["period_id", "block_id", "percent"])
