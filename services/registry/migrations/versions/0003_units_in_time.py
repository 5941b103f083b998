"""Units in time: what was decided of each, how it stood on any day, and where it stands in a year's blocks."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

from chassis.text import sort_bytes

revision = "0003"
down_revision = "0002"

_AT_ONCE = 2_000


def upgrade() -> None:
    # Trusted since PostgreSQL 13: who owns the database may have it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _columns()
    _tables()
    _fill()


def _columns() -> None:
    op.add_column("units", sa.Column("sorted", sa.LargeBinary(), nullable=True))
    op.add_column("units", sa.Column("ended_on", sa.Date(), nullable=True))
    op.drop_index(op.f("ix_units_searched"), "units")
    op.drop_index(op.f("ix_blocks_year"), "blocks")
    op.add_column("blocks", sa.Column("sorted", sa.LargeBinary(), nullable=True))
    for name in ("deputy_unit_id", "follows_id"):
        op.add_column("blocks", sa.Column(name, sa.Uuid(), nullable=True))
    op.add_column("blocks", sa.Column("decision_number", sa.Text(), nullable=True))
    op.add_column("blocks", sa.Column("decision_on", sa.Date(), nullable=True))
    op.create_foreign_key(None, "blocks", "units", ["deputy_unit_id"], ["unit_id"])
    op.create_foreign_key(None, "blocks", "blocks", ["follows_id"], ["block_id"])
    op.add_column("block_members", sa.Column("from_on", sa.Date(), nullable=True))
    op.add_column("block_members", sa.Column("change_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE block_members SET from_on = make_date(year, 1, 1)")
    op.drop_constraint("block_members_pkey", "block_members")
    op.create_primary_key("block_members_pkey", "block_members", ["unit_id", "year", "from_on"])
    op.alter_column("block_members", "block_id", nullable=True)


def _tables() -> None:
    op.create_table(
        "unit_changes",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("sets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("others", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "change_id"),
    )
    op.create_index("unit_change_of_act", "unit_changes", ["change_id"])
    op.create_table(
        "unit_states",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("sorted", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("until_on > from_on", name="unit_state_lasts"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "from_on"),
    )
    op.create_index("unit_states_sorted", "unit_states", ["sorted", "unit_id"])
    op.create_index("unit_states_of_kind", "unit_states", ["kind", "sorted", "unit_id"])
    op.create_index("unit_states_of_parent", "unit_states", ["parent_id", "sorted", "unit_id"])
    op.create_index("unit_states_of_code", "unit_states", ["code"])
    op.create_index("unit_states_ended", "unit_states", ["sorted", "unit_id"], postgresql_where=sa.text("ended"))
    op.create_index("unit_states_first", "unit_states", ["from_on"], postgresql_where=sa.text("first"))
    op.create_index(
        "unit_states_searched",
        "unit_states",
        ["searched"],
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    op.create_table(
        "block_heads",
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("head_unit_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_unit_id", sa.Uuid(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["blocks.block_id"]),
        sa.ForeignKeyConstraint(["head_unit_id"], ["units.unit_id"]),
        sa.ForeignKeyConstraint(["deputy_unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("block_id", "from_on"),
    )


def _fill() -> None:
    """Give every unit that stands its place in Vietnamese order, its registration as a change, and its one state."""
    for table, key in (("units", "unit_id"), ("blocks", "block_id")):
        for rows in _portions(f"SELECT {key} AS id, name FROM {table}"):  # noqa: S608 - our own two tables
            op.get_bind().execute(
                sa.text(f"UPDATE {table} SET sorted = :sorted WHERE {key} = :id"),  # noqa: S608
                [{"id": row.id, "sorted": sort_bytes(row.name)} for row in rows],
            )
        op.alter_column(table, "sorted", nullable=False)
    op.create_index("blocks_sorted", "blocks", ["year", "sorted", "block_id"])
    for rows in _portions("SELECT unit_id FROM units"):
        op.get_bind().execute(
            sa.text(
                "INSERT INTO unit_changes SELECT unit_id, :change_id, 'registered', valid_from, jsonb_build_object("
                "'name', name, 'kind', kind, 'parent_id', parent_id, 'code', code), '{}', NULL, NULL, 'Đăng ký đơn vị', "
                "'Phòng Nội vụ', now() FROM units WHERE unit_id = :unit_id"
            ),
            [{"unit_id": row.unit_id, "change_id": uuid7()} for row in rows],
        )
    op.execute(
        "INSERT INTO unit_states SELECT unit_id, valid_from, NULL, true, false, name, searched, sorted, kind, parent_id, code, "
        "'{}' FROM units"
    )


def _portions(question: str) -> Any:
    return op.get_bind().execute(sa.text(question)).partitions(_AT_ONCE)
