"""Which year's blocks report in a period: that of its campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("periods", sa.Column("year", sa.SmallInteger(), nullable=True))
    # What was heard of before: the year of the blocks that have reported in it, else that of its last day.
    op.execute(
        """UPDATE periods SET year = coalesce(
          (SELECT max(blocks.year) FROM reports JOIN blocks USING (block_id) WHERE reports.period_id = periods.period_id),
          extract(year FROM closes_on))"""
    )
