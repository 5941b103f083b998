"""The rows of a board: ranked units by place, those that are not ranked, then those that have not reported."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

Row = dict[str, Any]

_NOTHING: Final = (
    "rank",
    "previous_rank",
    "points",
    "maximum",
    "percent",
    "decided_by",
    "bonus",
    "penalty",
    "late",
    "sheet_version",
)


def ordered(members: Iterable[UUID], ranks: Mapping[UUID, int | None]) -> list[UUID]:
    """Give the members in the order in which a board lists them; ``ranks`` holds those that have reported."""
    last = len(ranks) + 1
    # Tuples, for a board is as long as its block: a function asked for each unit costs several times as much.
    return [unit for _, _, unit in sorted([(ranks.get(unit) or last, unit.bytes, unit) for unit in members])]


def row_of(unit_id: UUID, figures: Mapping[str, Any] | None) -> Row:
    """Give a unit's row; without figures it has not reported."""
    if figures is None:
        nothing = dict.fromkeys(_NOTHING)
        return {"unit_id": unit_id, **nothing, "groups": [], "disqualified": [], "state": "not_reported"}
    return {**figures, "state": "disqualified" if figures["disqualified"] else "ranked"}
