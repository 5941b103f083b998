"""A unit that moves between blocks has a place in each, and the one counts in whose block it was scored last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NOT_KEPT = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    op.add_column("score_versions", sa.Column("block_id", sa.Uuid(), nullable=True))
    # Of which block a place was, nobody kept; it counts until one comes of which that is known.
    op.add_column("standings", sa.Column("block_id", sa.Uuid(), nullable=False, server_default=_NOT_KEPT))
    op.alter_column("standings", "block_id", server_default=None)
    op.drop_constraint("standings_pkey", "standings")
    op.create_primary_key("standings_pkey", "standings", ["period_id", "unit_id", "block_id"])
