"""Done or not done."""

from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said


class YesNo(Kind):
    """Done: all the points; not done: none."""

    called: ClassVar = "có hoặc không"
    value_kind: ClassVar = ValueKind.YES_NO

    kind: Literal["yes_no"]

    def compute(self, line: Line) -> Outcome:
        if line.value:
            told = "Có phát sinh" if line.role is Role.PENALTY else "Đã thực hiện"
            return Outcome(line.maximum, f"{told}, {line.counted} {said(line.maximum)} điểm.")
        return Outcome(ZERO, nothing("Chưa thực hiện", line.role))


def nothing(reason: str, role: Role) -> str:
    """Say why a line brings nothing."""
    return f"{reason}, nên được {said(ZERO)} điểm." if role is Role.CONTENT else "Không phát sinh."
