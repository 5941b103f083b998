"""Of indexes that look equally good, as all do while a table is empty, the planner takes the one that was made last."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.drop_index("places_by_percent", "places")
    op.create_index("places_by_percent", "places", ["period_id", "block_id", "percent"])
