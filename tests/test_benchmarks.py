"""Do the benchmarks refuse to compare what is not the same, and does the page show the figures that were measured?

They are no package of the product's environment; the repository's own folder must be on the path.
"""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest

from scoring import rules
from scoring.rules import shifts
from scoring.rules.shifts import Change, Span

ROOT = Path(__file__).parents[1]


def benchmark(monkeypatch: pytest.MonkeyPatch, name: str) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT)
    return import_module(f"benchmarks.{name}")


def test_the_page_shows_the_figures_that_there_are() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks.page", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr


def test_another_rank_of_one_unit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = benchmark(monkeypatch, "rows")
    ours = {"scoring.places": Counter([("a", 1), ("b", 2)]), "scoring.boards": Counter([("one", 2)])}
    assert rows.difference(ours, {name: Counter(those) for name, those in ours.items()}) is None
    told = rows.difference(ours, {**ours, "scoring.places": Counter([("a", 1), ("b", 1)])})
    assert told == "scoring.places: 1 and 1 rows differ, such as ('b', 2) and ('b', 1)"


def test_a_row_that_is_missing_or_is_twice_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = benchmark(monkeypatch, "rows")
    once, twice = {"scoring.places": Counter([("a", 1)])}, {"scoring.places": Counter([("a", 1), ("a", 1)])}
    assert rows.difference(once, {"scoring.places": Counter()}) is not None
    assert rows.difference(once, twice) is not None
    assert rows.difference(once, {}) is None, "a table that only one side has"


def standing(points: Decimal) -> rules.Standing:
    nothing, hundred = Decimal(0), Decimal(100)
    return rules.Standing(points, hundred, points, points, nothing, nothing, nothing, disqualified=False)


@pytest.mark.parametrize("seed", range(40))
def test_the_floor_tells_of_whom_the_rules_tell(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    floor, chance = benchmark(monkeypatch, "floor.board"), random.Random(seed)
    steps = chance.choice((2, 20))

    def anything() -> Decimal:
        return Decimal(chance.randint(70 * steps, 90 * steps)) / steps

    stood = {uuid4(): anything() for _ in range(chance.choice((0, 2, 60, 100, 101, 200)))}
    best = sorted(stood, key=stood.__getitem__)[-1:] if seed % 2 else []
    reporting = [
        *best,
        *chance.sample(list(stood), min(len(stood), chance.randint(0, 5))),
        *(uuid4() for _ in range(2)),
    ]
    stand = stood | {unit: anything() for unit in reporting}
    board = floor.Board(1, len(stood), max(stood.values(), default=None))
    board.changes = {unit: (stood.get(unit), stand[unit]) for unit in reporting}
    changes = [
        Change(unit, UUID(int=0), before, was_ranked=before is not None, now=standing(now))
        for unit, (before, now) in board.changes.items()
    ]
    spans = list(board.spans())
    # Both mean everybody; a board has no points under none.
    assert spans == [
        Span(max(low, Decimal(-1)), min(high, Decimal(101)), by) for low, high, by in shifts.spans(changes)
    ]

    told, passed = board.rank({span: around(floor, span, stood, board.looked_at(span)) for span in spans})
    before, now = (
        {place.unit_id: place for place in rules.rank({unit: standing(points) for unit, points in those.items()})}
        for those in (stood, stand)
    )
    others = [place for unit, place in now.items() if unit not in before or place.kept != before[unit].kept]
    only_passed = [place for unit, place in now.items() if place not in others and place != before[unit]]
    if len(stood) > shifts.NAMED:
        assert told_of(told) == told_of(others)
        assert sum(each["units"] for each in passed) == len(only_passed)
        for place in only_passed:
            (by,) = [
                each["by"] for each in passed if Decimal(each["least"] or 0) <= place.percent < Decimal(each["below"])
            ]
            assert place.rank == (before[place.unit_id].rank or 0) + by
    else:
        assert told_of(told) == told_of([*others, *only_passed])
        assert not passed
    assert {place.unit_id: place.previous_rank for place in told} == {
        place.unit_id: before[place.unit_id].rank if place.unit_id in before else None for place in told
    }
    assert (board.ranked, board.leader_points) == (len(stand), max(stand.values()))


def around(floor: ModuleType, span: Span, stood: dict[UUID, Decimal], most: int) -> Any:
    """Give what the floor asks its database for."""
    above = sorted((points for points in stood.values() if span.low < points < span.high), reverse=True)
    seen = floor.Around([unit for unit, points in stood.items() if points == span.low])
    # Below the lowest end it asks nobody how many there are.
    seen.number = len(above) if span.low >= 0 else 0
    for points in dict.fromkeys(above[:most]):
        seen.between[points] = sorted(unit for unit, its in stood.items() if its == points)
    return seen


def told_of(places: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(place.unit_id, place.rank, place.points, place.percent, place.decided_by, place.among) for place in places]
