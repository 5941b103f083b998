"""Whom a campaign addresses, as SQL."""

from typing import Any, Final

from sqlalchemy import ColumnElement, select, true

from registry.tables.standing import LAST
from registry.tables.structure import block_members, units

STILL: Final = units.c.ended_on.is_(None)
MEMBERS: Final = select(block_members.c.unit_id).where(LAST)


def in_scope(scope: Any) -> ColumnElement[bool]:
    """Say in SQL which units a scope (``rules.Scope``) means: the same as ``rules.reaches`` for one unit."""
    if scope.reach == "blocks":
        return units.c.unit_id.in_(MEMBERS.where(block_members.c.block_id.in_(scope.block_ids)))
    if scope.reach == "kinds":
        return units.c.kind.in_([kind.value for kind in scope.kinds])
    return true()
