"""Where a unit stands, as SQL: the rows of a unit and a year follow one another, and the newest up to a day holds."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Select, cast, exists, func, select

from chassis.clock import VIETNAM
from registry.tables.campaigns import periods
from registry.tables.structure import block_members

CLOSING_DAY: Final = cast(func.timezone(str(VIETNAM), periods.c.closes_at), Date)
"""A period belongs to the block in which the unit stands on the day the period closes (docs/adr/0010)."""

_later = block_members.alias()
LAST: Final[ColumnElement[bool]] = ~exists().where(
    _later.c.year == block_members.c.year,
    _later.c.unit_id == block_members.c.unit_id,
    _later.c.from_on > block_members.c.from_on,
)
"""Where a unit stands at last in a year: there it is addressed, and not where it stood before."""


def block_of(unit_id: Any, year: Any, on: Any) -> Select[Any]:
    """Give the block in which a unit stands on a day, or no row."""
    return (
        select(block_members.c.block_id)
        .where(block_members.c.unit_id == unit_id, block_members.c.year == year, block_members.c.from_on <= on)
        .order_by(block_members.c.from_on.desc())
        .limit(1)
    )


STOOD: Final[ColumnElement[bool]] = block_members.c.block_id.is_not(None)
"""Beside ``block_of``: the block in which a unit stood last, also where it stands in none any more. What it sent is of that one."""
