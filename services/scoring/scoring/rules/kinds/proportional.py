"""Points in proportion to the target."""

from fractions import Fraction
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, given
from scoring.rules.kinds.ratios import reached
from scoring.rules.numbers import cut, exact
from scoring.rules.words import compared, said, say_percent, say_points


class Proportional(Kind):
    """``maximum × value / target``, never more than the maximum."""

    called: ClassVar = "tỷ lệ thuận với chỉ tiêu"
    value_kind: ClassVar = ValueKind.AMOUNT
    needs_target: ClassVar = True

    kind: Literal["proportional"]

    def compute(self, line: Line) -> Outcome:
        value, target = given(line.value), given(line.target)
        ratio = min(reached(value, target), Fraction(1))
        points = exact(line.maximum) * ratio
        sum_ = f"{said(line.maximum)} × {say_percent(ratio)} = {say_points(points)} điểm"
        return Outcome(points, f"{compared(value, target, line.measure)}: {sum_}.", ratio=cut(ratio, 6))
