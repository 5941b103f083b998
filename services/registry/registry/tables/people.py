"""The files on people and units: who serves where, and every entry of a file with all its versions."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

from registry.tables.base import metadata

people = Table(
    "people",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("sorted", LargeBinary, nullable=False),
    Index("people_sorted", "sorted", "person_id"),
    Index("people_of_unit", "unit_id", "sorted", "person_id"),
    Index("people_searched", "searched", postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
)
"""The only place where a name stands. ``unit_id`` keeps the file: the unit of the main post that began last."""

people_names = Table(
    "people_names",
    metadata,
    Column("person_id", Uuid, ForeignKey("people.person_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""Every name as it was written, by which post, and why."""

_STANDING = text("standing")

entries = Table(
    "entries",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("standing", Boolean, nullable=False),
    Column("act", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.person_id")),
    Column("with_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("initiative_id", Uuid),
    Column("year", SmallInteger),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),
    Column("main", Boolean, nullable=False),
    Column("grade", Text),
    Column("words", Text, nullable=False),
    Column("document_number", Text),
    Column("document_on", Date),
    Column("document_by", Text),
    Column("more", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "kind IN ('service', 'rating', 'discipline', 'initiative', 'use', 'hold', 'clearance', 'award')",
        name="entry_kind",
    ),
    CheckConstraint("act IN ('entered', 'amended', 'withdrawn')", name="entry_act"),
    CheckConstraint("until_on >= from_on", name="entry_in_order"),
    CheckConstraint("kind <> 'service' OR person_id IS NOT NULL", name="service_is_a_persons"),
    CheckConstraint("(kind = 'use') = (initiative_id IS NOT NULL)", name="use_of_an_initiative"),
    ExcludeConstraint(
        ("person_id", "="),
        (text("daterange(from_on, until_on, '[]')"), "&&"),
        where=text("standing AND kind = 'service' AND main"),
        name="one_main_post_at_a_time",
    ),
    Index("one_standing_version", "entry_id", unique=True, postgresql_where=_STANDING),
    Index(
        "one_rating_a_persons_year",
        "person_id",
        "year",
        unique=True,
        postgresql_where=text("standing AND kind = 'rating'"),
    ),
    Index(
        "one_rating_a_units_year",
        "unit_id",
        "year",
        unique=True,
        postgresql_where=text("standing AND kind = 'rating' AND person_id IS NULL"),
    ),
    Index("entries_of_person", "person_id", "from_on", "entry_id", postgresql_where=_STANDING),
    Index("entries_of_unit", "unit_id", "kind", "from_on", "entry_id", postgresql_where=_STANDING),
    Index(
        "entries_of_unit_itself",
        "unit_id",
        "from_on",
        "entry_id",
        postgresql_where=text("standing AND person_id IS NULL"),
    ),
    Index("entries_shared", "with_ids", postgresql_using="gin", postgresql_where=text("standing AND with_ids <> '{}'")),
    Index("uses_of_initiative", "initiative_id", postgresql_where=text("standing AND initiative_id IS NOT NULL")),
)
"""One entry of a file: what is said of a person, or of a unit where no person is named, with its source document.

A correction is a next version; of all versions at most one is ``standing``, and nothing but that mark is ever changed.
``from_on`` and ``until_on`` are its first and last day (none = until further notice). ``grade`` is what is counted: a rating,
the level of a discipline or an initiative, what it was used for, the kind of a hold, an answer. ``with_ids`` are further holders.
"""
