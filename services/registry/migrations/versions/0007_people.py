"""People: who serves where, the entries of their files and of the units' own, and where a year's figures come from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0007"
down_revision = "0006"

_KINDS = "'service', 'rating', 'discipline', 'initiative', 'use', 'hold', 'clearance'"


def upgrade() -> None:
    # Trusted since PostgreSQL 13: who owns the database may have it.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _people()
    _entries()
    _indexes()
    op.add_column("year_records", sa.Column("source", sa.Text(), nullable=False, server_default="typed"))
    op.create_check_constraint("year_source", "year_records", "source IN ('typed', 'people')")


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("sorted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("people_sorted", "people", ["sorted", "person_id"])
    op.create_index("people_of_unit", "people", ["unit_id", "sorted", "person_id"])
    op.create_index(
        "people_searched",
        "people",
        ["searched"],
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    op.create_table(
        "people_names",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"]),
        sa.PrimaryKeyConstraint("person_id", "version"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("with_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}"),
        sa.Column("initiative_id", sa.Uuid()),
        sa.Column("year", sa.SmallInteger()),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.Text()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text()),
        sa.Column("document_on", sa.Date()),
        sa.Column("document_by", sa.Text()),
        sa.Column("more", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="entry_kind"),
        sa.CheckConstraint("act IN ('entered', 'amended', 'withdrawn')", name="entry_act"),
        sa.CheckConstraint("until_on >= from_on", name="entry_in_order"),
        sa.CheckConstraint("kind <> 'service' OR person_id IS NOT NULL", name="service_is_a_persons"),
        sa.CheckConstraint("(kind = 'use') = (initiative_id IS NOT NULL)", name="use_of_an_initiative"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"]),
        sa.PrimaryKeyConstraint("entry_id", "version"),
        ExcludeConstraint(
            ("person_id", "="),
            (sa.text("daterange(from_on, until_on, '[]')"), "&&"),
            where=sa.text("standing AND kind = 'service' AND main"),
            name="one_main_post_at_a_time",
        ),
        ExcludeConstraint(
            ("initiative_id", "="),
            ("grade", "<>"),
            where=sa.text("standing AND kind = 'use'"),
            name="used_for_title_or_commendation",
        ),
    )


def _indexes() -> None:
    for name, columns, where in (
        ("one_standing_version", ["entry_id"], "standing"),
        ("one_rating_a_persons_year", ["person_id", "year"], "standing AND kind = 'rating'"),
        ("one_rating_a_units_year", ["unit_id", "year"], "standing AND kind = 'rating' AND person_id IS NULL"),
        (
            "one_commendation_an_initiative",
            ["initiative_id"],
            "standing AND kind = 'use' AND grade = 'commendation'",
        ),
    ):
        op.create_index(name, "entries", columns, unique=True, postgresql_where=sa.text(where))
    op.create_index(
        "entries_of_person", "entries", ["person_id", "from_on", "entry_id"], postgresql_where=sa.text("standing")
    )
    op.create_index(
        "entries_of_unit", "entries", ["unit_id", "kind", "from_on", "entry_id"], postgresql_where=sa.text("standing")
    )
    op.create_index(
        "entries_of_unit_itself",
        "entries",
        ["unit_id", "from_on", "entry_id"],
        postgresql_where=sa.text("standing AND person_id IS NULL"),
    )
    op.create_index(
        "entries_shared",
        "entries",
        ["with_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("standing AND with_ids <> '{}'"),
    )
    op.create_index(
        "uses_of_initiative",
        "entries",
        ["initiative_id"],
        postgresql_where=sa.text("standing AND initiative_id IS NOT NULL"),
    )
