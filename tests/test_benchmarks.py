"""Do the benchmarks refuse to compare what is not the same, and does the page show the figures that were measured?

They are no package of the product's environment; the repository's own folder must be on the path.
"""

import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
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
def test_the_floor_moves_whom_the_product_moves(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    scoring, chance = benchmark(monkeypatch, "floor.scoring"), random.Random(seed)
    board, changes = scoring._Board(1, 9, None), list[Change]()
    for _ in range(chance.randint(1, 8)):
        unit, before, now = uuid4(), Decimal(chance.randint(70, 80)), Decimal(chance.randint(70, 80))
        stood = None if chance.random() < 0.3 else before
        board.changes[unit] = stood, now
        changes.append(Change(unit, UUID(int=0), stood, was_ranked=stood is not None, now=standing(now)))
    ends = board.ends()
    assert [end.points for end in ends] == shifts.ends(changes)[::-1]
    assert [end.ahead for end in ends] == [shifts.come_ahead(changes, end.points) for end in ends]
    spans = [
        Span(low.points, high.points, high.so_far) for high, low in pairwise([*ends, scoring._BELOW_ALL]) if high.so_far
    ]
    # Both mean everybody below; a board has no points under none.
    expected = [Span(max(low, scoring._BELOW_ALL.points), high, by) for low, high, by in shifts.spans(changes)]
    assert sorted(spans) == sorted(expected)
