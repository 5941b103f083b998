"""A board on the floor: places are given as in ADR 0021."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from benchmarks.floor.events import Heard

_NAMED: Final = 100
"""On a board on which no more are ranked, whoever is only passed is named."""
_BELOW_ALL, _OVER_ALL = Decimal(-1), Decimal(101)


class Span(NamedTuple):
    """All points from some that somebody left or reached up to the next such; there so many more than before stand ahead."""

    low: Decimal
    high: Decimal
    by: int

    def told(self, units: int) -> dict[str, Any]:
        least = f"{self.low:.4f}" if self.low >= 0 else None
        return {"least": least, "below": f"{self.high:.4f}", "by": self.by, "units": units}


@dataclass(slots=True)
class Around:
    """Of a span: who stood at its low end, how many above that, and the first of those by their points."""

    at: list[UUID] = field(default_factory=list)
    number: int = 0
    between: dict[Decimal, list[UUID]] = field(default_factory=lambda: defaultdict(list))


class Place(NamedTuple):
    """A unit's place that is told.

    All units of the benchmark pledge: who has the same points has the same of everything, and is first among equals.
    """

    unit_id: UUID
    rank: int
    previous_rank: int | None
    points: Decimal
    percent: Decimal
    decided_by: str | None
    among: int = 1

    def told(self) -> dict[str, Any]:
        return {**self._asdict(), "points": f"{self.points:.2f}", "percent": f"{self.percent:.4f}"}


class _Equals(NamedTuple):
    """Who stood and who stands at the same points, with the rank of before, and how many more stand ahead now."""

    points: Decimal
    stood: Collection[UUID]
    stand: Sequence[UUID]
    rank: int
    by: int

    @property
    def decided_by(self) -> str | None:
        return "shared" if len(self.stand) > 1 else None

    def keeps(self, unit: UUID) -> bool:
        """Tell whether others have at most passed the unit."""
        return unit in self.stood and (len(self.stood) > 1) == (len(self.stand) > 1)


@dataclass(slots=True)
class Board:
    """A board as it came to when it was ranked last, and what is new on it."""

    version: int
    ranked: int
    leader_points: Decimal | None
    because: list[Heard] = field(default_factory=list)
    changes: dict[UUID, tuple[Decimal | None, Decimal]] = field(default_factory=dict)
    """Points before, if there were any, and now."""

    def spans(self) -> Iterator[Span]:
        """Part all points at those that somebody left or reached, the highest first."""
        come = Counter[Decimal]()
        for before, now in self.changes.values():
            come[now] += 1
            if before is not None:
                come[before] -= 1
        by, high = 0, _OVER_ALL
        for low in sorted(come, reverse=True):
            yield Span(low, high, by)
            by, high = by + come[low], low
        yield Span(_BELOW_ALL, high, by)

    def looked_at(self, span: Span) -> int:
        """Give how many above the low end are asked for: all that are to be named, else whoever may lead now."""
        return (_NAMED if self.ranked <= _NAMED else 1) if span.by else 0

    def rank(self, around: Mapping[Span, Around]) -> tuple[list[Place], list[dict[str, Any]]]:
        """Give the places that are told, and on a large board the spans whose units were passed."""
        equals = list(self._equals(around))
        was = {each.points: each.rank for each in equals}
        moved, passed = list[Place](), list[Place]()
        for those in equals:
            for unit in those.stand:
                before, _ = self.changes.get(unit, (those.points, None))
                previous = None if before is None else was[before]
                place = Place(unit, those.rank + those.by, previous, those.points, those.points, those.decided_by)
                if not those.keeps(unit):
                    moved.append(place)
                elif those.by:
                    passed.append(place)
        first = (place.points for place in (*moved, *passed) if place.rank == 1)
        self.leader_points = next(first, self.leader_points)
        large = self.ranked > _NAMED
        self.ranked += sum(before is None for before, _ in self.changes.values())
        if not large:
            return [*moved, *passed], []
        at_ends = Counter(place.points for place in passed)
        units = {span: seen.number + at_ends[span.low] for span, seen in around.items() if span.by}
        return moved, [span.told(number) for span, number in units.items() if number]

    def _equals(self, around: Mapping[Span, Around]) -> Iterator[_Equals]:
        """Count from the top down; below the lowest end stands who is left of all that are ranked."""
        come: dict[Decimal, list[UUID]] = defaultdict(list)
        for unit, (_, points) in self.changes.items():
            come[points].append(unit)
        ahead = 0
        for span, seen in around.items():
            rank = ahead + 1
            for points, units in seen.between.items():
                yield _Equals(points, units, units, rank, span.by)
                rank += len(units)
            if span.low < 0:
                seen.number = self.ranked - ahead
            ahead += seen.number
            stayed = (unit for unit in seen.at if unit not in self.changes)
            yield _Equals(span.low, frozenset(seen.at), sorted([*stayed, *come[span.low]]), ahead + 1, span.by)
            ahead += len(seen.at)
