"""Since when each type of event is told of; what was listened to before is told of whenever it comes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "first_heard",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("type"),
    )
    op.execute("INSERT INTO first_heard SELECT DISTINCT type, to_timestamp(0) FROM inbox WHERE consumer = 'notify'")
