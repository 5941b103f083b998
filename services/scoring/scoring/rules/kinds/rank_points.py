"""Points for the place that superior bodies gave.

Of the sheet of a công an xã block, 2025: "several superior bodies → mean, then ranked". That is more than is done here: whether the mean is of places or
of points, and among whom it is ranked then, the text does not say. Here it is the mean of the points of the places given.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Item, Kind, Line, NotNegative, Outcome, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said, say, say_points


class RankPoints(Kind):
    """First place the first of ``points``, and so on, nothing after the last; the mean of the bodies that gave a place."""

    called: ClassVar = "theo thứ hạng nơi khác xếp"
    words: ClassVar = {"points": "điểm từng hạng", "bodies": "nơi xếp hạng"}
    value_kind: ClassVar = ValueKind.COUNT
    computed: ClassVar = True

    kind: Literal["rank_points"]
    points: Annotated[tuple[NotNegative, ...], Field(min_length=1)]
    bodies: Annotated[tuple[Item, ...], Field(min_length=1)]

    def asks(self) -> tuple[Item, ...]:
        return self.bodies

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        if self.points[0] != maximum:
            yield f"hạng nhất được {say(self.points[0])} điểm, mục ghi {say(maximum)}: ghi hai số như nhau"
        for place, (upper, lower) in enumerate(pairwise(self.points), start=2):
            if lower > upper:
                yield f"hạng {place} được nhiều điểm hơn hạng {place - 1}: xếp điểm giảm dần"

    def compute(self, line: Line) -> Outcome:
        # 0 is no place: that body has not ranked this unit.
        places = [(body.name, line.items[body.code]) for body in self.bodies if line.items.get(body.code)]
        if not places:
            return Outcome(ZERO, f"Chưa có nơi nào xếp hạng, nên {line.counted} {said(ZERO)} điểm.")
        each = [self._of(place) for _, place in places]
        points = Fraction(sum(each, start=ZERO)) / len(each)
        told = ", ".join(
            f"{body} xếp hạng {say(place)} ({said(got)})" for (body, place), got in zip(places, each, strict=True)
        )
        mean = "trung bình " if len(each) > 1 else ""
        return Outcome(points, f"{told}: {mean}{say_points(points)} điểm.")

    def _of(self, place: Decimal) -> Decimal:
        # What lies between two places gets the points of the lower one.
        number = -int(-place // 1)
        return self.points[number - 1] if number <= len(self.points) else ZERO
