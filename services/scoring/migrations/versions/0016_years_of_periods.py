"""Which year's blocks report in a period: that of its campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("periods", sa.Column("year", sa.SmallInteger(), nullable=True))
    # What was heard of before: the year of the blocks that have reported in the campaign, else that in which its first period
    # closes. The last one may close in January of the next.
    op.execute(
        """UPDATE periods SET year = coalesce(
          (SELECT max(blocks.year) FROM reports JOIN blocks USING (block_id) WHERE reports.campaign_id = periods.campaign_id),
          (SELECT extract(year FROM min(beside.closes_on)) FROM periods AS beside
           WHERE beside.campaign_id = periods.campaign_id))"""
    )
