"""Lateness, from the time at which a report was accepted."""

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Outcome, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said


class Late(Kind):
    """Points off when the report was accepted after its due time; nobody types it."""

    called: ClassVar = "nộp muộn"
    value_kind: ClassVar = ValueKind.DERIVED

    kind: Literal["late"]

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        if role is not Role.PENALTY:
            yield "nộp muộn chỉ có thể là điểm trừ"

    def compute(self, line: Line) -> Outcome:
        if line.late:
            return Outcome(line.maximum, f"Báo cáo nhận sau hạn nộp, trừ {said(line.maximum)} điểm.")
        return Outcome(ZERO, "Báo cáo nhận trong hạn, không trừ điểm.")
