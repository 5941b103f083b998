"""All or nothing at the target."""

from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Direction, Kind, Line, Outcome, Role, given
from scoring.rules.numbers import ZERO
from scoring.rules.words import compared, said, short


class Threshold(Kind):
    """All the points from the target on (or up to it, where less is better), else none."""

    called: ClassVar = "đạt hoặc không đạt chỉ tiêu"
    words: ClassVar = {"direction": "chiều"}
    value_kind: ClassVar = ValueKind.AMOUNT
    needs_target: ClassVar = True

    kind: Literal["threshold"]
    direction: Direction = Direction.UP

    def compute(self, line: Line) -> Outcome:
        value, target = given(line.value), given(line.target)
        up = self.direction is Direction.UP
        met = value >= target if up else value <= target
        words = "trở lên" if up else "trở xuống"
        points = line.maximum if met else ZERO
        end = f"{line.counted} {said(points)} điểm"
        if not met:
            end = f"chưa đạt nên {end}" if line.role is not Role.PENALTY else "chưa đến mức đó nên không trừ"
        told = compared(value, target, line.measure)
        return Outcome(points, f"{told}; từ {short(target, line.measure)} {words} mới {line.counted} điểm: {end}.")
