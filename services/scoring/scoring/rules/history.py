"""A board as of any instant: its events, folded up to there. Pure; what is folded is what was told to everybody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

_DECIMALS: Final = ("points", "percent")


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
    """Fold the events of one board in one period; in whatever order they come, they are taken in the board's own.

    Ranks are counted, as whoever was only passed need not have been named. Before events told a place ``among`` equals, they
    named everybody whose rank was another one: then each of these follows from the ranks as they were told.
    """
    places: dict[str, Mapping[str, Any]] = {}
    version = members = 0
    ranks_told = False
    for event in sorted(events, key=lambda each: each[:2]):
        version, members = event.version, event.data["members"]
        changed = event.data["changed"]
        if ranks_told and any("among" in place for place in changed):
            places, ranks_told = _among_equals(places), False
        for unit in event.data.get("left", ()):
            places.pop(unit, None)
        for place in changed:
            unit = place["unit_id"]
            # A rescoring also tells the points of units that stand on no board; a withdrawn report has no points.
            absent = event.rescored and place["rank"] is None and unit not in places
            if place["points"] is None or absent:
                places.pop(unit, None)
            else:
                places[unit] = place
                ranks_told |= place["rank"] is not None and "among" not in place
    return Standing(version, members, _rows((_among_equals(places) if ranks_told else places).values()))


def _among_equals(places: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Say of places which one each is among equals, from the ranks that were told of them."""
    first: dict[Decimal, int] = {}
    for place in places.values():
        if place["rank"] is not None:
            percent = Decimal(place["percent"])
            first[percent] = min(place["rank"], first.get(percent, place["rank"]))
    return {
        unit: place
        if place["rank"] is None
        else {**place, "among": place["rank"] - first[Decimal(place["percent"])] + 1}
        for unit, place in places.items()
    }


def _rows(places: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows of places in the order of their ranks, which are counted from the highest percent down."""
    rows = [_row(place) for place in places]
    equal = Counter(row["percent"] for row in rows if row["among"] is not None)
    ahead: dict[Decimal, int] = {}
    above = 0
    for percent in sorted(equal, reverse=True):
        ahead[percent] = above
        above += equal[percent]
    for row in rows:
        among = row.pop("among")
        row["rank"] = among and ahead[row["percent"]] + among
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["unit_id"]))


def _row(place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit_id": place["unit_id"],
        "rank": None,
        **{name: Decimal(place[name]) for name in _DECIMALS},
        "decided_by": place.get("decided_by"),
        "among": place.get("among"),
    }
