"""Lists come as files: each checked file with its rows, and how far it has been kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Uuid()),
        sa.Column("period_id", sa.Uuid()),
        sa.Column("unit_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("read_as", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('checked', 'applying', 'done')", name="import_state"),
        sa.CheckConstraint("done BETWEEN 0 AND places", name="import_progress"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"]),
        sa.ForeignKeyConstraint(["period_id"], ["periods.period_id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_index("imports_checked", "imports", ["unit_id", "checked_at", "import_id"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("typed", JSONB(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer()),
        sa.CheckConstraint("outcome IN ('new', 'changed', 'same', 'faulty', 'moved')", name="import_outcome"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"]),
        sa.PrimaryKeyConstraint("import_id", "row"),
    )
    op.create_index(
        "import_rows_to_write", "import_rows", ["import_id", "place"], postgresql_where=sa.text("place IS NOT NULL")
    )
    op.create_index(
        "import_rows_told", "import_rows", ["import_id", "row"], postgresql_where=sa.text("faults <> '[]'::jsonb")
    )
