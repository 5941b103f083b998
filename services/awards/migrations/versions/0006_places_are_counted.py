"""A place is kept as which one it is among equals and counted when it is asked for; what a board came to is kept once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_OF_NO_KNOWN_BLOCK = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ranked", sa.Integer(), nullable=False),
        sa.Column("leader_points", sa.Numeric(), nullable=True),
        sa.PrimaryKeyConstraint("period_id", "block_id"),
    )
    op.execute(
        """INSERT INTO boards (period_id, block_id, version, ranked, leader_points)
        SELECT DISTINCT ON (period_id, block_id) period_id, block_id, board_version, ranked, leader_points
        FROM standings ORDER BY period_id, block_id, board_version DESC"""
    )
    op.add_column("standings", sa.Column("percent", sa.Numeric(), nullable=True))
    op.add_column("standings", sa.Column("among", sa.Integer(), nullable=True))
    # Whoever was scored in another block since stands on this board no longer, which nobody kept.
    op.execute(
        f"""UPDATE standings SET percent = scored.percent FROM score_versions AS scored
        WHERE scored.period_id = standings.period_id AND scored.unit_id = standings.unit_id
          AND (scored.block_id = standings.block_id OR scored.block_id IS NULL
            OR standings.block_id = '{_OF_NO_KNOWN_BLOCK}')"""  # noqa: S608
    )
    # What is not among equals by these figures comes out at the rank that was told all the same.
    op.execute(
        """UPDATE standings SET among = standings.rank - counted.higher FROM (
          SELECT period_id, block_id, unit_id,
            rank() OVER (PARTITION BY period_id, block_id ORDER BY percent DESC) - 1 AS higher
          FROM standings WHERE rank IS NOT NULL AND percent IS NOT NULL) AS counted
        WHERE counted.period_id = standings.period_id AND counted.block_id = standings.block_id
          AND counted.unit_id = standings.unit_id"""
    )
    op.create_index(
        "standings_in_order",
        "standings",
        ["period_id", "block_id", "percent"],
        postgresql_where=sa.text("among IS NOT NULL"),
    )
    for name in ("rank", "ranked", "leader_points"):
        op.drop_column("standings", name)
