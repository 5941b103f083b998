"""What a row would do, and what it has done."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from registry.rules.lists.cells import CellFault
from registry.rules.lists.listing import Row


class Outcome(StrEnum):
    """What becomes of a row; ``moved`` is one whose thing was changed by somebody after the check, so nothing was written."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"
    MOVED = "moved"


WRITES = frozenset({Outcome.NEW, Outcome.CHANGED})


@dataclass(frozen=True, slots=True)
class Plan:
    """A row with what it means: ``content`` is what would be kept, ``seen`` the version it was compared with.

    ``meant`` are the things that stand and that the row may be about.
    """

    row: Row
    content: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.FAULTY
    seen: int = 0
    meant: tuple[UUID, ...] = ()
    faults: tuple[CellFault, ...] = ()

    @property
    def sound(self) -> bool:
        return self.row.sound and not any(each.stops for each in self.faults)

    @property
    def told(self) -> tuple[CellFault, ...]:
        """All that is to be said of the row."""
        return (*self.row.faults, *self.faults)

    def with_content(self, **content: Any) -> "Plan":
        return replace(self, content=self.content | content)

    def with_fault(self, fault: CellFault) -> "Plan":
        return replace(self, faults=(*self.faults, fault), outcome=Outcome.FAULTY if fault.stops else self.outcome)
