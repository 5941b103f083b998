"""Who takes part, and when: units with all that became of them, and the blocks they compare themselves in."""

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
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.tables.base import metadata
from registry.tables.folding import folded


def _numbered(table: str) -> Index:
    return Index(
        f"{table}_numbered",
        folded(literal_column("decision_number")).label("numbered"),
        postgresql_using="gin",
        postgresql_ops={"numbered": "gin_trgm_ops"},
        postgresql_where=text("decision_number IS NOT NULL"),
    )


units = Table(
    "units",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("sorted", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid, ForeignKey("units.unit_id")),
    Column("code", Text),
    Column("short_name", Text),
    Column("valid_from", Date, nullable=False),
    Column("ended_on", Date),
    Index("units_sorted", "sorted", "unit_id"),
    Index("units_searched", "searched", postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
    Index("units_of_kind", "kind", "unit_id"),
    Index("units_ended", "unit_id", "valid_from", "ended_on", postgresql_where=text("ended_on IS NOT NULL")),
)
"""Each unit as everything recorded so far leaves it; ``unit_states`` tells how it stood on a day."""

unit_changes = Table(
    "unit_changes",
    metadata,
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("change_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("sets", JSONB, nullable=False),
    Column("others", JSONB, nullable=False),
    Column("decision_number", Text),
    Column("decision_on", Date),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("stood", JSONB),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_by", Text),
    Column("revoked_because", Text),
    Index("unit_change_of_act", "change_id"),
    _numbered("unit_changes"),
)
"""What was decided of each unit: the facts that ``units`` and ``unit_states`` follow from, but for those that were revoked.
Nothing is ever taken away: who revoked a decision, when and why is added to it.

One act (``change_id``) may touch several units. ``sets`` holds what the unit has from that day on, ``others`` whom it went
into (``successors``) or came from (``predecessors``). ``stood`` are the places in blocks that it wrote over; not known of
those recorded before it was kept.
"""

unit_states = Table(
    "unit_states",
    metadata,
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("until_on", Date),
    Column("first", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("sorted", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid, ForeignKey("units.unit_id")),
    Column("code", Text),
    Column("short_name", Text),
    Column("contact", JSONB, nullable=False),
    CheckConstraint("until_on > from_on", name="unit_state_lasts"),
    Index("unit_states_sorted", "sorted", "unit_id"),
    Index("unit_states_of_kind", "kind", "sorted", "unit_id"),
    Index("unit_states_of_parent", "parent_id", "sorted", "unit_id"),
    Index("unit_states_of_code", "code"),
    Index("unit_states_ended", "sorted", "unit_id", postgresql_where="ended"),
    Index("unit_states_first", "from_on", postgresql_where="first"),
    Index("unit_states_searched", "searched", postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
)
"""How each unit stood, from one day until another (not included; empty = until further notice).

``first`` is its beginning, ``ended`` its last state once it is gone. ``searched`` is the name without marks, and the short name in
a line of its own; ``sorted`` its place in Vietnamese order. A GSO ``code`` alone is ambiguous in time, so it keys nothing.
"""

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("sorted", LargeBinary, nullable=False),
    Column("sheet_id", Uuid, nullable=False),
    Column("head_unit_id", Uuid, ForeignKey("units.unit_id")),
    Column("deputy_unit_id", Uuid, ForeignKey("units.unit_id")),
    Column("decision_number", Text),
    Column("decision_on", Date),
    Column("follows_id", Uuid, ForeignKey("blocks.block_id")),
    Index("blocks_sorted", "year", "sorted", "block_id"),
    _numbered("blocks"),
)
"""A block as it was formed for its year. ``follows_id`` is the block of the year before that it goes on from."""

block_heads = Table(
    "block_heads",
    metadata,
    Column("block_id", Uuid, ForeignKey("blocks.block_id"), primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("head_unit_id", Uuid, ForeignKey("units.unit_id")),
    Column("deputy_unit_id", Uuid, ForeignKey("units.unit_id")),
    Column("decision_number", Text),
    Column("decision_on", Date),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    _numbered("block_heads"),
)
"""Who leads a block from a day on, where that changed after it was formed."""

block_members = Table(
    "block_members",
    metadata,
    Column("year", SmallInteger, nullable=False),
    Column("unit_id", Uuid, ForeignKey("units.unit_id"), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("block_id", Uuid, ForeignKey("blocks.block_id"), index=True),
    Column("change_id", Uuid),
    PrimaryKeyConstraint("unit_id", "year", "from_on"),
    Index("block_members_of_year", "year", "unit_id", "from_on", "block_id"),
)
"""Where a unit stands in a year's blocks from a day on: the newest row up to a day tells; no block = in none any more.

Rows without ``change_id`` are the block as it was formed, the others came of a change to the unit.
"""
