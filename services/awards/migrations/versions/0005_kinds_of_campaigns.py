"""Which kind of campaign a period belongs to: a year's titles look at the yearly one first."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("periods", sa.Column("kind", sa.Text(), nullable=True))
