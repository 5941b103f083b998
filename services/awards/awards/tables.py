"""The tables of awards: rule packs, what is known of each unit's year, and the verdicts."""

from sqlalchemy import Column, Date, DateTime, Index, Integer, Numeric, SmallInteger, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db import new_metadata

metadata = new_metadata()

packs = Table(
    "packs",
    metadata,
    Column("pack", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("document", JSONB, nullable=False),
    Column("change", JSONB),
    Column("recorded_by", Text),
    Column("recorded_at", DateTime(timezone=True)),
)
"""Every revision that was ever in use stays: a verdict names the one it was given under.

``change`` says of a revision that people made here which fact it changed, how that stood before and after, and why.
"""

units = Table(
    "units",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
)

periods = Table(
    "periods",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("last", SmallInteger, nullable=False),
    Column("kind", Text),
)
"""``kind`` is that of the campaign: where a year has several, its titles look at the yearly one. Empty = heard of before kinds
were kept, or told without one: as a yearly one.

``last`` is the number of the campaign's last period: a year's titles look at that one's places."""

years = Table(
    "years",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("figures", JSONB, nullable=False),
)

pledges = Table(
    "pledges",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("pledged_on", Date),
    Index("pledges_of_a_year", "unit_id", "year"),
)
"""``pledged_on`` is empty while a pledge is returned."""

registrations = Table(
    "registrations",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("year", SmallInteger, nullable=False, index=True),
    Column("due_on", Date),
)
"""Until when the units of a campaign register."""

boards = Table(
    "boards",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("ranked", Integer, nullable=False),
    Column("leader_points", Numeric),
)
"""What each board came to in the newest of its versions that was heard of; one told in parts counts as heard with the last."""

standings = Table(
    "standings",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("block_id", Uuid, primary_key=True),
    Column("board_version", Integer, nullable=False),
    Column("percent", Numeric),
    Column("among", Integer),
    Column("points", Numeric),
    Index("standings_in_order", "period_id", "block_id", "percent", postgresql_where=text("among IS NOT NULL")),
)
"""A unit's place on each board that it stood on: the versions of two boards say nothing of one another.

``among`` is its place among those ranked with the same percent, from 1 on; its rank is that and how many on the board are
ranked with a higher percent. Empty = not ranked, or it stands there no longer.
"""

score_versions = Table(
    "score_versions",
    metadata,
    Column("period_id", Uuid, primary_key=True),
    Column("unit_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("points", Numeric, nullable=False),
    Column("percent", Numeric, nullable=False),
    Column("block_id", Uuid),
)
"""``block_id`` tells which of a unit's places counts: that of the block in which it was scored last."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("title", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("pack", Text, nullable=False),
    Column("pack_revision", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("assessment", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("caused_by", Uuid, nullable=False),
    Column("assessed_at", DateTime(timezone=True), nullable=False),
)
"""``assessment`` is the whole answer, ``inputs`` the record it was given on, ``caused_by`` the event that asked."""
