"""Can the ripple be read however fast its steps followed each other?"""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.pages import drawing
from gateway.rules import StepName


def journey(moments: list[float]) -> list[dict[str, Any]]:
    at = "2023-11-15T09:41:07+07:00"
    return [
        {"name": str(name), "state": "done", "ms": ms, "at": at} for name, ms in zip(StepName, moments, strict=False)
    ]


@given(st.lists(st.floats(0, 600_000), min_size=5, max_size=5).map(sorted))
def test_labels_never_touch_and_stay_inside(moments: list[float]) -> None:
    marks = drawing.ripple(journey(moments), moments[-1])
    assert marks[0].label - marks[0].half >= 0
    assert marks[-1].label + marks[-1].half <= drawing.WIDTH
    for left, right in pairwise(marks):
        assert left.label + left.half < right.label - right.half


def test_time_is_true_to_scale() -> None:
    marks = drawing.ripple(journey([0, 400, 800, 1200, 1600]), 1600)
    assert [mark.x - drawing.ORIGIN for mark in marks] == [0, 139, 278, 417, 556]
    assert [mark.label for mark in marks] == [mark.x for mark in marks]


def test_steps_that_have_not_happened_are_not_drawn() -> None:
    skipped = {"name": "checked", "state": "skipped", "ms": None, "at": None}
    assert [mark.name for mark in drawing.ripple([*journey([0, 400]), skipped], 400)] == ["received", "scored"]
