"""The mean of a sample: so many are asked, and each who confirms counts alike."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, Positive, Role, given
from scoring.rules.numbers import cut, exact
from scoring.rules.words import say, say_points


class SampleMean(Kind):
    """``size`` are asked, each who confirms is worth ``each``. A unit's own target is the size where fewer could be asked."""

    called: ClassVar = "trung bình mẫu"
    words: ClassVar = {"size": "số mẫu", "each": "điểm mỗi mẫu"}
    value_kind: ClassVar = ValueKind.COUNT

    kind: Literal["sample_mean"]
    size: Annotated[int, Field(ge=1)]
    each: Positive

    def largest(self, maximum: Decimal) -> Decimal:  # noqa: ARG002
        return Decimal(self.size)

    def bounds(self, maximum: Decimal, target: Decimal | None) -> tuple[Decimal, ...]:  # noqa: ARG002
        return (Decimal(self.size),)

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        if self.size * self.each != maximum:
            yield (
                f"{self.size} mẫu, mỗi mẫu {say(self.each)} điểm là {say(self.size * self.each)} điểm, "
                f"mục ghi {say(maximum)}: sửa một trong ba số"
            )

    def compute(self, line: Line) -> Outcome:
        size = line.target or Decimal(self.size)
        value = min(given(line.value), size)
        ratio = Fraction(value) / Fraction(size)
        points = exact(line.maximum) * ratio
        one = exact(line.maximum) / Fraction(size)
        why = f"{say(value)} trên {say(size)} mẫu đạt, mỗi mẫu {say_points(one)} điểm: {say_points(points)} điểm."
        return Outcome(points, why, ratio=cut(ratio, 6))
