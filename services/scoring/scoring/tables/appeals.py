"""Appeals against one exact item, and every step that was taken with them."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    and_,
    func,
    or_,
    select,
    text,
)

from chassis.clock import VIETNAM
from scoring.tables.base import metadata
from scoring.tables.publications import publications, published_places
from scoring.tables.scores import scores

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("period_id", Uuid, nullable=False),
    Column("block_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False, index=True),
    Column("item", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("steps", Integer, nullable=False),
    CheckConstraint("state IN ('filed', 'taken_up', 'upheld', 'rejected', 'withdrawn')", name="appeals_state"),
    Index(
        "appeals_open",
        "period_id",
        "unit_id",
        "item",
        unique=True,
        postgresql_where=text("state IN ('filed', 'taken_up')"),
    ),
)
"""``state`` and ``steps`` say where the newest step has led, so that a queue need not look for it. One is open at a time."""

appeal_steps = Table(
    "appeal_steps",
    metadata,
    Column("appeal_id", Uuid, ForeignKey("appeals.appeal_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", Numeric),
    Column("by_post", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""Only ever added to. ``value`` is what the unit asks for when it files, and what counts when the office upholds."""

_here, _before = published_places.alias("here"), published_places.alias("before")
_same_unit = [_before.c[name] == _here.c[name] for name in ("period_id", "block_id", "unit_id")]
PUBLISHED_AT: Final = (
    select(func.max(publications.c.at))
    .join(_here, and_(*[_here.c[name] == publications.c[name] for name in ("period_id", "block_id", "number")]))
    .outerjoin(_before, and_(*_same_unit, _before.c.number == _here.c.number - 1))
    .where(
        *[_here.c[name] == scores.c[name] for name in ("period_id", "block_id", "unit_id")],
        or_(*[_before.c[name].is_distinct_from(_here.c[name]) for name in ("rank", "points", "percent")]),
    )
    .correlate(scores)
    .scalar_subquery()
    .label("published_at")
)
"""When the board of a score was published last with other points, or another place, of its unit than the time before, asked
beside ``scores``: the first time that has the unit is such a one. Nothing while none has it.
"""


def published_on(at: datetime | None) -> date | None:
    """Give the day of Vietnam on which that was."""
    return at.astimezone(VIETNAM).date() if at else None
