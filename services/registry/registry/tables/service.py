"""What a unit's year follows from, as SQL."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, and_, func, or_, select, union_all

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


def counted_in(unit_id: UUID, year: int) -> CompoundSelect[Any]:
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
    shown = select(*[entries.c[name] for name in _COUNTED]).where(entries.c.standing, entries.c.from_on <= last)
    of_unit = shown.where(entries.c.unit_id == unit_id)
    return union_all(
        of_unit.where(entries.c.kind == "service", entries.c.main),
        of_unit.where(entries.c.kind == "rating", entries.c.person_id.is_(None)),
        shown.where(entries.c.kind.in_(["rating", "discipline"]), entries.c.person_id.in_(there)),
    )
