"""The three kept columns: verdicts of block review and appraisal, cross-checks, and what they come to."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("reported", sa.Numeric()),
        sa.Column("value", sa.Numeric()),
        sa.Column("reason", sa.Text()),
        sa.Column("by_post", sa.Text(), nullable=False),
        sa.Column("by_unit", sa.Uuid()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appeal_id", sa.Uuid()),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "unit_id", "criterion", "column", "number"),
        sa.UniqueConstraint("verdict_id"),
    )
    for name in ("self_points", "block_points", "appraisal_points"):
        op.add_column("scores", sa.Column(name, sa.Numeric()))
    op.add_column("scores", sa.Column("appraised", sa.Boolean(), nullable=False, server_default="false"))
    op.create_index("scores_looked_at", "scores", ["period_id"], postgresql_where=sa.text("self_points IS NOT NULL"))
    op.create_index(
        "scores_to_appraise",
        "scores",
        ["period_id", "block_id", "unit_id"],
        postgresql_where=sa.text("NOT appraised AND NOT withdrawn"),
    )
    op.create_table(
        "cross_checks",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("by_unit", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "unit_id"),
    )
    op.create_index("cross_checks_of_unit", "cross_checks", ["by_unit", "period_id"])
    op.create_table(
        "objections",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Numeric()),
        sa.Column("value", sa.Numeric()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_post", sa.Text(), nullable=False),
        sa.Column("by_unit", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "unit_id", "criterion", "number"),
    )
    op.execute(
        """CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    for table in ("verdicts", "objections"):
        op.execute(
            f"""CREATE TRIGGER {table}_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION only_added()"""
        )
