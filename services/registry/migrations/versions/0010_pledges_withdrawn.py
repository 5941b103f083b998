"""Pledges can be withdrawn, decisions on units revoked, units have short names; long lists go by an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("units", "unit_states"):
        op.add_column(table, sa.Column("short_name", sa.Text()))
    op.add_column("unit_changes", sa.Column("stood", JSONB()))
    op.add_column("unit_changes", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    for name in ("revoked_by", "revoked_because"):
        op.add_column("unit_changes", sa.Column(name, sa.Text()))
    op.drop_constraint("pledge_state", "pledges")
    states = "state IN ('submitted', 'approved', 'returned', 'amended', 'withdrawn')"
    op.create_check_constraint("pledge_state", "pledges", states)
    op.create_index("pledges_by_change", "pledges", ["campaign_id", "changed_at", "unit_id"])
    op.create_index(
        "reports_returned",
        "reports",
        ["campaign_id", "accepted_at", "report_id"],
        postgresql_where=sa.text("state = 'returned'"),
    )
    op.create_index("units_sorted", "units", ["sorted", "unit_id"])
    op.create_index(
        "units_searched", "units", ["searched"], postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}
    )
