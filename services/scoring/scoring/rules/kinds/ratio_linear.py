"""Full points from the target on, a fixed share less for each missing percent, bonus for what goes beyond."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Direction, Kind, Line, NotNegative, Outcome, Positive, Role, given
from scoring.rules.kinds.ratios import reached
from scoring.rules.numbers import ZERO, cut, exact
from scoring.rules.words import compared, said, say, say_percent, say_points

_HUNDRED = Decimal(100)


class RatioLinear(Kind):
    """Full points from the target on; below it ``k`` of the maximum is lost per missing percent, nothing under ``floor``.

    Over-achievement adds ``over_rate`` of the maximum per percent above the target, up to ``over_cap`` of it, and counts
    as bonus; where less is better nothing at all is farther beyond than any percent says, and brings ``over_cap``. With
    ``by_stretch`` a unit that was given a stretch value gets ``over_cap`` there, and so much of it as it has come of the way
    from the target.
    """

    called: ClassVar = "theo tỷ lệ đạt chỉ tiêu"
    words: ClassVar = {
        "direction": "chiều",
        "k": "phần mất cho mỗi 1% thiếu",
        "floor": "mức sàn",
        "over_rate": "phần thưởng cho mỗi 1% vượt",
        "over_cap": "thưởng vượt nhiều nhất",
        "by_stretch": "thưởng vượt theo mức phấn đấu",
    }
    value_kind: ClassVar = ValueKind.AMOUNT
    needs_target: ClassVar = True

    kind: Literal["ratio_linear"]
    direction: Direction = Direction.UP
    k: Positive = Decimal("0.01")
    floor: NotNegative = Decimal("0.70")
    over_rate: NotNegative = Decimal(0)
    over_cap: NotNegative = Decimal(0)
    by_stretch: bool = False

    @property
    def less_is_better(self) -> bool:
        return self.direction is Direction.DOWN

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        if self.by_stretch and not self.over_cap:
            yield "thưởng vượt theo mức phấn đấu nhưng thưởng vượt nhiều nhất là 0: ghi phần thưởng tại mức phấn đấu"

    def bounds(self, maximum: Decimal, target: Decimal | None) -> Iterator[Decimal]:  # noqa: ARG002
        if target is None:
            return
        yield target
        if self.direction is Direction.DOWN and self.floor:
            yield Decimal(ceil(target / self.floor))
        elif self.over_rate:
            yield target * (1 + self.over_cap / self.over_rate / _HUNDRED)

    def compute(self, line: Line) -> Outcome:
        value, target = given(line.value), given(line.target)
        ratio = reached(value, target, self.direction)
        shown = cut(ratio, 6)
        maximum = exact(line.maximum)
        told = f"{compared(value, target, line.measure)}, đạt {say_percent(ratio)}"
        if ratio >= 1:
            share = min((ratio - 1) * 100 * exact(self.over_rate), exact(self.over_cap))
            why = f"{told}; từ 100% trở lên {line.counted} điểm tối đa {said(line.maximum)}."
            if self.less_is_better and value == 0 < target:
                # A target over nothing is a share without end: as near as one comes to it, the cap is long reached.
                share = exact(self.over_cap) if self.over_rate else share
                none = f"{compared(value, target, line.measure)}, không phát sinh là mức tốt nhất"
                why = f"{none}: {line.counted} điểm tối đa {said(line.maximum)}."
            if self.by_stretch and line.stretch is not None:
                way = self._way(value, target, line.stretch)
                share = way * exact(self.over_cap)
                why += f" Được {say_percent(way)} quãng từ chỉ tiêu đến mức phấn đấu."
            over = share * maximum
            return Outcome(line.maximum, why, over=over, ratio=shown)
        if ratio < exact(self.floor):
            return Outcome(ZERO, f"{told}; dưới {say(self.floor * _HUNDRED)}% không {line.counted} điểm.", ratio=shown)
        lost = exact(self.k) * (1 - ratio) * 100
        points = max(maximum * (1 - lost), Fraction(0))
        each = f"mỗi 1% thiếu trừ {say(self.k * _HUNDRED)}% của {said(line.maximum)} điểm"
        return Outcome(points, f"{told}; {each}, còn {say_points(points)}.", ratio=shown)

    def _way(self, value: Decimal, target: Decimal, stretch: Decimal) -> Fraction:
        """Give how much of the way from the target to the stretch value was gone, all of it from there on."""
        gone, whole = value - target, stretch - target
        return max(Fraction(0), min(Fraction(gone) / Fraction(whole), Fraction(1)))
