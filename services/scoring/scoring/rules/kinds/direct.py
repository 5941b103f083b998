"""A mark that the appraiser gives."""

from decimal import Decimal
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, Positive, given
from scoring.rules.numbers import exact
from scoring.rules.words import said, say, say_points


class Direct(Kind):
    """The mark itself, up to the maximum; with ``out_of`` the line weighs its maximum and is marked on another scale."""

    called: ClassVar = "chấm trực tiếp"
    words: ClassVar = {"out_of": "thang chấm"}
    value_kind: ClassVar = ValueKind.AMOUNT

    kind: Literal["direct"]
    out_of: Positive | None = None

    def largest(self, maximum: Decimal) -> Decimal:
        return self.out_of or maximum

    def bounds(self, maximum: Decimal, target: Decimal | None) -> tuple[Decimal, ...]:  # noqa: ARG002
        return (self.largest(maximum),)

    def compute(self, line: Line) -> Outcome:
        most = self.largest(line.maximum)
        value = min(given(line.value), most)
        points = exact(line.maximum) * exact(value) / exact(most)
        marked = f"Chấm trực tiếp {say(value)} trên {say(most)} điểm"
        if self.out_of is None:
            return Outcome(points, f"{marked}, {line.counted} {say_points(points)} điểm.")
        return Outcome(
            points, f"{marked}, tính theo {said(line.maximum)} điểm: {line.counted} {say_points(points)} điểm."
        )
