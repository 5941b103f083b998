"""A board as of any instant: its events, folded up to there. Pure; what is folded is what was told to everybody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

_DECIMALS: Final = ("points", "percent")
_TOLD: Final = ("rank", "points", "percent", "decided_by")

_Places = Mapping[str, Mapping[str, Any]]
"""By unit, what was told last of its place."""


class Told(NamedTuple):
    """What one event said of a board: its ``version``, which ``part`` of it, and the ``data`` of the event, as JSON gives it.

    ``rescored`` tells a block that was rescored from a ranking that changed.
    """

    version: int
    part: int
    rescored: bool
    data: Mapping[str, Any]

    @property
    def leaves_ranks_out(self) -> bool:
        """Whether others may have been passed and not named: then places are told ``among`` equals."""
        return "passed" in self.data or any("among" in place for place in self.data["changed"])


class Standing(NamedTuple):
    """A board as the events have it: ``rows`` by place, each with unit, rank, points, percent and what decided."""

    version: int
    members: int
    rows: list[dict[str, Any]]


def fold(events: Iterable[Told]) -> Standing:
    """Fold the events of one board in one period; in whatever order they come, they are taken in the board's own.

    Ranks are counted, as whoever was only passed need not have been named; those of events before that stand as they were told.
    """
    places: dict[str, Mapping[str, Any]] = {}
    version = members = 0
    counted = False
    for event in sorted(events, key=lambda each: each[:2]):
        version, members = event.version, event.data["members"]
        if event.leaves_ranks_out and not counted:
            places, counted = _among_equals(places), True
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
    rows = [_row(place) for place in (_counted(places) if counted else places).values()]
    return Standing(
        version, members, sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["unit_id"]))
    )


def _among_equals(places: _Places) -> dict[str, Mapping[str, Any]]:
    """Say of places which one each is among equals, from the ranks that were told of all of them."""
    first: dict[Decimal, int] = {}
    for percent, place in _ranked(places):
        first[percent] = min(place["rank"], first.get(percent, place["rank"]))
    among = {place["unit_id"]: place["rank"] - first[percent] + 1 for percent, place in _ranked(places)}
    return {unit: {**place, "among": among.get(unit)} for unit, place in places.items()}


def _counted(places: _Places) -> dict[str, Mapping[str, Any]]:
    """Give places their ranks: how many have a higher percent, and which one it is among equals."""
    number = Counter(percent for percent, _ in _ranked(places))
    ahead, above = dict[Decimal, int](), 0
    for percent in sorted(number, reverse=True):
        ahead[percent] = above
        above += number[percent]
    rank = {place["unit_id"]: ahead[percent] + place["among"] for percent, place in _ranked(places)}
    return {unit: {**place, "rank": rank.get(unit)} for unit, place in places.items()}


def _ranked(places: _Places) -> Iterable[tuple[Decimal, Mapping[str, Any]]]:
    return ((Decimal(place["percent"]), place) for place in places.values() if place["rank"] is not None)


def _row(place: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: place.get(name) for name in _TOLD}
    return {"unit_id": place["unit_id"], **told, **{name: Decimal(place[name]) for name in _DECIMALS}}
