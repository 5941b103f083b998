"""So many points for each."""

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, Positive, given
from scoring.rules.numbers import exact
from scoring.rules.words import measured, said, say_points


class PerItem(Kind):
    """So many points for each, up to the maximum."""

    called: ClassVar = "theo số lượng"
    words: ClassVar = {"each": "điểm mỗi cái"}
    value_kind: ClassVar = ValueKind.COUNT

    kind: Literal["per_item"]
    each: Positive

    def bounds(self, maximum: Decimal, target: Decimal | None) -> tuple[Decimal, ...]:  # noqa: ARG002
        return (Decimal(ceil(maximum / self.each)),)

    def compute(self, line: Line) -> Outcome:
        value = given(line.value)
        points = min(Fraction(value) * exact(self.each), exact(line.maximum))
        one = f"1{line.measure}" if line.measure.startswith("%") else line.measure
        return Outcome(
            points,
            f"{measured(value, line.measure)}, mỗi {one} {line.counted} {said(self.each)} điểm, "
            f"nhiều nhất {said(line.maximum)}: {say_points(points)} điểm.",
        )
