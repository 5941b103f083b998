"""Points for what other bodies awarded."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Item, Kind, Line, Outcome, Positive, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said, say


class Award(Item):
    """A flag or certificate of another body, and what it is worth here."""

    points: Positive

    def __str__(self) -> str:
        return f"{self.name} {said(self.points)} điểm"


class Awards(Kind):
    """The highest award counts alone, so that one achievement is not counted twice; or all of them, up to the maximum."""

    called: ClassVar = "theo khen thưởng của nơi khác"
    words: ClassVar = {"items": "các hình thức", "highest_only": "chỉ tính mức cao nhất"}
    value_kind: ClassVar = ValueKind.COUNT

    kind: Literal["awards"]
    items: Annotated[tuple[Award, ...], Field(min_length=1)]
    highest_only: bool = True

    def asks(self) -> tuple[Award, ...]:
        return self.items

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:
        if role is not Role.BONUS:
            yield "khen thưởng của nơi khác chỉ có thể là điểm thưởng"
        for item in self.items:
            if item.points > maximum:
                yield f"{item.name} được {say(item.points)} điểm, mục nhiều nhất {say(maximum)}: sửa một trong hai số"

    def compute(self, line: Line) -> Outcome:
        won = [(item, line.items[item.code]) for item in self.items if line.items.get(item.code)]
        if not won:
            return Outcome(ZERO, "Không phát sinh.")
        if self.highest_only:
            best = max((item for item, _ in won), key=lambda item: item.points)
            return Outcome(best.points, f"{best.name}, chỉ tính mức cao nhất: được {said(best.points)} điểm.")
        points = min(sum((item.points * times for item, times in won), start=ZERO), line.maximum)
        told = ", ".join(f"{say(times)} {item.name} ({said(item.points)} mỗi lần)" for item, times in won)
        return Outcome(points, f"{told}, nhiều nhất {said(line.maximum)}: được {said(points)} điểm.")
