"""Who stands next to a unit on a board."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID


class Neighbours(NamedTuple):
    """Who shares a unit's place, and one unit of the next place that is taken above it and below it."""

    alike: list[UUID]
    ahead: UUID | None
    behind: UUID | None


def neighbours(ranks: Mapping[UUID, int | None], unit_id: UUID) -> Neighbours:
    """Find a unit's neighbours; whoever has no place has none. Of many on one place the first by id is named."""
    own = ranks.get(unit_id)
    if own is None:
        return Neighbours([], None, None)
    placed = sorted((rank, unit) for unit, rank in ranks.items() if rank is not None)
    above = [rank for rank, _ in placed if rank < own]
    below = [rank for rank, _ in placed if rank > own]
    first = dict(reversed(placed))
    return Neighbours(
        [unit for rank, unit in placed if rank == own and unit != unit_id],
        first[above[-1]] if above else None,
        first[below[0]] if below else None,
    )


def nearby(ranks: Mapping[UUID, int | None], unit_id: UUID) -> list[UUID]:
    """Give a unit with all its neighbours."""
    found = neighbours(ranks, unit_id)
    return [unit_id, *found.alike, *(unit for unit in (found.ahead, found.behind) if unit)]
