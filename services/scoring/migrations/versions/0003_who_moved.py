"""Which units moved between blocks in the course of a year, and when each period closes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_year", sa.SmallInteger(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "from_on"),
    )
    op.create_index(op.f("ix_moves_block_id"), "moves", ["block_id"])
    op.add_column("periods", sa.Column("closes_on", sa.Date(), nullable=True))
    op.create_index("blocks_of_member", "blocks", ["members"], postgresql_using="gin")
