"""A place is its percent and which one it is among equals; its rank is counted when somebody looks."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("places", sa.Column("among", sa.Integer(), nullable=True))
    op.execute(
        """UPDATE places SET among = stood.among FROM (
             SELECT period_id, block_id, unit_id, rank + 1 - rank() OVER (
               PARTITION BY period_id, block_id ORDER BY percent DESC) AS among
             FROM places WHERE rank IS NOT NULL) AS stood
           WHERE (places.period_id, places.block_id, places.unit_id) = (stood.period_id, stood.block_id, stood.unit_id)"""
    )
    op.drop_column("places", "rank")
