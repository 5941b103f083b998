"""Awards hears of pledges and of the day until which units register."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pledges",
        sa.Column("campaign_id", sa.Uuid(), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("pledged_on", sa.Date(), nullable=True),
    )
    op.create_index("pledges_of_a_year", "pledges", ["unit_id", "year"])
    op.create_table(
        "registrations",
        sa.Column("campaign_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_registrations_year", "registrations", ["year"])
