"""Which units stand in which block, and by which sheet it is scored: who is told when a sheet changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("blocks", sa.Column("year", sa.SmallInteger()))
    op.add_column("blocks", sa.Column("sheet_id", sa.Uuid()))
    op.add_column("blocks", sa.Column("members", ARRAY(sa.Uuid())))
    op.create_index("ix_blocks_sheet_id", "blocks", ["sheet_id"], unique=False)
    op.create_table(
        "moves",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("unit_id", "from_on"),
    )
    op.create_index("ix_moves_block_id", "moves", ["block_id"], unique=False)
