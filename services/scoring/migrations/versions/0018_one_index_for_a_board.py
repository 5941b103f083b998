"""A board is read by one index: no other begins with its columns, or holds whoever stands between two percents in a city."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.drop_constraint("places_pkey", "places")
    op.create_primary_key("places_pkey", "places", ["period_id", "unit_id", "block_id"])
    op.drop_index("places_of_period", "places")
    op.create_index(
        "places_of_period", "places", ["period_id", "percent", "unit_id"], postgresql_where=sa.text("rank IS NOT NULL")
    )
