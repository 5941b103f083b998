"""Several things to do, each with its points."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Item, Kind, Line, Outcome, Positive, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said, say


class Task(Item):
    """Done: these points."""

    points: Positive

    def __str__(self) -> str:
        return f"{self.name} {said(self.points)} điểm"


class Checklist(Kind):
    """The points of what was done; they add up to the maximum."""

    called: ClassVar = "theo danh mục việc"
    words: ClassVar = {"items": "các việc"}
    value_kind: ClassVar = ValueKind.YES_NO

    kind: Literal["checklist"]
    items: Annotated[tuple[Task, ...], Field(min_length=1)]

    def asks(self) -> tuple[Task, ...]:
        return self.items

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        summed = sum((item.points for item in self.items), start=ZERO)
        if summed != maximum:
            yield f"các việc cộng lại {say(summed)} điểm, mục ghi {say(maximum)}: sửa điểm các việc hoặc điểm của mục"

    def compute(self, line: Line) -> Outcome:
        done = [item for item in self.items if line.items.get(item.code)]
        points = sum((item.points for item in done), start=ZERO)
        against = line.role is Role.PENALTY
        if against and not done:
            return Outcome(ZERO, "Không phát sinh.")
        named = ", ".join(f"{item.name} {said(item.points)}" for item in done)
        which = f" ({named})" if named else ""
        told = "Có phát sinh" if against else "Đã làm"
        return Outcome(points, f"{told} {len(done)}/{len(self.items)} việc{which}: {line.counted} {said(points)} điểm.")
