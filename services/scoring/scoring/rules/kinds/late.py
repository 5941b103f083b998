"""Lateness, from the time at which a report was accepted."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.envelope import GivenAmount
from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, KnownAward, Line, Outcome, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said, say


class CountedFrom(StrEnum):
    """By which sending a report is late that was returned and sent again: the first one, or itself."""

    FIRST = "first"
    LAST = "last"


class Late(Kind):
    """Points off when the report was accepted after its due time; nobody types it.

    All of them at once, or with ``each_day`` so many for each calendar day begun after the deadline, up to all of them.
    """

    called: ClassVar = "nộp muộn"
    words: ClassVar = {"each_day": "điểm trừ mỗi ngày chậm", "counted": "báo cáo bị trả lại thì tính theo"}
    value_kind: ClassVar = ValueKind.DERIVED
    computed: ClassVar = True

    kind: Literal["late"]
    each_day: Annotated[GivenAmount, Field(gt=0, decimal_places=2)] | None = None
    counted: CountedFrom = CountedFrom.FIRST

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:
        if role is not Role.PENALTY:
            yield "nộp muộn chỉ có thể là điểm trừ"
        if self.each_day is not None and self.each_day > maximum:
            yield (
                f"mỗi ngày chậm trừ {say(self.each_day)} điểm, mục nhiều nhất {say(maximum)}: giảm số điểm mỗi ngày hoặc "
                "tăng điểm tối đa"
            )

    def derives(self, awards: Sequence[KnownAward]) -> bool:  # noqa: ARG002
        return True

    def compute(self, line: Line) -> Outcome:
        first = self.counted is CountedFrom.FIRST
        # Of what was sent before days were counted nothing is known but that it was late: a day at least.
        days = max(line.late_days, int(line.late)) if first else line.late_days_sent or int(line.late)
        if not days:
            return Outcome(ZERO, "Báo cáo nhận trong hạn, không trừ điểm.")
        if self.each_day is None:
            return Outcome(line.maximum, f"Báo cáo nhận sau hạn nộp, trừ {said(line.maximum)} điểm.")
        points = min(self.each_day * days, line.maximum)
        return Outcome(
            points,
            f"Báo cáo nhận sau hạn nộp {days} ngày, mỗi ngày trừ {said(self.each_day)} điểm, nhiều nhất "
            f"{said(line.maximum)}: trừ {said(points)} điểm.",
        )
