"""Half the points for the target, the other half against the leader of the block.

Source: "Điều 6. Cách chấm điểm thi đua" of a công an xã block, 2025: below the target ½ · maximum · value / target; at the target ½ · maximum;
above it ½ · maximum · (1 + over-achievement / the leader's), so that the leader gets the maximum.

The leader's figure needs the reports of the whole block. ``scoring.rules.lead`` computes it from the facts of all its
units; an action loads these under the lock of the block's board, hands them to ``score(…, block=…)``, and where the leader
changed scores the block's other units too. While the block is open the points above the half are provisional.
"""

from fractions import Fraction
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, given
from scoring.rules.kinds.ratios import reached
from scoring.rules.numbers import cut, exact
from scoring.rules.words import compared, said, say_percent, say_points


class HalfPlusLeader(Kind):
    """Half of the maximum for reaching the target, the rest in proportion to the leader's over-achievement."""

    called: ClassVar = "một nửa theo chỉ tiêu, một nửa so với đơn vị dẫn đầu"
    value_kind: ClassVar = ValueKind.AMOUNT
    needs_target: ClassVar = True
    computed: ClassVar = True

    kind: Literal["half_plus_leader"]

    def compute(self, line: Line) -> Outcome:
        value, target = given(line.value), given(line.target)
        ratio = reached(value, target)
        half = exact(line.maximum) / 2
        told = f"{compared(value, target, line.measure)}, đạt {say_percent(ratio)}"
        if ratio <= 1:
            points = half * ratio
            why = f"{told}; một nửa của {said(line.maximum)} điểm theo tỷ lệ đạt: {say_points(points)} điểm."
            return Outcome(points, why, ratio=cut(ratio, 6))
        over = ratio - 1
        if line.leader is None:
            waits = f"phần vượt {say_percent(over)} tính khi có số liệu của cả khối"
            why = f"{told}; được một nửa là {say_points(half)} điểm, {waits}."
            return Outcome(half, why, ratio=cut(ratio, 6), provisional=True)
        leader = max(Fraction(line.leader), over)
        points = half + half * over / leader
        why = (
            f"{told}; vượt {say_percent(over)}, đơn vị dẫn đầu khối vượt {say_percent(leader)}, "
            f"được {say_points(half)} + {say_points(points - half)} = {say_points(points)} điểm"
        )
        end = "." if line.closed else "; còn tạm tính cho đến khi khối chốt số liệu."
        return Outcome(points, why + end, ratio=cut(ratio, 6), provisional=not line.closed)
