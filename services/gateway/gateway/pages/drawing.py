"""Where the marks of a drawing stand: a ripple on a true time scale with labels that never touch, points over figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.pages import words

WIDTH: Final = 720
ORIGIN: Final = 78
REACH: Final = 556
_LETTER: Final = 7.4
_GAP: Final = 14


@dataclass
class Mark:
    """A step on the waterline: its place in time, and the middle of its label, which may stand aside."""

    name: str
    said: str
    after: str
    x: float
    label: float

    @property
    def half(self) -> float:
        return max(len(self.said), len(self.after)) * _LETTER / 2


def bar(points: str, maximum: str) -> float | None:
    """Give how far a bar of points is filled, of 100; none where there is nothing to reach."""
    whole = float(maximum)
    return min(100.0, 100 * float(points) / whole) if whole else None


def ripple(steps: Iterable[Mapping[str, Any]], total_ms: float) -> list[Mark]:
    """Place the steps that were done by their milliseconds; labels keep their order and a gap."""
    marks = []
    for step in steps:
        if step["state"] != "done" or step["ms"] is None:
            continue
        x = ORIGIN + REACH * min(step["ms"] / max(total_ms, 1), 1)
        after = words.time(step["at"]) if step["name"] == "received" else f"+{words.seconds(step['ms'])} giây"
        marks.append(Mark(step["name"], words.STEPS[step["name"]], after, round(x, 1), round(x, 1)))
    edge = 0.0
    for mark in marks:
        mark.label = max(mark.x, edge + mark.half)
        edge = mark.label + mark.half + _GAP
    edge = float(WIDTH)
    for mark in reversed(marks):
        mark.label = round(min(mark.label, edge - mark.half), 1)
        edge = mark.label - mark.half - _GAP
    return marks


LEFT: Final = 44
TOP: Final = 12
ACROSS: Final = 264
DOWN: Final = 104


@dataclass
class Way:
    """How points go with a figure: the line, and where what counts now stands on it."""

    line: str
    x: float
    y: float
    end: str
    most: str


def way(curve: Sequence[tuple[str, str]], value: str | None) -> Way:
    """Draw pairs of figure and points, in rising order; what was never reported stands at nothing."""
    end, most = float(curve[-1][0]), max(curve, key=lambda pair: float(pair[1]))[1]

    def at(figure: str, points: str) -> tuple[float, float]:
        return (
            round(LEFT + ACROSS * float(figure) / end, 1),
            round(TOP + DOWN * (1 - float(points) / (float(most) or 1)), 1),
        )

    stands = next((pair for pair in curve if value is not None and float(pair[0]) == float(value)), curve[0])
    return Way("M" + " ".join(f"{x} {y}" for x, y in (at(*pair) for pair in curve)), *at(*stands), curve[-1][0], most)
