"""A board as of any instant: its events, folded up to there. Pure; what is folded is what was told to everybody."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

_DECIMALS: Final = ("points", "percent")
_TOLD: Final = ("rank", "points", "percent", "decided_by")


class Told(NamedTuple):
    """What one event said of a board: its ``version``, which ``part`` of it, and the ``data`` of the event, as JSON gives it.

    ``rescored`` tells a block that was rescored from a ranking that changed.
    """

    version: int
    part: int
    rescored: bool
    data: Mapping[str, Any]


class Standing(NamedTuple):
    """A board as the events have it: ``rows`` by place, each with unit, rank, points, percent and what decided."""

    version: int
    members: int
    rows: list[dict[str, Any]]


def fold(events: Iterable[Told]) -> Standing:
    """Fold the events of one board in one period; in whatever order they come, they are taken in the board's own."""
    places: dict[str, Mapping[str, Any]] = {}
    version = members = 0
    for event in sorted(events, key=lambda each: each[:2]):
        version, members = event.version, event.data["members"]
        for unit in event.data.get("left", ()):
            places.pop(unit, None)
        for place in event.data["changed"]:
            unit = place["unit_id"]
            # A rescoring also tells the points of units that stand on no board; a withdrawn report has no points.
            absent = event.rescored and place["rank"] is None and unit not in places
            if place["points"] is None or absent:
                places.pop(unit, None)
            else:
                places[unit] = place
    rows = [_row(place) for place in places.values()]
    return Standing(
        version, members, sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["unit_id"]))
    )


def _row(place: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: place.get(name) for name in _TOLD}
    return {"unit_id": place["unit_id"], **told, **{name: Decimal(place[name]) for name in _DECIMALS}}
