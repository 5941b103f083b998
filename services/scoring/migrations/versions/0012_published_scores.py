"""What the points on a published board were computed from, kept with it: so that it can be asked why for good."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "published_scores",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("score", JSONB(), nullable=False),
        sa.Column("inputs", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_version", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caused_by", sa.Uuid(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id", "block_id", "number"],
            ["publications.period_id", "publications.block_id", "publications.number"],
        ),
        sa.PrimaryKeyConstraint("period_id", "block_id", "number", "unit_id"),
    )
    op.create_index("published_scores_of_unit", "published_scores", ["unit_id", "period_id"])
    op.execute(
        "CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON published_scores "
        "FOR EACH STATEMENT EXECUTE FUNCTION published_stays()"
    )
