"""What a unit's year follows from, as SQL."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from registry.tables.people import entries

_COUNTED = ("kind", "person_id", "unit_id", "year", "from_on", "until_on", "grade")


def main_posts(on: date) -> Any:
    """Say which entries are main posts on a day."""
    return and_(
        entries.c.standing,
        entries.c.kind == "service",
        entries.c.main,
        entries.c.from_on <= on,
        or_(entries.c.until_on.is_(None), entries.c.until_on >= on),
    )


def counted_in(unit_id: UUID, year: int) -> Select[Any]:
    """Ask for what counts in a unit's year: main posts in it, and ratings and disciplines of whoever held one."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    there = select(entries.c.person_id).where(
        entries.c.standing,
        entries.c.unit_id == unit_id,
        entries.c.kind == "service",
        entries.c.main,
        entries.c.from_on <= last,
        func.coalesce(entries.c.until_on, last) >= first,
    )
    return select(*[entries.c[name] for name in _COUNTED]).where(
        entries.c.standing,
        entries.c.from_on <= last,
        or_(
            and_(entries.c.unit_id == unit_id, entries.c.kind == "service", entries.c.main),
            and_(entries.c.unit_id == unit_id, entries.c.kind == "rating", entries.c.person_id.is_(None)),
            and_(entries.c.person_id.in_(there), entries.c.kind.in_(["rating", "discipline"])),
        ),
    )
