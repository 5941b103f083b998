"""Boards that were published, which nobody can change; and an index by which a board's events are found in the log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _key() -> list[sa.Column[Any]]:
    return [
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "publications",
        *_key(),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("ranked", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "block_id", "number"),
    )
    op.create_index(op.f("ix_publications_fingerprint"), "publications", ["fingerprint"])
    op.create_table(
        "published_places",
        *_key(),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("points", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id", "block_id", "number"],
            ["publications.period_id", "publications.block_id", "publications.number"],
        ),
        sa.PrimaryKeyConstraint("period_id", "block_id", "number", "unit_id"),
    )
    op.create_index("published_places_of_unit", "published_places", ["unit_id"])
    # The service has the right to change its rows; of what was published not even it may.
    op.execute(
        "CREATE FUNCTION published_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a published board is never changed'; END $$"
    )
    for table in ("publications", "published_places"):
        op.execute(
            f"CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION published_stays()"
        )
    # Of the log only what tells of boards: no other event costs anything.
    op.execute(
        "CREATE INDEX own_events_of_board ON event_log (subject, recorded_at) "
        "WHERE type IN ('scoring.ranking_changed.v1', 'scoring.block_rescored.v1')"
    )
