"""A report that was sent and is edited again says so."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_constraint("report_state", "reports")
    op.create_check_constraint("report_state", "reports", "state IN ('draft', 'submitted', 'amending')")
