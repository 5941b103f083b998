"""How many days a report is late, and the awards of superior bodies in a unit's own file."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # Of what was sent before nobody counted: it stays empty, and a sheet that asks takes one day.
    op.add_column("reports", sa.Column("late_days", sa.Integer(), nullable=True))
    op.drop_constraint("entry_kind", "entries", type_="check")
    kinds = "'service', 'rating', 'discipline', 'initiative', 'use', 'hold', 'clearance', 'award'"
    op.create_check_constraint("entry_kind", "entries", f"kind IN ({kinds})")
